//! The monthly partitions of `ledger_entry`, and their index by arrival.

use sqlx::PgConnection;

use crate::storage::error::StorageError;

/// Creates the partitions of this month and of `months_ahead` more. Returns how many were missing.
///
/// # Errors
/// When the database is read-only.
pub async fn make_partitions(connection: &mut PgConnection, months_ahead: i32) -> Result<i32, StorageError> {
    let (made,): (i32,) =
        sqlx::query_as("select ledger_make_partitions($1)").bind(months_ahead).fetch_one(connection).await?;
    Ok(made)
}

/// Adds recent entries to the index by arrival. Returns the number of new page ranges. Without it,
/// a lookup of a call reads all entries since the last autovacuum.
///
/// # Errors
/// When the database is read-only.
pub async fn summarize_entries(connection: &mut PgConnection) -> Result<i32, StorageError> {
    let (ranges,): (i32,) = sqlx::query_as("select ledger_summarize_entries()").fetch_one(connection).await?;
    Ok(ranges)
}
