//! The operator's own database, which `DATABASE_URL` names.

use std::io;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::time::{Instant, sleep, timeout};

use crate::config::Settings;
use crate::storage::error::server_message;
use crate::storage::pool;

/// Timeout of the first connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The first and the longest pause between attempts to connect to a database that is starting. Each
/// pause doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// Connection options of the operator's database, if it is not the private one.
pub(super) fn options(settings: &Settings) -> anyhow::Result<Option<PgConnectOptions>> {
    let Some(url) = &settings.database_url else { return Ok(None) };
    let options = pool::options(url.expose_secret()).context("DATABASE_URL is not a URL of PostgreSQL")?;
    Ok(Some(match &settings.database_password {
        Some(password) => options.password(password.expose_secret()),
        None => options,
    }))
}

/// Waits up to `database.start_wait_s` until the operator's database accepts connections: after a
/// reboot it may start later than the gateway.
///
/// # Errors
/// When it cannot be reached in time, or rejects the connection for a reason that does not pass.
pub(in crate::command) async fn wait_for(settings: &Settings) -> anyhow::Result<()> {
    let Some(options) = options(settings)? else { return Ok(()) };
    let deadline = Instant::now() + settings.database.start_wait;
    let mut pause = FIRST_PAUSE;
    loop {
        let Err(error) = connect_once(&options).await else { return Ok(()) };
        if !may_yet_come(&error) || Instant::now() + pause > deadline {
            return Err(error.into());
        }
        if pause == FIRST_PAUSE {
            let wait_s = settings.database.start_wait.as_secs();
            tracing::warn!(%error, wait_s, "database does not accept connections yet; waiting");
        }
        sleep(pause).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

/// Connects once. The error of a pool would be a timeout without the cause.
pub(super) async fn reach(options: &PgConnectOptions) -> anyhow::Result<()> {
    Ok(connect_once(options).await?)
}

#[derive(Debug, thiserror::Error)]
#[error("cannot connect to the database at {host}:{port}: {}", server_message(.error))]
struct NotReached {
    host: String,
    port: u16,
    #[source]
    error: sqlx::Error,
}

async fn connect_once(options: &PgConnectOptions) -> Result<(), NotReached> {
    let connecting = async { options.connect().await?.close().await };
    let connected = timeout(CONNECT_WITHIN, connecting).await.unwrap_or_else(|_| {
        let seconds = CONNECT_WITHIN.as_secs();
        let silent = io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {seconds} s"));
        Err(sqlx::Error::Io(silent))
    });
    let (host, port) = (options.get_host().to_owned(), options.get_port());
    connected.map_err(|error| NotReached { host, port, error })
}

/// Whether a database that cannot be reached may become available: no listener yet, an unknown host
/// name, a server that starts or recovers, or no free connection. A wrong password or database name
/// stays wrong.
fn may_yet_come(error: &NotReached) -> bool {
    match &error.error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(answer) => matches!(answer.code().as_deref(), Some("57P03" | "53300")),
        _ => false,
    }
}
