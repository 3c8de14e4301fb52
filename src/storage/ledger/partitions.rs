//! The monthly partitions of `ledger_entry`, and their index by arrival.

use sqlx::PgConnection;

use crate::storage::error::StorageError;

/// Makes the partitions of this month and of the given number of months after it; returns how many were missing.
///
/// # Errors
/// When the store is away or read-only.
pub async fn make_partitions(connection: &mut PgConnection, months_ahead: i32) -> Result<i32, StorageError> {
    let (made,): (i32,) =
        sqlx::query_as("select ledger_make_partitions($1)").bind(months_ahead).fetch_one(connection).await?;
    Ok(made)
}

/// Makes what was written lately known to the index by arrival; returns how many ranges of pages that were. Without it,
/// whoever looks for a call reads all that was written since autovacuum came by.
///
/// # Errors
/// When the store is away or read-only.
pub async fn summarize_entries(connection: &mut PgConnection) -> Result<i32, StorageError> {
    let (ranges,): (i32,) = sqlx::query_as("select ledger_summarize_entries()").fetch_one(connection).await?;
    Ok(ranges)
}
