//! What to do when PostgreSQL reports that its lock file is taken.
//!
//! PostgreSQL replaces a lock file whose process is dead. Three cases are left: the process id in
//! the file now belongs to another process (common in containers, where ids start again with each
//! start), workers of a killed server still run their last query, or the socket of a running server
//! was deleted.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;

use super::error::LocalPostgresError;
use super::folder::Folder;
use super::plain;

/// Why a server could not take its lock files.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The log is about something else.
    None,
    /// The lock files name an unrelated process.
    ForeignProcess,
    /// Workers of a killed server end soon.
    Orphans,
    /// A server uses the data but cannot be reached.
    Unreachable,
}

/// Finds the obstacle in the log of the server and the process table.
pub(super) fn diagnose(folder: &Folder, last_words: &str) -> Obstacle {
    if last_words.contains("shared memory block") {
        return Obstacle::Orphans;
    }
    if !last_words.contains("lock file") {
        return Obstacle::None;
    }
    match lock_files(folder).iter().find_map(|file| process_in(file)) {
        // It has ended: the next attempt succeeds.
        None => Obstacle::Orphans,
        Some(process) if serves(&process, folder) => Obstacle::Unreachable,
        // Never without this check: the lock file also protects the data of running workers from a
        // second server.
        Some(_) if processes().any(|process| serves(&process, folder)) => Obstacle::Orphans,
        Some(_) => Obstacle::ForeignProcess,
    }
}

/// Removes lock files of an unrelated process. Only after `diagnose` found one.
pub(super) fn remove_lock_files(folder: &Folder) -> Result<(), LocalPostgresError> {
    lock_files(folder)
        .iter()
        .try_for_each(|file| remove(file).map_err(LocalPostgresError::folder("remove", file)))
}

/// Removes a name from an open folder, so that a link in its place is not followed.
fn remove(file: &Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return Ok(()) };
    match unlinkat(plain::open_folder(folder)?, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn lock_files(folder: &Folder) -> [PathBuf; 2] {
    let mut beside_socket = folder.socket().into_os_string();
    beside_socket.push(".lock");
    [folder.cluster().join("postmaster.pid"), beside_socket.into()]
}

/// The `/proc` folder of the process in the first line of a lock file, if it is alive.
pub(super) fn process_in(lock_file: &Path) -> Option<PathBuf> {
    let contents = plain::read(lock_file).ok()?;
    // Negative for a stand-alone backend.
    let number: i64 = contents.lines().next()?.trim().parse().ok()?;
    Some(Path::new("/proc").join(number.unsigned_abs().to_string())).filter(|process| process.exists())
}

/// Whether a process of `/proc` still runs. A zombie does not.
pub(super) fn runs(process: &Path) -> bool {
    fs::read_to_string(process.join("stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

/// Whether a process is a PostgreSQL of this data folder: it runs as the folder's owner, in this
/// folder. If that cannot be read (as root without the right to trace), it counts as one.
fn serves(process: &Path, folder: &Folder) -> bool {
    let is_postgres = fs::read_to_string(process.join("comm")).is_ok_and(|name| name.starts_with("postgres"));
    is_postgres
        && fs::metadata(process).is_ok_and(|process| process.uid() == folder.owner().uid)
        && fs::read_link(process.join("cwd")).map_or(true, |working| working == folder.cluster())
}

fn processes() -> impl Iterator<Item = PathBuf> {
    fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path())
}
