//! Restores a base backup into an empty folder, and replays the write-ahead log up to an instant.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{ConnectOptions, Connection};
use tokio::process::Child;
use tokio::time::sleep;

use super::error::LocalPostgresError;
use super::folder::Folder;
use super::locks::{StartLock, UserLock};
use super::postmaster::{Answer, Postmaster};
use super::segments::{self, Reached};
use super::supervise::Server;
use super::{LocalPostgres, Options, archive, base_backup, plain};

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
    /// Whether to end at a gap in the log, and lose what follows it.
    pub up_to_gap: bool,
}

impl Recovery {
    /// The folders with the log of this cluster: the archive of the settings may be of another.
    fn folders(&self) -> Vec<PathBuf> {
        let Ok(cluster) = segments::cluster_of(&self.base) else { return self.wal.clone() };
        let is_useful = |folder: &&PathBuf| !segments::is_of_another_cluster(folder, cluster);
        self.wal.iter().filter(is_useful).cloned().collect()
    }
}

impl LocalPostgres {
    /// Restores into an empty data folder, and starts the server on it. The server does not write
    /// until [`Self::accept_restored`].
    ///
    /// # Errors
    /// When the folder is not empty, the backup is damaged, the log does not reach the instant, or
    /// it has a gap. If the server cannot recover, the folder is emptied again.
    pub async fn restore(options: Options, recovery: &Recovery) -> Result<Self, LocalPostgresError> {
        let postmaster = Arc::new(Postmaster::for_backup(options, &recovery.base)?);
        let folder = postmaster.folder();
        let start_lock = StartLock::enter(folder).await?;
        let user_lock = UserLock::join(folder, &start_lock)?;
        let cluster = folder.cluster();
        if cluster.symlink_metadata().is_ok() {
            return Err(LocalPostgresError::NotEmpty { path: cluster });
        }
        if let Err(error) = base_backup::verify(&postmaster, &recovery.base).await {
            let _ = std::fs::remove_dir_all(folder.path());
            return Err(damaged(recovery, error));
        }
        folder.open(&folder.unverified_mark())?;
        folder.open(&folder.restored_mark())?;
        base_backup::copy(&postmaster, &recovery.base, &cluster)?;
        folder.open(&cluster.join("recovery.signal"))?;

        let wal = recovery.folders();
        let (mut child, log_begins_at) = postmaster.spawn_with(&settings(recovery, &wal))?;
        let mut replayed = recovered(&postmaster, &mut child, log_begins_at).await;
        if replayed.is_ok() && recovery.until.is_none() && !recovery.up_to_gap {
            replayed = without_gap(&postmaster, &wal).await;
        }
        if let Err(error) = replayed {
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

/// A base backup that does not pass its verification.
fn damaged(recovery: &Recovery, error: LocalPostgresError) -> LocalPostgresError {
    match error {
        LocalPostgresError::ProgramFailed { output, .. } => {
            LocalPostgresError::DamagedBackup { base: recovery.base.clone(), output }
        }
        other => other,
    }
}

fn settings(recovery: &Recovery, wal: &[PathBuf]) -> Vec<String> {
    let mut settings = vec![
        format!("restore_command={}", archive::restore_command(wal)),
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

/// Requires that the replay has reached all of the log in these folders.
async fn without_gap(postmaster: &Postmaster, wal: &[PathBuf]) -> Result<(), LocalPostgresError> {
    let mut connection = postmaster.connect_options("postgres").connect().await?;
    let (position, last_commit, own_timeline): (i64, Option<DateTime<Utc>>, i32) = sqlx::query_as(
        "select (coalesce(pg_last_wal_replay_lsn(), pg_current_wal_lsn()) - '0/0')::int8,
                pg_last_xact_replay_timestamp(),
                ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    let folder = postmaster.folder();
    let cluster = segments::cluster_of(&folder.cluster());
    let reached = Reached {
        cluster: cluster.map_err(LocalPostgresError::folder("read", &folder.cluster()))?,
        timeline: replayed_timeline(folder, own_timeline.unsigned_abs()),
        position: position.unsigned_abs(),
    };
    let unreached = segments::first_unreached(wal, reached);
    let wal_folder = wal.first().cloned().unwrap_or_default();
    match unreached.map_err(LocalPostgresError::folder("read", &wal_folder))? {
        None => Ok(()),
        Some(first) => Err(LocalPostgresError::Gap { last_commit, first }),
    }
}

/// The timeline from which a server was promoted: the last one in the history of its own.
fn replayed_timeline(folder: &Folder, own: u32) -> u32 {
    let history = folder.cluster().join(format!("pg_wal/{own:08X}.history"));
    let history = plain::read(&history).unwrap_or_default();
    let mut parents = history.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
    parents.next_back().unwrap_or(own)
}
