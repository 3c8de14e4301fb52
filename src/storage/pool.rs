//! The connection pools for everything but the ledger's writer.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};

use super::error::StorageError;

/// Options for every connection of this program: statements are never logged, because their values may be personal.
pub fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(url.parse::<PgConnectOptions>()?.disable_statement_logging())
}

/// A pool whose connections give up on their own rather than hold others up.
pub fn pool(options: PgConnectOptions, max_connections: u32, wait: Duration) -> PgPool {
    let options = options.options([
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        QUIET,
    ]);
    with_clean_connections(max_connections, wait).connect_lazy_with(options.application_name("fluence"))
}

/// A small pool for a command, whose statements may take as long as an import or a statement of account needs.
pub fn command_pool(options: PgConnectOptions) -> PgPool {
    let options =
        options.options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s"), QUIET]);
    with_clean_connections(4, Duration::from_secs(10))
        .connect_lazy_with(options.application_name("fluence-command"))
}

/// Keeps the server from warning at each `rollback` below that there was nothing to roll back.
const QUIET: (&str, &str) = ("client_min_messages", "error");

fn with_clean_connections(max_connections: u32, wait: Duration) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(max_connections).acquire_timeout(wait).after_release(
        |connection, _| {
            Box::pin(async move {
                // A cancelled `begin` can leave a transaction open (sqlx 0.8.4 to 0.9.0); the next borrower must not
                // work inside it. Outside a transaction this does nothing.
                connection.execute("rollback").await?;
                Ok(true)
            })
        },
    )
}

/// Whether the database takes writes: a primary that was demoted in place still answers reads.
pub async fn can_write(pool: &PgPool) -> Result<bool, StorageError> {
    let (read_only,): (bool,) =
        sqlx::query_as("select current_setting('transaction_read_only')::bool or pg_is_in_recovery()")
            .fetch_one(pool)
            .await?;
    Ok(!read_only)
}
