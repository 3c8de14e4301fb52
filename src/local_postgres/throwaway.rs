//! A temporary private server in memory for one run of the tests.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::geteuid;

use super::error::LocalPostgresError;
use super::locks::{StartLock, UserLock};
use super::postmaster::Postmaster;
use super::supervise::Server;
use super::{LocalPostgres, Options};

const MEMORY: &str = "/dev/shm";
/// Containers have 64 MiB of `/dev/shm` by default, which a few test databases fill.
const MEMORY_AT_LEAST_KIB: u64 = 1 << 20;
const NAME_PREFIX: &str = "fluence-test-";
/// Tests run in many processes, each with one pool for each test.
const MAX_CONNECTIONS: u16 = 200;

/// A server without durability, and its folder.
#[derive(Debug)]
pub struct Throwaway {
    server: LocalPostgres,
    data_dir: PathBuf,
}

impl Throwaway {
    /// Starts a server in memory, or in the temporary folder if memory is short, and removes
    /// servers of killed runs.
    ///
    /// # Errors
    /// Whatever keeps it from starting, with what to do about it.
    pub async fn start() -> Result<Self, LocalPostgresError> {
        let memory = Path::new(MEMORY);
        let temporary = std::env::temp_dir();
        for base in [memory, temporary.as_path()] {
            remove_abandoned(base).await;
        }

        let base = if free_kib(memory) >= MEMORY_AT_LEAST_KIB { memory } else { temporary.as_path() };
        let data_dir = base.join(format!("{NAME_PREFIX}{:016x}", rand::random::<u64>()));
        match LocalPostgres::start(options(&data_dir)).await {
            Ok(server) => Ok(Self { server, data_dir }),
            Err(error) => {
                remove(&data_dir);
                Err(error)
            }
        }
    }

    /// The URL for its superuser.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Stops the server and removes all its data.
    ///
    /// # Errors
    /// When the server does not stop. The next start removes its folder.
    pub async fn stop(self) -> Result<(), LocalPostgresError> {
        self.server.stop().await?;
        remove(&self.data_dir);
        Ok(())
    }
}

fn options(data_dir: &Path) -> Options {
    Options {
        data_dir: data_dir.to_owned(),
        durable: false,
        max_connections: MAX_CONNECTIONS,
        archive_dir: None,
    }
}

/// Stops and removes the servers of killed runs. Failures are only logged.
async fn remove_abandoned(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let data_dir = entry.path();
        // A run that is starting has no such file yet, or holds the start lock.
        let begun = data_dir.join("postgres/users.lock").exists();
        if begun && is_our_folder(&data_dir) && entry.file_name().to_string_lossy().starts_with(NAME_PREFIX) {
            match stop_abandoned(&data_dir).await {
                Ok(true) => remove(&data_dir),
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(folder = %data_dir.display(), %error, "removing a server of a killed run failed")
                }
            }
        }
    }
}

/// Whether this user created a folder: in a shared folder, any user may create one with such a
/// name.
fn is_our_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && found.uid() == geteuid().as_raw())
}

/// Stops the server if no process uses it. Returns whether it was stopped.
async fn stop_abandoned(data_dir: &Path) -> Result<bool, LocalPostgresError> {
    let postmaster = Postmaster::new(options(data_dir))?;
    let Some(start_lock) = StartLock::try_enter(postmaster.folder())? else { return Ok(false) };
    if !UserLock::join(postmaster.folder(), &start_lock)?.leave(postmaster.folder(), &start_lock)? {
        return Ok(false);
    }
    postmaster.shut_down(Server::Adopted, &start_lock).await?;
    Ok(true)
}

fn remove(data_dir: &Path) {
    if let Err(error) = fs::remove_dir_all(data_dir)
        && data_dir.exists()
    {
        tracing::warn!(folder = %data_dir.display(), %error, "removing the data of a test server failed");
    }
}

/// The free space of a file system according to `df`, if known.
fn free_kib(folder: &Path) -> u64 {
    let free = || -> Option<u64> {
        let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
        String::from_utf8(output.stdout).ok()?.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
    };
    free().unwrap_or(0)
}
