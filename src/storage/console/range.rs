//! The entries of some days, by number: entries are numbered in the order in which they are
//! committed.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// Numbers of entries, `first` inclusive and `end` exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryRange {
    pub first: i64,
    pub end: i64,
}

impl EntryRange {
    /// How many numbers it has.
    pub fn count(self) -> i64 {
        (self.end - self.first).max(0)
    }
}

/// An entry waits for the lock of its account after its instant is taken, so that neighbours may be
/// out of order. By this much at most: the range of some days is wider by it on both sides.
const OUT_OF_ORDER: TimeDelta = TimeDelta::minutes(2);

/// Returns a range that has every entry of the account from one instant to before another, and few
/// others. It reads about 40 entries, however many there are.
pub async fn around(
    connection: &mut PgConnection,
    account: AccountId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<EntryRange, StorageError> {
    let first = first_number(connection, account, from - OUT_OF_ORDER).await?;
    let end = first_number(connection, account, until + OUT_OF_ORDER).await?;
    Ok(EntryRange { first, end })
}

/// Returns the number of the first entry at or after an instant, by halving. Entries of detached
/// months are before it.
async fn first_number(
    connection: &mut PgConnection,
    account: AccountId,
    at: DateTime<Utc>,
) -> Result<i64, StorageError> {
    let number: Option<i64> = sqlx::query_scalar(
        "with recursive search (low, high) as (
            select 0::bigint, last_entry + 1 from ledger_account where account_id = $1
             union all
            select case when e.is_before then s.middle else s.low end, case when e.is_before then s.high else s.middle end
              from (select low, high, (low + high) / 2 as middle from search where high - low > 1) s
             cross join lateral (select coalesce((select at from ledger_entry where account_id = $1 and number = s.middle
                                                   limit 1) < $2, true) as is_before) e
        )
        select min(high) from search",
    )
    .bind(account.as_uuid())
    .bind(at)
    .fetch_one(connection)
    .await?;
    Ok(number.unwrap_or(1))
}
