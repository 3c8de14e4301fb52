//! Usage by day, key, endpoint and outcome, added up from the batches, each batch once.
//!
//! A call counts once it has ended, on the day of its hold, with the credits that were captured.
//! What calls without a capture gave back is added up by account and by the day on which it was.

use sqlx::{Connection, PgConnection};

use crate::storage::error::StorageError;

/// Adds up at most `limit` batches. Returns their number, or 0 if no more are left or other
/// gateways are at the rest. Several gateways may run this at once: the batches of an epoch are
/// added up by one at a time, and the progress is saved in the same commit.
pub async fn roll_up(connection: &mut PgConnection, limit: i32) -> Result<usize, StorageError> {
    let behind: Vec<i32> = sqlx::query_scalar(
        "select e.epoch from ledger_epoch e left join ledger_usage_cursor c using (epoch)
          where not e.is_added_up and e.batches > coalesce(c.batch, 0)
          union
         select epoch from ledger_usage_cursor where given_back_batch < batch
          order by 1",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut left = limit;
    for epoch in behind {
        if left <= 0 {
            break;
        }
        left -= roll_up_epoch(connection, epoch, left).await?;
    }
    if left > 0 {
        leave_behind(connection).await?;
    }
    Ok(usize::try_from(limit - left).unwrap_or(0))
}

/// Marks the epochs that have ended and are added up in full, so that no sweep reads them again.
async fn leave_behind(connection: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query(
        "update ledger_epoch set is_added_up = true
          where epoch in (select e.epoch from ledger_epoch e left join ledger_usage_cursor c using (epoch)
                           where not e.is_added_up and e.closed_at is not null and e.batches = coalesce(c.batch, 0)
                             for update of e skip locked)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn roll_up_epoch(connection: &mut PgConnection, epoch: i32, limit: i32) -> Result<i32, StorageError> {
    let mut transaction = connection.begin().await?;
    sqlx::query("insert into ledger_usage_cursor (epoch, batch) values ($1, 0) on conflict do nothing")
        .bind(epoch)
        .execute(&mut *transaction)
        .await?;
    let cursor: Option<(i32, i32)> = sqlx::query_as(
        "select batch, given_back_batch from ledger_usage_cursor where epoch = $1 for update skip locked",
    )
    .bind(epoch)
    .fetch_optional(&mut *transaction)
    .await?;
    let Some((usage, given_back)) = cursor else { return Ok(0) };
    let (new_usage, new_given_back): (i32, i32) = sqlx::query_as(
        "update ledger_usage_cursor c
            set batch = least(e.batches, c.batch + $2),
                given_back_batch = least(e.batches, c.batch + $2, c.given_back_batch + $2)
           from ledger_epoch e where c.epoch = $1 and e.epoch = $1 returning c.batch, c.given_back_batch",
    )
    .bind(epoch)
    .bind(limit)
    .fetch_one(&mut *transaction)
    .await?;
    // The planner expects few endings, and would scan all of them for each entry.
    sqlx::query("set local enable_nestloop = off").execute(&mut *transaction).await?;
    for (statement, from, to) in [(ADD_UP, usage, new_usage), (GIVEN_BACK, given_back, new_given_back)] {
        sqlx::query(statement).bind(epoch).bind(from).bind(to).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok((new_usage - usage).max(new_given_back - given_back))
}

/// `$1` epoch, `$2` the last batch that was added up, `$3` the last to add up now. A call that ends
/// in these was still open after batch `$2`, so its hold is no older than that batch's `open_from`.
/// A partial capture is both captured and released, in one batch: it counts as captured. Rows are
/// written in the order of their key, so that gateways that add up different epochs never deadlock.
const ADD_UP: &str = "
with open as (
    select coalesce((select open_from from ledger_batch where epoch = $1 and batch = $2), 0) as from_batch
), captured as (
    select c.call_id, c.outcome
      from ledger_batch b cross join unnest(b.captured, b.captured_outcomes) as c (call_id, outcome)
     where b.epoch = $1 and b.batch > $2 and b.batch <= $3
), ended as (
    select call_id, outcome from captured
     union all
    select distinct e.call_id, e.outcome from ledger_entry e
     where e.epoch = $1 and e.batch > $2 and e.batch <= $3 and e.kind = 5
       and not exists (select from captured c where c.call_id = e.call_id)
), call as (
    select e.account_id, e.key_id, e.route, ended.outcome,
           (min(e.at) filter (where e.kind = 4) at time zone 'utc')::date as day, -sum(e.amount) as credits
      from ended join ledger_entry e using (call_id)
     where e.epoch = $1 and e.batch >= (select from_batch from open) and e.batch <= $3 and e.kind in (4, 5)
     group by ended.call_id, e.account_id, e.key_id, e.route, ended.outcome
)
insert into ledger_usage (account_id, day, key_id, route, outcome, calls, credits)
select account_id, day, key_id, route, outcome, count(*), sum(credits) from call where day is not null
 group by account_id, day, key_id, route, outcome
 order by account_id, day, key_id, route, outcome
    on conflict (account_id, day, key_id, route, outcome) do update
   set calls = ledger_usage.calls + excluded.calls, credits = ledger_usage.credits + excluded.credits";

/// As [`ADD_UP`]. A release beside a capture is the rest of a hold, not a call that was given back.
const GIVEN_BACK: &str = "
insert into ledger_given_back (account_id, day, credits)
select account_id, (at at time zone 'utc')::date as day, sum(amount)
  from ledger_entry e
 where epoch = $1 and batch > $2 and batch <= $3 and kind = 5
   and not exists (select from ledger_batch b
                    where b.epoch = $1 and b.batch > $2 and b.batch <= $3 and b.batch = e.batch
                      and e.call_id = any (b.captured))
 group by account_id, day
 order by account_id, day
    on conflict (account_id, day) do update set credits = ledger_given_back.credits + excluded.credits";
