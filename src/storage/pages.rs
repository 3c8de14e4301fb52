//! Transactions of pages: short ones, so that no page delays a call.

use std::time::Duration;

use sqlx::{PgPool, Postgres, Transaction};

use super::error::StorageError;

/// Begins a snapshot in which a page reads all its figures.
pub async fn begin_reading(
    pool: &PgPool,
    statement_timeout: Duration,
) -> Result<Transaction<'static, Postgres>, StorageError> {
    let reading = pool.begin_with("begin isolation level repeatable read read only").await?;
    bounded(reading, statement_timeout).await
}

/// Begins a change.
pub async fn begin_change(
    pool: &PgPool,
    statement_timeout: Duration,
) -> Result<Transaction<'static, Postgres>, StorageError> {
    bounded(pool.begin().await?, statement_timeout).await
}

async fn bounded(
    mut transaction: Transaction<'static, Postgres>,
    statement_timeout: Duration,
) -> Result<Transaction<'static, Postgres>, StorageError> {
    sqlx::query("select set_config('statement_timeout', $1, true)")
        .bind(statement_timeout.as_millis().to_string())
        .execute(&mut *transaction)
        .await?;
    Ok(transaction)
}
