//! Months of the ledger that leave the database: exported, and then detached. What the books need
//! of them stays: the batches with their hashes, sums by lot, and the entries that are still read.

mod detach;
mod export;
mod fault;
pub mod file;
mod needed;
mod walk;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::month::Month;
use crate::storage::error::StorageError;

pub use detach::{DetachError, Detached, detach};
pub use export::{BatchHash, MonthCounts, close, counts, fetch, matching, open};
pub use fault::FileFault;
pub use needed::StillNeeded;

/// Returns the instant before which all entries were detached. `None`: no month was.
///
/// # Errors
/// When the database cannot be reached.
pub async fn archived_until(connection: &mut PgConnection) -> Result<Option<DateTime<Utc>>, StorageError> {
    let until = sqlx::query_scalar(
        "select ((max(month) + interval '1 month') at time zone 'utc')::timestamptz from ledger_archived_month",
    );
    Ok(until.fetch_one(connection).await?)
}

/// A month that was detached.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ArchivedMonth {
    pub entries: i64,
    /// SHA-256 of the export.
    pub digest: Vec<u8>,
}

/// Returns what is known of a month that was detached.
///
/// # Errors
/// When the database cannot be reached.
pub async fn archived(
    connection: &mut PgConnection,
    month: Month,
) -> Result<Option<ArchivedMonth>, StorageError> {
    let found = sqlx::query_as("select entries, digest from ledger_archived_month where month = $1");
    Ok(found.bind(month.first_day()).fetch_optional(connection).await?)
}

/// The name of a month's partition, as in the migrations.
fn partition(month: Month) -> String {
    format!("ledger_entry_{}", month.first_day().format("%Y_%m"))
}
