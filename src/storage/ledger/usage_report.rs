//! Usage of an account as its owner reads it: added up by day, key, endpoint and outcome, or by some of them.

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, KeyId};
use crate::domain::settlement::Outcome;
use crate::storage::error::StorageError;

/// What usage is told apart by; what is not named is added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupBy {
    /// UTC days.
    pub day: bool,
    /// Keys.
    pub key: bool,
    /// Paths.
    pub endpoint: bool,
    /// How calls ended.
    pub outcome: bool,
}

/// Which usage is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// The first UTC day.
    pub from: NaiveDate,
    /// The last UTC day, itself included.
    pub to: NaiveDate,
    /// What a line stands for.
    pub group_by: GroupBy,
    /// Lines to pass over.
    pub after: i64,
    /// Most lines.
    pub limit: i64,
}

/// One line of usage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageLine {
    /// The UTC day on which the calls were held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    /// The key that called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
    /// That key's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    /// The path that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// How the calls ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Calls that ended.
    pub calls: i64,
    /// Credits that stayed taken.
    pub credits: i64,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    day: Option<NaiveDate>,
    key_id: Option<Uuid>,
    key_name: Option<String>,
    endpoint: Option<String>,
    outcome: Option<i16>,
    calls: i64,
    credits: i64,
}

/// The lines of an account's usage, in the order of what they are told apart by.
///
/// # Errors
/// When the store is away or holds an outcome that this program does not know.
pub async fn read(
    connection: &mut PgConnection,
    account_id: AccountId,
    query: &UsageQuery,
) -> Result<Vec<UsageLine>, StorageError> {
    let UsageQuery { from, to, group_by, after, limit } = *query;
    let rows: Vec<LineRow> = sqlx::query_as(
        "with line as (
             select case when $4 then day end as day, case when $5 then key_id end as key_id,
                    case when $6 then route end as route, case when $7 then outcome end as outcome,
                    sum(calls)::bigint as calls, sum(credits)::bigint as credits
               from ledger_usage
              where account_id = $1 and day between $2 and $3
              group by 1, 2, 3, 4
              order by 1, 2, 3, 4
             offset $8 limit $9)
         select line.day, line.key_id, k.name as key_name, r.path as endpoint, line.outcome, line.calls, line.credits
           from line left join api_key k on k.id = line.key_id left join route r on r.number = line.route
          order by line.day, line.key_id, line.route, line.outcome",
    )
    .bind(account_id.as_uuid())
    .bind(from)
    .bind(to)
    .bind(group_by.day)
    .bind(group_by.key)
    .bind(group_by.endpoint)
    .bind(group_by.outcome)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(UsageLine::try_from).collect()
}

impl TryFrom<LineRow> for UsageLine {
    type Error = StorageError;

    fn try_from(row: LineRow) -> Result<Self, StorageError> {
        let outcome = |number| Outcome::from_number(number).ok_or(StorageError::Corrupt("usage outcome"));
        Ok(Self {
            day: row.day,
            key_id: row.key_id.map(KeyId::from_uuid),
            key_name: row.key_name,
            endpoint: row.endpoint,
            outcome: row.outcome.map(outcome).transpose()?.map(Outcome::as_str),
            calls: row.calls,
            credits: row.credits,
        })
    }
}
