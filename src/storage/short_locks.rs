//! Changes of tables that gateways use. A statement that waits for a lock on a table makes every
//! later statement on that table wait behind it, such as those of paid calls. So it waits only for
//! a moment, gives way, and tries again.

use std::time::Duration;

use sqlx::{Error, PgConnection};
use tokio::time::{Instant, sleep};

use super::error::server_message;

/// How long a try waits for a lock, well below the 500 ms that a ledger's writer waits.
const LOCK_TIMEOUT: &str = "set lock_timeout = '150ms'";
const NO_LOCK_TIMEOUT: &str = "set lock_timeout = 0";
/// Pause between two tries, in which the statements that waited behind the last one are carried
/// out.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to try: longer than most reports and dumps of others take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Interval of the log line about waiting.
const LOGGED_EVERY: Duration = Duration::from_secs(15);

/// Other sessions kept the lock.
#[derive(Debug, thiserror::Error)]
#[error(
    "another session has locked a table for {} s, such as a dump or a forgotten transaction: nothing more was changed. Find it in \
     pg_stat_activity, then repeat the command",
    PATIENCE.as_secs()
)]
pub struct LocksTaken(#[source] Box<dyn std::error::Error + Send + Sync>);

/// An error that may be a lock that was not available.
pub(super) trait MayBeLocked:
    std::error::Error + Send + Sync + From<LocksTaken> + From<Error> + 'static
{
    /// The database's error in it.
    fn database_error(&self) -> Option<&Error>;
}

/// Makes a change, which must be atomic, until its locks are available.
///
/// # Errors
/// When the change fails for another reason, or the locks stay taken.
pub(super) async fn retry<T, E: MayBeLocked>(
    connection: &mut PgConnection,
    change: impl AsyncFn(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E> {
    let begun = Instant::now();
    let mut log_at = begun;
    sqlx::query(LOCK_TIMEOUT).execute(&mut *connection).await?;
    let done = loop {
        let error = match change(connection).await {
            Err(error) if error.database_error().is_some_and(is_lock) => error,
            done => break done,
        };
        if begun.elapsed() > PATIENCE {
            break Err(LocksTaken(Box::new(error)).into());
        }
        if log_at <= Instant::now() {
            let error = error.database_error().map(server_message);
            tracing::warn!(error, "a table is locked by another session; trying again");
            log_at = Instant::now() + LOGGED_EVERY;
        }
        sleep(PAUSE).await;
    };
    sqlx::query(NO_LOCK_TIMEOUT).execute(connection).await?;
    done
}

/// Whether a lock was not available in time, or a deadlock was broken at this session's cost.
fn is_lock(error: &Error) -> bool {
    matches!(error.as_database_error().and_then(|answer| answer.code()).as_deref(), Some("55P03" | "40P01"))
}
