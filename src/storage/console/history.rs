//! The newest entries of the audit log with the names of what they are about.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::domain::account::PLAYGROUND_ENVIRONMENTS;
use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// An entry as people read it.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryLine {
    pub number: i64,
    pub at: DateTime<Utc>,
    /// `operator`, `member`, `key` or `system`.
    pub actor: String,
    /// The person's name or address, the key's name, the operator's name.
    pub actor_name: Option<String>,
    pub action: String,
    pub subject: String,
    pub subject_id: String,
    /// The name of the key, environment or member.
    pub subject_name: Option<String>,
    pub before: Option<Value>,
    pub after: Option<Value>,
    pub address: Option<String>,
    /// Why an operator did it.
    pub reason: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(in crate::storage) struct LineRow {
    number: i64,
    at: DateTime<Utc>,
    actor: String,
    actor_name: Option<String>,
    action: String,
    subject: String,
    subject_id: String,
    subject_name: Option<String>,
    before: Option<Json<Value>>,
    after: Option<Json<Value>>,
    address: Option<String>,
    reason: Option<String>,
}

impl From<LineRow> for HistoryLine {
    fn from(row: LineRow) -> Self {
        Self {
            number: row.number,
            at: row.at,
            actor: row.actor,
            actor_name: row.actor_name,
            action: row.action,
            subject: row.subject,
            subject_id: row.subject_id,
            subject_name: row.subject_name,
            before: row.before.map(|Json(value)| value),
            after: row.after.map(|Json(value)| value),
            address: row.address,
            reason: row.reason,
        }
    }
}

// Ids of actors and subjects are texts. Those of members, keys and environments are UUIDs, and are
// read as such so that a name is found by its index; an operator's name is none. `$more` are
// further columns, each with its comma.
macro_rules! select_lines {
    ($more:expr, $where:expr) => {
        concat!(
            "select ",
            $more,
            "a.reason, a.number, a.at, a.actor, a.action, a.subject, a.subject_id, a.before, a.after, host(a.address) as address,
                case a.actor
                    when 'member' then (select coalesce(nullif(i.name, ''), m.email) from member m
                                          left join identity i on i.id = m.identity_id
                                         where m.account_id = a.account_id and m.id = a.actor_id::uuid)
                    when 'key' then (select k.name from api_key k where k.account_id = a.account_id and k.id = a.actor_id::uuid)
                    when 'operator' then a.actor_id end as actor_name,
                case a.subject
                    when 'key' then (select k.name from api_key k where k.account_id = a.account_id and k.id = a.subject_id::uuid)
                    when 'environment' then (select e.name from environment e
                                              where e.account_id = a.account_id and e.id = a.subject_id::uuid)
                    when 'member' then (select m.email from member m
                                         where m.account_id = a.account_id and m.id = a.subject_id::uuid) end as subject_name
           from audit_entry a where ",
            $where
        )
    };
}
pub(in crate::storage) use select_lines;

/// Returns the newest entries of an account, at most `limit` of the last 500. Keys that the
/// playground makes and revokes by itself are left out.
pub async fn newest(
    connection: &mut PgConnection,
    account: AccountId,
    limit: i64,
) -> Result<Vec<HistoryLine>, StorageError> {
    let rows: Vec<LineRow> = sqlx::query_as(select_lines!(
        "",
        "a.account_id = $1 and a.number > (select max(number) - 500 from audit_entry where account_id = $1)
            and case a.subject when 'key' then not exists (
                    select from api_key k join environment e on e.account_id = k.account_id and e.id = k.environment_id
                     where k.account_id = $1 and k.id = a.subject_id::uuid and e.mode = 'test' and e.name = any($2))
                else true end
          order by a.number desc limit $3"
    ))
    .bind(account.as_uuid())
    .bind(PLAYGROUND_ENVIRONMENTS)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(HistoryLine::from).collect())
}

/// Which entries are shown. `None`: all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// What kind of thing was changed.
    pub subject: Option<&'static str>,
    /// `operator`, `member`, `key` or `system`.
    pub actor: Option<&'static str>,
}

/// Which entries of an account: `$of` by one index, the others among these.
macro_rules! filtered_lines {
    ($of:literal) => {
        select_lines!(
            "",
            concat!(
                "a.account_id = $1 and a.number < $2 and ",
                $of,
                " and ($3::text is null or a.subject = $3) and ($4::text is null or a.actor = $4)
                  order by a.number desc limit $5"
            )
        )
    };
}

const OF_SUBJECT: &str = filtered_lines!("a.subject = $3");
const OF_ACTOR: &str = filtered_lines!("a.actor = $4");
const ALL: &str = filtered_lines!("true");

/// Returns the entries of an account that match, before number `before`, newest first, at most
/// `limit`.
pub async fn filtered(
    connection: &mut PgConnection,
    account: AccountId,
    filter: HistoryFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<HistoryLine>, StorageError> {
    let query = match (filter.subject, filter.actor) {
        (Some(_), _) => OF_SUBJECT,
        (None, Some(_)) => OF_ACTOR,
        (None, None) => ALL,
    };
    let rows: Vec<LineRow> = sqlx::query_as(query)
        .bind(account.as_uuid())
        .bind(before.unwrap_or(i64::MAX))
        .bind(filter.subject)
        .bind(filter.actor)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(HistoryLine::from).collect())
}

/// Returns the entries about one thing, newest first, at most `limit`.
pub async fn of_subject(
    connection: &mut PgConnection,
    account: AccountId,
    subject: &str,
    id: &str,
    limit: i64,
) -> Result<Vec<HistoryLine>, StorageError> {
    let rows: Vec<LineRow> = sqlx::query_as(select_lines!(
        "",
        "a.account_id = $1 and a.subject = $2 and a.subject_id = $3 order by a.number desc limit $4"
    ))
    .bind(account.as_uuid())
    .bind(subject)
    .bind(id)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(HistoryLine::from).collect())
}
