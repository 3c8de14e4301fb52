//! The connection pool for everything but the ledger's writer, and the migrations.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};

use super::error::StorageError;

/// The schema, forward only.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Options for every connection of this program: statements are never logged, because their values may be personal.
pub fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(url.parse::<PgConnectOptions>()?.disable_statement_logging())
}

/// A pool whose connections give up on their own rather than hold others up.
pub fn pool(options: PgConnectOptions, max_connections: u32, wait: Duration) -> PgPool {
    let options = options.application_name("fluence").options([
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ]);
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(wait)
        .after_release(|connection, _| {
            Box::pin(async move {
                // A cancelled `begin` can leave a transaction open (sqlx 0.8.4 to 0.9.0); the next borrower must not
                // work inside it. Outside a transaction this is a warning of the server and nothing more.
                connection.execute("rollback").await?;
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// Brings the schema up to date. Several gateways may do so at once: one does it, the others wait.
pub async fn migrate(pool: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    MIGRATIONS.run(pool).await
}

/// Whether the schema is the one this program was built for.
pub async fn schema_is_current(pool: &PgPool) -> Result<bool, StorageError> {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
    let (applied,): (Option<i64>,) =
        sqlx::query_as("select max(version) from _sqlx_migrations where success").fetch_one(pool).await?;
    Ok(applied == Some(newest))
}

/// Whether the database takes writes: a primary that was demoted in place still answers reads.
pub async fn can_write(pool: &PgPool) -> Result<bool, StorageError> {
    let (read_only,): (bool,) =
        sqlx::query_as("select current_setting('transaction_read_only')::bool or pg_is_in_recovery()")
            .fetch_one(pool)
            .await?;
    Ok(!read_only)
}
