//! A private PostgreSQL for `serve` without `DATABASE_URL` and for tests: no configuration, no
//! port, no password.
//!
//! It supervises the installed programs. The server listens only on a Unix socket in a folder that
//! only its user may enter. Several processes may use one server: the first starts it, the last
//! stops it, and after all were killed the next adopts a server that still runs.
//!
//! `discover` finds the programs, `owner` chooses the user, `folder` and `cluster` create the
//! folders, `locks` counts the users, `plain` opens files in a folder of another user, `postmaster`
//! runs the server, `supervise` restarts it, `stale` removes what a killed server left. `archive`,
//! `base_backup`, `recovery` and `segments` are for backups, `throwaway` and `template` for tests.

mod archive;
mod base_backup;
mod cluster;
mod discover;
mod error;
mod folder;
mod locks;
mod owner;
mod plain;
mod postmaster;
mod recovery;
mod segments;
pub mod settings;
mod stale;
mod supervise;
pub mod template;
mod throwaway;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::process::geteuid;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

pub use self::archive::ArchiveDir;
pub use self::error::LocalPostgresError;
use self::locks::{StartLock, UserLock};
use self::postmaster::Postmaster;
pub use self::recovery::Recovery;
use self::supervise::Server;
pub use self::throwaway::Throwaway;

/// The one database user, and the database it uses.
const USER: &str = "fluence";

#[derive(Debug, Clone)]
pub struct Options {
    /// The data folder of the gateway; the server uses `postgres` in it.
    pub data_dir: PathBuf,
    /// Whether a commit survives a power failure. `false` is for tests: several times faster, and
    /// stops at once.
    pub durable: bool,
    /// Maximum number of connections of all processes together.
    pub max_connections: u16,
    /// Folder into which the server archives its write-ahead log.
    pub archive_dir: Option<ArchiveDir>,
}

/// A private server in use. Dropped without `stop`, it leaves the server running, and the next
/// start adopts it.
#[derive(Debug)]
pub struct LocalPostgres {
    postmaster: Arc<Postmaster>,
    user_lock: UserLock,
    keeper: JoinHandle<Server>,
    keep: DropGuard,
}

impl LocalPostgres {
    /// Starts the server on this folder, or adopts the one that runs there, and restarts it until
    /// `stop`.
    pub async fn start(options: Options) -> Result<Self, LocalPostgresError> {
        let postmaster = Arc::new(Postmaster::new(options)?);
        let start_lock = StartLock::enter(postmaster.folder()).await?;
        let user_lock = UserLock::join(postmaster.folder(), &start_lock)?;
        let server = postmaster.bring_up(&start_lock).await?;
        create_database(&postmaster).await?;
        tracing::info!(
            folder = %postmaster.folder().path().display(),
            adopted = matches!(server, Server::Adopted),
            "private PostgreSQL ready"
        );
        Ok(Self::keep(postmaster, user_lock, server))
    }

    /// Restarts the server if it ends.
    fn keep(postmaster: Arc<Postmaster>, user_lock: UserLock, server: Server) -> Self {
        let stop = CancellationToken::new();
        let keep = stop.clone().drop_guard();
        let keeper = tokio::spawn({
            let postmaster = Arc::clone(&postmaster);
            async move { postmaster.keep_up(server, stop).await }
        });
        Self { postmaster, user_lock, keeper, keep }
    }

    pub fn connect_options(&self) -> PgConnectOptions {
        self.postmaster.connect_options(USER)
    }

    /// The connection URL, for `psql` and other programs.
    pub fn url(&self) -> String {
        let folder = percent_encoded(self.postmaster.folder().path());
        format!("postgresql://{USER}@localhost:{}/{USER}?host={folder}", folder::PORT)
    }

    /// Leaves the server, and stops it if no other process uses it. Close the pool first.
    ///
    /// # Errors
    /// When the server does not stop in time. No commit is lost.
    pub async fn stop(self) -> Result<(), LocalPostgresError> {
        drop(self.keep);
        let server = self.keeper.await.unwrap_or(Server::Adopted);
        let folder = self.postmaster.folder();
        let start_lock = StartLock::enter(folder).await?;
        if self.user_lock.leave(folder, &start_lock)? {
            self.postmaster.shut_down(server, &start_lock).await?;
            tracing::info!("private PostgreSQL stopped");
        }
        Ok(())
    }
}

/// The default data folder: `/var/lib/fluence` for root, else `$XDG_STATE_HOME/fluence` or
/// `~/.local/state/fluence`. Never in a checkout, which the unprivileged server may be unable to
/// reach.
pub fn default_data_dir() -> PathBuf {
    if geteuid().is_root() {
        return PathBuf::from("/var/lib/fluence");
    }
    env::var_os("XDG_STATE_HOME")
        .map(PathBuf::from)
        .filter(|state| state.is_absolute())
        .unwrap_or_else(|| env::home_dir().unwrap_or_else(|| "/var/tmp".into()).join(".local/state"))
        .join("fluence")
}

async fn create_database(postmaster: &Postmaster) -> Result<(), sqlx::Error> {
    let mut connection = postmaster.connect_options("postgres").connect().await?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = 'fluence')")
        .fetch_one(&mut connection)
        .await?;
    if !there {
        sqlx::query("create database fluence").execute(&mut connection).await?;
    }
    connection.close().await
}

/// Encodes all but letters, digits, `-._~` and `/`, so that any folder fits into the query of a
/// URL.
fn percent_encoded(path: &Path) -> String {
    use std::fmt::Write;
    let mut encoded = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_folder_name_fits_into_a_url() {
        assert_eq!(percent_encoded(Path::new("/var/lib/a b&c=ü?%")), "/var/lib/a%20b%26c%3D%C3%BC%3F%25");
    }
}
