//! Usage of an account as its owner reads it: added up by day, key, endpoint and outcome, or by some of them.

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, KeyId};
use crate::domain::settlement::Outcome;
use crate::storage::error::{CorruptRow, RowRef, StorageError};
use crate::storage::refused_calls;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageQuery {
    /// The first UTC day.
    pub from: NaiveDate,
    /// The last UTC day, itself included.
    pub to: NaiveDate,
    /// What a line stands for.
    pub group_by: GroupBy,
    /// The place of the last line of the page before.
    pub after: Option<UsagePlace>,
    /// Most lines.
    pub limit: i64,
}

/// Where a line stands among the others: what it is told apart by, and the same for all lines in what is added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsagePlace {
    /// The UTC day; 0001-01-01 where days are added up.
    pub day: NaiveDate,
    /// The key; the nil UUID where keys are added up.
    pub key_id: KeyId,
    /// The store's number of the path; 0 where paths are added up.
    pub route: i16,
    /// The store's number of the outcome, [`REFUSED`] of calls that were refused; 0 where outcomes are added up.
    pub outcome: i16,
    /// The code that calls were refused with; empty where they were not, or outcomes are added up.
    pub code: String,
}

/// What stands in place of an outcome's number for calls that were refused: behind all outcomes.
const REFUSED: i16 = i16::MAX;

/// A page of lines.
#[derive(Debug)]
pub struct UsagePage {
    /// The lines.
    pub lines: Vec<UsageLine>,
    /// Calls that were refused on all the days of the query.
    pub refused: i64,
    /// Whether there are more behind them.
    pub more: bool,
}

/// One line of usage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageLine {
    /// Where it stands among the others.
    #[serde(skip)]
    pub place: UsagePlace,
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
    /// How the calls ended, or the code they were refused with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Calls that ended or were refused.
    pub calls: i64,
    /// How many of them were refused.
    pub refused: i64,
    /// Credits that stayed taken.
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

/// The lines of an account's usage, in the order of what they are told apart by. Usage that is added between two pages
/// changes no line's place: none is told twice, and none is passed over that was there.
///
/// # Errors
/// When the store is away or holds an outcome that this program does not know.
pub async fn read(
    connection: &mut PgConnection,
    account_id: AccountId,
    query: &UsageQuery,
) -> Result<UsagePage, StorageError> {
    let UsageQuery { from, to, group_by, ref after, limit } = *query;
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
        // One more tells whether there are more.
        .bind(limit.saturating_add(1))
        .bind(REFUSED)
        .fetch_all(connection)
        .await?;
    let wanted = usize::try_from(limit).unwrap_or(0);
    let more = rows.len() > wanted;
    rows.truncate(wanted);
    let lines = rows.into_iter().map(|row| row.line(group_by)).collect::<Result<_, _>>()?;
    Ok(UsagePage { lines, refused, more })
}

const READ: &str = "
    with used as (
        select case when $4 then day else '0001-01-01'::date end as day,
               case when $5 then key_id else '00000000-0000-0000-0000-000000000000'::uuid end as key_id,
               case when $6 then route else 0::smallint end as route,
               case when $7 then outcome else 0::smallint end as outcome, '' as code, calls, 0 as refused, credits
          from ledger_usage
         where account_id = $1 and day between $2 and $3
         union all
        select case when $4 then day else '0001-01-01'::date end,
               case when $5 then key_id else '00000000-0000-0000-0000-000000000000'::uuid end,
               case when $6 then route else 0::smallint end,
               case when $7 then $14::smallint else 0::smallint end, case when $7 then code else '' end, calls, calls, 0
          from refused_call
         where account_id = $1 and day between $2 and $3
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
