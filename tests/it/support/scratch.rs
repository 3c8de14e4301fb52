//! A folder of its own for a private server.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fluence::local_postgres::{ArchiveDir, LocalPostgres, LocalPostgresError, Options};

use super::processes;

/// A short name in memory, removed with the server in it when the test ends, however it ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self::named(&format!("fluence-it-{:016x}", rand::random::<u64>()))
    }

    pub(crate) fn named(name: &str) -> Self {
        let memory = Path::new("/dev/shm");
        let base = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        Self(base.join(name))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The folder of the private server.
    pub(crate) fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.postgres().join("cluster")
    }

    pub(crate) async fn start(&self) -> Result<LocalPostgres, LocalPostgresError> {
        self.start_archiving(None).await
    }

    pub(crate) async fn start_archiving(
        &self,
        archive_dir: Option<ArchiveDir>,
    ) -> Result<LocalPostgres, LocalPostgresError> {
        let options = Options { data_dir: self.0.clone(), durable: true, max_connections: 20, archive_dir };
        LocalPostgres::start(options).await
    }

    /// The number of the server that runs, or that its lock file names.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        processes::named_in(&self.cluster().join("postmaster.pid"))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster().filter(|&pid| serves(pid, &self.cluster())) {
            processes::signal("QUIT", pid);
            while processes::alive(pid) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn serves(pid: u32, cluster: &Path) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|working| working == cluster)
}
