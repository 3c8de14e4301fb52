//! Detaches a month: carries its sums, and takes its partition out of the ledger.

use sqlx::{Connection, PgConnection};

use super::file::Export;
use super::needed::{StillNeeded, facts};
use crate::domain::month::Month;
use crate::storage::error::StorageError;
use crate::storage::short_locks::{self, LocksTaken, MayBeLocked};

#[derive(Debug, thiserror::Error)]
pub enum DetachError {
    #[error("the month cannot be detached")]
    Needed(#[from] StillNeeded),
    #[error(transparent)]
    Locks(#[from] LocksTaken),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl From<sqlx::Error> for DetachError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl MayBeLocked for DetachError {
    fn database_error(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Storage(StorageError::Unavailable(error)) => Some(error),
            _ => None,
        }
    }
}

/// A month that was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detached {
    /// Entries that stay, because they are still read.
    pub carried: u64,
    /// The disk space that its partition used.
    pub bytes: i64,
}

/// Detaches the month of an export that was read back, as the owner of the database, and drops its
/// partition. Gateways go on.
///
/// # Errors
/// When the month is still needed, its table stays locked, or the database cannot be reached.
/// Nothing is changed then.
pub async fn detach(
    owner: &mut PgConnection,
    export: &Export,
    keep_months: u32,
    by: &str,
) -> Result<Detached, DetachError> {
    let mut transaction = owner.begin().await?;
    sqlx::query("set local statement_timeout = 0").execute(&mut *transaction).await?;
    sqlx::query("lock table ledger_archived_month in exclusive mode").execute(&mut *transaction).await?;
    let facts = facts(&mut transaction, export.month).await?;
    if let Some(needed) = facts.still_needed(export, keep_months) {
        return Err(needed.into());
    }
    carry_lots(&mut transaction, export.month).await?;
    let carried = carry_entries(&mut transaction, export.month).await?;
    sqlx::query(
        "insert into ledger_archived_month (month, entries, digest, detached_by) values ($1, $2, $3, $4)",
    )
    .bind(export.month.first_day())
    .bind(facts.entries)
    .bind(export.digest.as_slice())
    .bind(by)
    .execute(&mut *transaction)
    .await?;
    // Last: from here to the commit all entries are locked.
    short_locks::retry(&mut transaction, async |connection| {
        let mut attempt = connection.begin().await?;
        sqlx::query("select ledger_detach_month($1)")
            .bind(export.month.first_day())
            .execute(&mut *attempt)
            .await?;
        attempt.commit().await?;
        Ok::<_, DetachError>(())
    })
    .await?;
    transaction.commit().await?;
    Ok(Detached { carried, bytes: facts.bytes })
}

async fn carry_lots(connection: &mut PgConnection, month: Month) -> Result<(), StorageError> {
    sqlx::query(
        "insert into ledger_carried_lot as c (account_id, lot, came_in, went_out, bought, entries, last_entry)
         select account_id, lot, coalesce(sum(amount) filter (where amount > 0), 0),
                coalesce(-sum(amount) filter (where amount < 0), 0),
                coalesce(sum(amount) filter (where kind in (1, 2)), 0), count(*), max(number)
           from ledger_entry where at >= $1 and at < $2
          group by account_id, lot
             on conflict (account_id, lot) do update
            set came_in = c.came_in + excluded.came_in, went_out = c.went_out + excluded.went_out,
                bought = c.bought + excluded.bought, entries = c.entries + excluded.entries,
                last_entry = greatest(c.last_entry, excluded.last_entry)",
    )
    .bind(month.begins_at())
    .bind(month.ends_at())
    .execute(connection)
    .await?;
    Ok(())
}

/// Keeps the entries of calls that ended in a later month, and corrections.
async fn carry_entries(connection: &mut PgConnection, month: Month) -> Result<u64, StorageError> {
    let carried = sqlx::query(
        "insert into ledger_carried_entry
         select e.* from ledger_entry e
          where e.at >= $1 and e.at < $2
            and (e.kind = 7 or (e.kind in (4, 5) and e.call_id in (select o.call_id from ledger_open_at($2) o)))",
    );
    Ok(carried.bind(month.begins_at()).bind(month.ends_at()).execute(connection).await?.rows_affected())
}
