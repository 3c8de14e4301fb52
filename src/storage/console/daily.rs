//! Usage by UTC day, and until when it is added up.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// The calls of one day, and what was given back on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DayUsage {
    pub day: NaiveDate,
    pub calls: i64,
    /// Credits charged.
    pub credits: i64,
    /// Credits of calls that cost nothing in the end.
    pub given_back: i64,
    /// Calls that were refused before they could cost anything.
    pub refused: i64,
}

/// Returns every day from `from` to `to`, including those without calls.
pub async fn by_day(
    connection: &mut PgConnection,
    account: AccountId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<DayUsage>, StorageError> {
    let days = sqlx::query_as(
        "select d.day::date as day, coalesce(sum(u.calls), 0)::bigint as calls, coalesce(sum(u.credits), 0)::bigint as credits,
                coalesce(b.credits, 0) as given_back,
                (select coalesce(sum(r.calls), 0)::bigint from refused_call r
                  where r.account_id = $1 and r.day = d.day::date) as refused
           from generate_series($2::date::timestamp, $3::date::timestamp, interval '1 day') as d (day)
           left join ledger_usage u on u.account_id = $1 and u.day = d.day::date
           left join ledger_given_back b on b.account_id = $1 and b.day = d.day::date
          group by d.day, b.credits order by d.day",
    );
    Ok(days.bind(account.as_uuid()).bind(from).bind(to).fetch_all(connection).await?)
}

/// Returns the time of the newest batch that every running writer's usage is added up to. `None`:
/// all of it is.
pub async fn added_up_until(connection: &mut PgConnection) -> Result<Option<DateTime<Utc>>, StorageError> {
    let until: (Option<DateTime<Utc>>,) = sqlx::query_as(
        "select min(b.at) from ledger_epoch e left join ledger_usage_cursor c using (epoch)
           join ledger_batch b on b.epoch = e.epoch and b.batch = coalesce(c.batch, 0) + 1
          where not e.is_added_up and e.batches > coalesce(c.batch, 0)",
    )
    .fetch_one(connection)
    .await?;
    Ok(until.0)
}
