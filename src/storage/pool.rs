//! The connection pools for everything except the ledger's writer.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Postgres, Row};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::error::StorageError;
use super::runtime_role;

/// Size of the pool of the keyring and of readiness: each runs one query at a time, the keyring one
/// for keys and one for balances.
pub const VITAL_CONNECTIONS: u32 = 3;

/// Options of every connection: statements are never logged, because their values may be personal
/// data.
pub fn options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    Ok(url.parse::<PgConnectOptions>()?.disable_statement_logging())
}

/// Returns a pool whose connections time out by themselves and do not hold others up.
pub fn pool(options: PgConnectOptions, max_connections: u32, wait: Duration) -> PgPool {
    let options = options.options([
        ("statement_timeout", "5s"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "10s"),
        // Compiling a statement takes longer than running any of these.
        ("jit", "off"),
    ]);
    with_clean_connections(max_connections, wait).connect_lazy_with(options.application_name("fluence"))
}

/// Connects as the owner of the database, for changes that gateways may not make.
pub async fn owner_connection(options: &PgConnectOptions) -> Result<PgConnection, StorageError> {
    let options = options.clone().options([("lock_timeout", "10s"), ("statement_timeout", "60s")]);
    Ok(options.application_name("fluence-command").connect().await?)
}

/// Returns a small pool for a command, whose statements may take as long as an import or a long
/// statement of account.
pub fn command_pool(options: PgConnectOptions) -> PgPool {
    let options = options.options([("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s")]);
    with_clean_connections(4, Duration::from_secs(10))
        .connect_lazy_with(options.application_name("fluence-command"))
}

/// A connection of the pool.
///
/// # Errors
/// When the database is unavailable, or all connections stay in use.
pub async fn acquire(pool: &PgPool) -> Result<PoolConnection<Postgres>, StorageError> {
    Ok(pool.acquire().await?)
}

/// A connection that takes longer to say that it is clean is taken for dead: its place in the pool
/// is needed.
const CHECKED_WITHIN: Duration = Duration::from_secs(2);
/// A cancelled `begin` can leave a transaction open (sqlx 0.8.4 to 0.9.0), and the next user of the
/// connection must not work inside it. A `rollback` alone would make the server log a warning
/// whenever there is nothing to roll back, which is nearly always. After a `begin` it warns only in
/// the rare case, and a failed transaction rejects the `begin`. Read-only means a primary that was
/// demoted in place: it keeps its connections, and only closing them leads to the new primary.
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
                // sqlx's own test has no timeout: after the database host has vanished, each dead
                // connection would cost a caller the whole wait. This leaves time for a new one.
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

/// Returns an error, on which the pool drops the connection without notifying the server.
fn timed_out(_: Elapsed) -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())
}

/// Whether the database accepts writes: a primary that was demoted in place still answers reads.
pub async fn can_write(pool: &PgPool) -> Result<bool, StorageError> {
    let (read_only,): (bool,) =
        sqlx::query_as("select current_setting('transaction_read_only')::bool or pg_is_in_recovery()")
            .fetch_one(pool)
            .await?;
    Ok(!read_only)
}
