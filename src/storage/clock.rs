//! The database's clock, which decides on every gateway when credits and keys expire.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::error::StorageError;

/// Returns the time of the current transaction, or of the statement outside one.
pub async fn now(connection: &mut PgConnection) -> Result<DateTime<Utc>, StorageError> {
    let (now,): (DateTime<Utc>,) = sqlx::query_as("select now()").fetch_one(connection).await?;
    Ok(now)
}

/// Returns the time of this statement: after a wait for a lock, what its holder did lies before it.
pub async fn after_lock(connection: &mut PgConnection) -> Result<DateTime<Utc>, StorageError> {
    let (now,): (DateTime<Utc>,) = sqlx::query_as("select clock_timestamp()").fetch_one(connection).await?;
    Ok(now)
}
