//! Restores a base backup into an empty folder, and replays the write-ahead log up to an instant.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions, Connection};
use tokio::process::Child;
use tokio::time::sleep;

use super::error::LocalPostgresError;
use super::locks::{StartLock, UserLock};
use super::postmaster::{Answer, Postmaster};
use super::supervise::Server;
use super::{LocalPostgres, Options, archive, base_backup};

const POLL_EVERY: Duration = Duration::from_millis(50);

/// What to restore.
#[derive(Debug)]
pub struct Recovery {
    /// The folder of a base backup.
    pub base: PathBuf,
    /// Folders with parts of the write-ahead log, in the order in which they are searched.
    pub wal: Vec<PathBuf>,
    /// The last instant to restore. `None`: all that the log has.
    pub until: Option<DateTime<Utc>>,
}

impl LocalPostgres {
    /// Restores into an empty data folder, and starts the server on it. The server does not write
    /// until [`Self::accept_restored`].
    ///
    /// # Errors
    /// When the folder is not empty, the backup is damaged, or the log does not reach the instant.
    /// If the server cannot recover, the folder is emptied again.
    pub async fn restore(options: Options, recovery: &Recovery) -> Result<Self, LocalPostgresError> {
        let postmaster = Arc::new(Postmaster::for_backup(options, &recovery.base)?);
        let folder = postmaster.folder();
        let start_lock = StartLock::enter(folder).await?;
        let user_lock = UserLock::join(folder, &start_lock)?;
        let cluster = folder.cluster();
        if cluster.symlink_metadata().is_ok() {
            return Err(LocalPostgresError::NotEmpty { path: cluster });
        }
        base_backup::verify(&postmaster, &recovery.base).await?;
        folder.open(&folder.unverified_mark())?;
        base_backup::copy(&postmaster, &recovery.base, &cluster)?;
        folder.open(&cluster.join("recovery.signal"))?;

        let (mut child, log_begins_at) = postmaster.spawn_with(&settings(recovery))?;
        if let Err(error) = recovered(&postmaster, &mut child, log_begins_at).await {
            let _ = postmaster.stop().await;
            // Of no use, and in the way of the next try.
            let _ = std::fs::remove_dir_all(folder.path());
            return Err(error);
        }
        Ok(Self::keep(postmaster, user_lock, Server::Ours(child)))
    }

    /// Whether the data was restored and is not accepted yet, so that the server does not write.
    pub fn is_unverified(&self) -> bool {
        self.postmaster.is_unverified()
    }

    /// The file that marks it as such.
    pub fn unverified_mark(&self) -> PathBuf {
        self.postmaster.folder().unverified_mark()
    }

    /// Lets the next start write to the restored data.
    ///
    /// # Errors
    /// When the mark cannot be removed.
    pub fn accept_restored(&self) -> Result<(), LocalPostgresError> {
        let mark = self.unverified_mark();
        std::fs::remove_file(&mark).map_err(LocalPostgresError::folder("remove", &mark))
    }
}

fn settings(recovery: &Recovery) -> Vec<String> {
    let mut settings = vec![
        format!("restore_command={}", archive::restore_command(&recovery.wal)),
        "recovery_target_timeline=latest".to_owned(),
        "recovery_target_action=promote".to_owned(),
        // The only user is this process.
        "hot_standby=off".to_owned(),
    ];
    if let Some(until) = recovery.until {
        settings.push(format!("recovery_target_time={}", until.format("%Y-%m-%d %H:%M:%S%.6f+00")));
    }
    settings
}

/// Waits until the server has replayed the log and accepts connections. However long that takes:
/// the log may be large.
async fn recovered(
    postmaster: &Postmaster,
    child: &mut Child,
    log_begins_at: u64,
) -> Result<(), LocalPostgresError> {
    loop {
        if let Ok(Some(_)) = child.try_wait() {
            let tail = postmaster.log_tail(log_begins_at);
            return Err(if tail.contains("before configured recovery target was reached") {
                LocalPostgresError::LogEndsBefore { tail }
            } else if tail.contains("before consistent recovery point") {
                LocalPostgresError::BeforeTheBackup
            } else {
                LocalPostgresError::Exited { log: postmaster.folder().log(), tail }
            });
        }
        if postmaster.ask().await? == Answer::Ready {
            let mut connection = postmaster.connect_options("postgres").connect().await?;
            let is_recovering: bool =
                sqlx::query_scalar("select pg_is_in_recovery()").fetch_one(&mut connection).await?;
            connection.close().await?;
            if !is_recovering {
                return Ok(());
            }
        }
        sleep(POLL_EVERY).await;
    }
}
