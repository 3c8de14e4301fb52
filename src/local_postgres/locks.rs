//! Several processes share one private server: `serve` and commands such as `fluence key create`.
//!
//! Two locked files count the users. A process that starts or stops the server holds the *start
//! lock* exclusively; every process that uses the server holds the *user lock* shared, acquired and
//! released only under the start lock. The last user stops the server. The kernel releases the
//! locks of a killed process, so nothing is left to clean up.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::Instant;

use super::error::LocalPostgresError;
use super::folder::Folder;

/// Longer than any start or stop, see `supervise`.
const START_LOCK_WITHIN: Duration = Duration::from_secs(150);
const POLL_EVERY: Duration = Duration::from_millis(20);

/// Held by the process that starts or stops the server. Dropping it releases the lock.
#[derive(Debug)]
pub(super) struct StartLock(#[expect(dead_code, reason = "an open file is the lock")] File);

impl StartLock {
    /// Waits for the lock.
    pub(super) async fn enter(folder: &Folder) -> Result<Self, LocalPostgresError> {
        let deadline = Instant::now() + START_LOCK_WITHIN;
        loop {
            if let Some(start_lock) = Self::try_enter(folder)? {
                return Ok(start_lock);
            }
            if Instant::now() >= deadline {
                let seconds = START_LOCK_WITHIN.as_secs();
                return Err(LocalPostgresError::Busy { folder: folder.path().to_owned(), seconds });
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
    }

    /// Takes the lock if it is free.
    pub(super) fn try_enter(folder: &Folder) -> Result<Option<Self>, LocalPostgresError> {
        let path = folder.path().join("start.lock");
        let file = folder.open(&path)?;
        Ok(try_alone(&file, &path)?.then_some(Self(file)))
    }
}

/// Held by every process that uses the server.
#[derive(Debug)]
pub(super) struct UserLock(File);

impl UserLock {
    /// Joins the users. An exclusive user lock is only requested under the start lock, so it is
    /// always free here.
    pub(super) fn join(folder: &Folder, _inside: &StartLock) -> Result<Self, LocalPostgresError> {
        let path = folder.path().join("users.lock");
        let file = folder.open(&path)?;
        file.lock_shared().map_err(LocalPostgresError::folder("lock", &path))?;
        Ok(Self(file))
    }

    /// Leaves the users. Returns whether no user is left.
    pub(super) fn leave(self, folder: &Folder, _inside: &StartLock) -> Result<bool, LocalPostgresError> {
        let path = folder.path().join("users.lock");
        self.0.unlock().map_err(LocalPostgresError::folder("unlock", &path))?;
        try_alone(&self.0, &path)
    }
}

/// Whether processes use the server in this folder. One that cannot be asked may have users.
pub(super) fn has_users(server: &Path) -> bool {
    match File::open(server.join("users.lock")) {
        Ok(file) => file.try_lock().is_err(),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

fn try_alone(file: &File, path: &Path) -> Result<bool, LocalPostgresError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(LocalPostgresError::folder("lock", path)(source)),
    }
}
