//! Usage of an account for its owner, added up by any of day, key, endpoint and outcome.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::settlement::Outcome;
use crate::storage::error::{CorruptRow, RowRef, StorageError};
use crate::storage::refused_calls;

/// The dimensions of the result. All others are added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupBy {
    pub day: bool,
    pub key: bool,
    pub endpoint: bool,
    pub outcome: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    pub from: NaiveDate,
    /// The last UTC day, inclusive.
    pub to: NaiveDate,
    pub group_by: GroupBy,
    /// Only calls of this key.
    pub key: Option<KeyId>,
    /// Only calls with keys of this environment.
    pub environment: Option<EnvironmentId>,
    /// The last line of the previous page.
    pub after: Option<UsagePlace>,
    pub limit: i64,
}

/// The position of a line: its value in each dimension, and a fixed value in each that is added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePlace {
    /// The UTC day, or 0001-01-01 if days are added up.
    pub day: NaiveDate,
    /// The key, or the nil UUID if keys are added up.
    pub key_id: KeyId,
    /// The number of the path, or 0 if paths are added up.
    pub route: i16,
    /// The number of the outcome, [`REFUSED`] for refused calls, or 0 if outcomes are added up.
    pub outcome: i16,
    /// The error code of refused calls. Empty for others, or if outcomes are added up.
    pub code: String,
}

/// The outcome number of refused calls, after all outcomes.
const REFUSED: i16 = i16::MAX;

#[derive(Debug)]
pub struct UsagePage {
    pub lines: Vec<UsageLine>,
    /// Refused calls on all days of the query.
    pub refused: i64,
    /// Whether more lines follow.
    pub has_more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UsageLine {
    #[serde(skip)]
    pub place: UsagePlace,
    /// The UTC day of the calls' holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// How the calls ended, or the error code of refused calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Calls that ended or were refused.
    pub calls: i64,
    /// Refused calls among them.
    pub refused: i64,
    pub credits: i64,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    day: NaiveDate,
    key_id: Uuid,
    key_name: Option<String>,
    route: i16,
    endpoint: Option<String>,
    outcome: i16,
    code: String,
    calls: i64,
    refused: i64,
    credits: i64,
}

/// Returns the lines of an account's usage in the order of their position. Usage that is added
/// between two pages moves no line: none is repeated and none is skipped.
pub async fn read(
    connection: &mut PgConnection,
    account_id: AccountId,
    query: &UsageQuery,
) -> Result<UsagePage, StorageError> {
    let UsageQuery { from, to, group_by, key, environment, ref after, limit } = *query;
    let refused = refused_calls::sum(connection, account_id, from, to).await?;
    let mut rows: Vec<LineRow> = sqlx::query_as(READ)
        .bind(account_id.as_uuid())
        .bind(from)
        .bind(to)
        .bind(group_by.day)
        .bind(group_by.key)
        .bind(group_by.endpoint)
        .bind(group_by.outcome)
        .bind(after.as_ref().map(|place| place.day))
        .bind(after.as_ref().map(|place| place.key_id.as_uuid()))
        .bind(after.as_ref().map(|place| place.route))
        .bind(after.as_ref().map(|place| place.outcome))
        .bind(after.as_ref().map(|place| place.code.as_str()))
        // One extra row shows whether more follow.
        .bind(limit.saturating_add(1))
        .bind(REFUSED)
        .bind(key.map(|key| key.as_uuid()))
        .bind(environment.map(|environment| environment.as_uuid()))
        .fetch_all(connection)
        .await?;
    let page = usize::try_from(limit).unwrap_or(0);
    let has_more = rows.len() > page;
    rows.truncate(page);
    let lines = rows.into_iter().map(|row| row.line(group_by)).collect::<Result<_, _>>()?;
    Ok(UsagePage { lines, refused, has_more })
}

const READ: &str = "
    with used as (
        select case when $4 then day else '0001-01-01'::date end as day,
               case when $5 then key_id else '00000000-0000-0000-0000-000000000000'::uuid end as key_id,
               case when $6 then route else 0::smallint end as route,
               case when $7 then outcome else 0::smallint end as outcome, '' as code, calls, 0 as refused, credits
          from ledger_usage
         where account_id = $1 and day between $2 and $3 and ($15::uuid is null or key_id = $15)
           and ($16::uuid is null or key_id in (select id from api_key where account_id = $1 and environment_id = $16))
         union all
        select case when $4 then day else '0001-01-01'::date end,
               case when $5 then key_id else '00000000-0000-0000-0000-000000000000'::uuid end,
               case when $6 then route else 0::smallint end,
               case when $7 then $14::smallint else 0::smallint end, case when $7 then code else '' end, calls, calls, 0
          from refused_call
         where account_id = $1 and day between $2 and $3 and ($15::uuid is null or key_id = $15)
           and ($16::uuid is null or key_id in (select id from api_key where account_id = $1 and environment_id = $16))
    ), line as (
        select day, key_id, route, outcome, code, sum(calls)::bigint as calls, sum(refused)::bigint as refused,
               sum(credits)::bigint as credits
          from used
         where $8::date is null or (day, key_id, route, outcome, code) > ($8, $9, $10, $11, $12)
         group by day, key_id, route, outcome, code
         order by day, key_id, route, outcome, code
         limit $13)
    select line.*, k.name as key_name, r.path as endpoint
      from line left join api_key k on k.id = line.key_id left join route r on $6 and r.number = line.route
     order by line.day, line.key_id, line.route, line.outcome, line.code";

impl LineRow {
    fn place(&self) -> UsagePlace {
        let key_id = KeyId::from_uuid(self.key_id);
        UsagePlace {
            day: self.day,
            key_id,
            route: self.route,
            outcome: self.outcome,
            code: self.code.clone(),
        }
    }

    fn line(self, told_apart: GroupBy) -> Result<UsageLine, CorruptRow> {
        let place = self.place();
        let outcome = match self.outcome {
            REFUSED => self.code,
            number => {
                let usage = RowRef::new("ledger_usage", self.key_id);
                usage.read("outcome", Outcome::from_number(number))?.as_str().to_owned()
            }
        };
        Ok(UsageLine {
            place,
            day: told_apart.day.then_some(self.day),
            key_id: told_apart.key.then_some(KeyId::from_uuid(self.key_id)),
            key_name: self.key_name,
            endpoint: self.endpoint,
            outcome: told_apart.outcome.then_some(outcome),
            calls: self.calls,
            refused: self.refused,
            credits: self.credits,
        })
    }
}
