//! Usage beside the entries it is added up from.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::range::EntryRange;
use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// The most entries that are compared for one page.
pub const COMPARED: i64 = 200_000;

/// The calls whose hold is on some days, added up from their entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct CallEntries {
    pub calls: i64,
    /// Credits held for them.
    pub held: i64,
    /// Credits given back.
    pub given_back: i64,
    /// Calls that are not in the usage yet: they run, or ended a moment ago.
    pub pending_calls: i64,
    /// What these hold.
    pub pending: i64,
}

impl CallEntries {
    /// The credits that the usage of the same days must show.
    pub const fn charged(&self) -> i64 {
        self.held - self.given_back - self.pending
    }
}

/// Adds up the calls that began from one instant to before another. The range has all entries up to
/// a day after the last instant, so that it has their ends.
///
/// A call is in the usage once the batch that ended it is. Those that were open after the last
/// batch that is added up began no earlier than that batch's `open_from`; among them, the ones that
/// had ended by then are in its captures or have a release of an earlier batch.
pub async fn calls(
    connection: &mut PgConnection,
    account: AccountId,
    range: EntryRange,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<CallEntries, StorageError> {
    let added_up = sqlx::query_as(
        "with behind as materialized (
            select p.epoch, coalesce(c.batch, 0) as batch, coalesce(b.open_from, 0) as open_from
              from ledger_epoch p left join ledger_usage_cursor c using (epoch)
              left join ledger_batch b on b.epoch = p.epoch and b.batch = c.batch
             where not p.is_added_up
        ), captured as materialized (
            select distinct unnest(b.captured) as call_id
              from behind p join ledger_batch b on b.epoch = p.epoch and b.batch between p.open_from and p.batch
        ), call as (
            select call_id, min(epoch) as epoch, min(batch) filter (where kind = 4) as batch,
                   max(batch) filter (where kind = 5) as released_in,
                   -sum(amount) filter (where kind = 4) as held,
                   coalesce(sum(amount) filter (where kind = 5), 0) as given_back
              from ledger_entry
             where account_id = $1 and number >= $2 and number < $3 and at >= $4 and at < $5::timestamptz + interval '25 hours'
               and kind in (4, 5)
             group by call_id
            having min(at) filter (where kind = 4) >= $4 and min(at) filter (where kind = 4) < $5
        ), marked as (
            select call.held, call.given_back,
                   exists (select from behind p where p.epoch = call.epoch and call.batch >= p.open_from
                              and coalesce(call.released_in > p.batch, true)
                              and (call.batch > p.batch or call.call_id not in (select c.call_id from captured c)))
                       as is_pending
              from call
        )
        select count(*)::bigint as calls, coalesce(sum(held), 0)::bigint as held,
               coalesce(sum(given_back), 0)::bigint as given_back,
               (count(*) filter (where is_pending))::bigint as pending_calls,
               coalesce(sum(held - given_back) filter (where is_pending), 0)::bigint as pending
          from marked",
    )
    .bind(account.as_uuid())
    .bind(range.first)
    .bind(range.end)
    .bind(from)
    .bind(until)
    .fetch_one(connection)
    .await?;
    Ok(added_up)
}
