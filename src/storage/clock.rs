//! The database's clock, by which money and keys expire on every node alike.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::error::StorageError;

/// The time of the present transaction, or of the statement outside one.
///
/// # Errors
/// When the database is away.
pub async fn now(connection: &mut PgConnection) -> Result<DateTime<Utc>, StorageError> {
    let (now,): (DateTime<Utc>,) = sqlx::query_as("select now()").fetch_one(connection).await?;
    Ok(now)
}
