//! The connection pools for everything but the ledger's writer.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Postgres, Row};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::error::StorageError;
use super::runtime_role;

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
        // To compile a statement takes longer than any of these takes to run.
        ("jit", "off"),
    ]);
    with_clean_connections(max_connections, wait).connect_lazy_with(options.application_name("fluence"))
}

/// A small pool for a command, whose statements may take as long as an import or a statement of account needs.
pub fn command_pool(options: PgConnectOptions) -> PgPool {
    let options = options.options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s")]);
    with_clean_connections(4, Duration::from_secs(10))
        .connect_lazy_with(options.application_name("fluence-command"))
}

/// A connection of the pool.
///
/// # Errors
/// When the database is away, or all connections stay in use.
pub async fn acquire(pool: &PgPool) -> Result<PoolConnection<Postgres>, StorageError> {
    Ok(pool.acquire().await?)
}

/// A connection that takes longer to say that it is clean is taken for dead: its place in the pool is needed.
const CHECKED_WITHIN: Duration = Duration::from_secs(2);
/// A cancelled `begin` can leave a transaction open (sqlx 0.8.4 to 0.9.0); the next borrower must not work inside it. A
/// `rollback` alone makes the server warn, in its own log, whenever there is nothing to roll back, which is nearly always;
/// behind a `begin` it warns only in the rare case, and a transaction that has failed refuses the `begin`. Read-only is a
/// primary that was demoted in place: it keeps its connections, and only closing them leads to the new one.
const CLEAN: &str = "begin; rollback; show transaction_read_only";

fn with_clean_connections(max_connections: u32, wait: Duration) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(wait)
        .after_connect(|connection, _| {
            Box::pin(async move { runtime_role::put_on(connection).await.map(drop) })
        })
        .test_before_acquire(false)
        .before_acquire(move |connection, _| {
            Box::pin(async move {
                // The test that sqlx would make in its place has no limit of its own: after the database host has vanished,
                // each dead connection would cost some caller the whole wait. So there is time left for a new one.
                timeout(wait / 2, connection.ping()).await.map_err(timed_out)??;
                Ok(true)
            })
        })
        .after_release(|connection, _| {
            Box::pin(async move {
                let read_only = sqlx::raw_sql(CLEAN).fetch_one(connection);
                let read_only = timeout(CHECKED_WITHIN, read_only).await.map_err(timed_out)??;
                Ok(read_only.try_get::<&str, _>(0)? == "off")
            })
        })
}

/// An error: the pool lets go of the connection without a word to the server.
fn timed_out(_: Elapsed) -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}

/// Whether the database takes writes: a primary that was demoted in place still answers reads.
pub async fn can_write(pool: &PgPool) -> Result<bool, StorageError> {
    let (read_only,): (bool,) =
        sqlx::query_as("select current_setting('transaction_read_only')::bool or pg_is_in_recovery()")
            .fetch_one(pool)
            .await?;
    Ok(!read_only)
}
