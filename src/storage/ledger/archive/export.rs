//! Reads the batches and entries of a month, and compares an export with them.

use sqlx::PgConnection;

use crate::domain::month::Month;
use crate::storage::error::StorageError;
use crate::storage::ledger::sealed_row::{SealedRow, open_rows};

const OPEN_ROWS: &str = open_rows!(
    "month_rows",
    "select b.* from ledger_batch b where b.at >= $1 and b.at < $2",
    "where e.at >= $1 and e.at < $2"
);

/// Opens the cursor over a month, within a transaction.
///
/// # Errors
/// When the database cannot be reached.
pub async fn open(connection: &mut PgConnection, month: Month) -> Result<(), StorageError> {
    sqlx::query("set local statement_timeout = 0").execute(&mut *connection).await?;
    sqlx::query(OPEN_ROWS).bind(month.begins_at()).bind(month.ends_at()).execute(connection).await?;
    Ok(())
}

/// Returns the next rows of the cursor. None are left after an empty answer.
///
/// # Errors
/// When the database cannot be reached.
pub async fn fetch(connection: &mut PgConnection) -> Result<Vec<SealedRow>, StorageError> {
    Ok(sqlx::query_as("fetch 2000 from month_rows").fetch_all(connection).await?)
}

/// Closes the cursor.
///
/// # Errors
/// When the database cannot be reached.
pub async fn close(connection: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query("close month_rows").execute(connection).await?;
    Ok(())
}

/// A batch and its hash, as an export has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchHash {
    pub epoch: i32,
    pub batch: i32,
    pub hash: Vec<u8>,
}

/// Returns how many of these batches the ledger has in the month, with the same hashes.
///
/// # Errors
/// When the database cannot be reached.
pub async fn matching(
    connection: &mut PgConnection,
    month: Month,
    batches: &[BatchHash],
) -> Result<u64, StorageError> {
    let found: i64 = sqlx::query_scalar(
        "select count(*) from unnest($1::int[], $2::int[], $3::bytea[]) as n (epoch, batch, hash)
           join ledger_batch b on b.epoch = n.epoch and b.batch = n.batch and b.hash = n.hash
          where b.at >= $4 and b.at < $5",
    )
    .bind(batches.iter().map(|batch| batch.epoch).collect::<Vec<_>>())
    .bind(batches.iter().map(|batch| batch.batch).collect::<Vec<_>>())
    .bind(batches.iter().map(|batch| batch.hash.as_slice()).collect::<Vec<_>>())
    .bind(month.begins_at())
    .bind(month.ends_at())
    .fetch_one(connection)
    .await?;
    Ok(found.unsigned_abs())
}

/// What the database has of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MonthCounts {
    pub batches: i64,
    /// Zero once they were detached.
    pub entries: i64,
}

/// Counts the batches and entries of a month.
///
/// # Errors
/// When the database cannot be reached.
pub async fn counts(connection: &mut PgConnection, month: Month) -> Result<MonthCounts, StorageError> {
    let counts = sqlx::query_as(
        "select (select count(*) from ledger_batch where at >= $1 and at < $2) as batches,
                (select count(*) from ledger_entry where at >= $1 and at < $2) as entries",
    );
    Ok(counts.bind(month.begins_at()).bind(month.ends_at()).fetch_one(connection).await?)
}
