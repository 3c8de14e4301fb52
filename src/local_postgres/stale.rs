//! What to do when Postgres says that its lock file is taken.
//!
//! Postgres is the judge of its own lock files, and a file whose process is dead it replaces by itself. Three cases
//! it leaves to people: the number in the file has been given to another process since (usual in containers, where
//! numbers begin anew at each start), workers of a killed server are still at their last query, or a server runs
//! whose socket was deleted.

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
    /// Its last words are about something else.
    None,
    /// The lock files name a process that has nothing to do with us.
    ForeignProcess,
    /// Workers of a killed server will be gone soon.
    Orphans,
    /// A server works on the data but cannot be reached.
    Unreachable,
}

/// Reads the obstacle from the server's last words and the process table.
pub(super) fn diagnose(folder: &Folder, last_words: &str) -> Obstacle {
    if last_words.contains("shared memory block") {
        return Obstacle::Orphans;
    }
    if !last_words.contains("lock file") {
        return Obstacle::None;
    }
    match lock_files(folder).iter().find_map(|file| process_in(file)) {
        // It ended meanwhile: the next try will do.
        None => Obstacle::Orphans,
        Some(process) if serves(&process, folder) => Obstacle::Unreachable,
        // Never without this check: the lock file is also what keeps a second server from the data of workers alive.
        Some(_) if processes().any(|process| serves(&process, folder)) => Obstacle::Orphans,
        Some(_) => Obstacle::ForeignProcess,
    }
}

/// Removes lock files that name a process of somebody else's. Only after `diagnose` said so.
pub(super) fn remove_lock_files(folder: &Folder) -> Result<(), LocalPostgresError> {
    lock_files(folder)
        .iter()
        .try_for_each(|file| remove(file).map_err(LocalPostgresError::folder("remove", file)))
}

/// Removes a name from a folder that was opened as one: a link in its place leads nowhere.
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

/// The `/proc` folder of the process that a lock file names in its first line, when that process is alive.
pub(super) fn process_in(lock_file: &Path) -> Option<PathBuf> {
    let contents = plain::read(lock_file).ok()?;
    // Negative for a stand-alone backend.
    let number: i64 = contents.lines().next()?.trim().parse().ok()?;
    Some(Path::new("/proc").join(number.unsigned_abs().to_string())).filter(|process| process.exists())
}

/// Whether a process of `/proc` still runs; one that ended and waits for its parent to notice does not.
pub(super) fn runs(process: &Path) -> bool {
    fs::read_to_string(process.join("stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with('Z'))
}

/// Whether a process is a Postgres at work in this data folder: it runs as the folder's owner, and has the folder as
/// its working folder. When that may not be read (as root without the right to trace), it counts as one.
fn serves(process: &Path, folder: &Folder) -> bool {
    let is_postgres = fs::read_to_string(process.join("comm")).is_ok_and(|name| name.starts_with("postgres"));
    is_postgres
        && fs::metadata(process).is_ok_and(|process| process.uid() == folder.owner().uid)
        && fs::read_link(process.join("cwd")).map_or(true, |working| working == folder.cluster())
}

fn processes() -> impl Iterator<Item = PathBuf> {
    fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path())
}
