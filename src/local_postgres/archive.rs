//! The archive of the write-ahead log: a folder to which the server copies each finished segment.
//! With a base backup it restores any instant since.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::error::{LocalPostgresError, Obstacle};
use super::folder::{self, Folder};
use super::locks;
use super::owner::Owner;
use super::{plain, segments};

/// Segments are closed after this time even if they are not full, so that a lost disk costs at most
/// this much.
const TIMEOUT_S: u32 = 60;
/// The file in an archive that names the server's folder whose log it has. Two servers in one
/// archive would mix their logs: a copy of a cluster gives its segments the same names.
const USED_BY: &str = "used-by";
/// A history has a line for each restore.
const MAX_HISTORY_BYTES: u64 = 1 << 20;

/// The folder into which a server archives, and on whose behalf it is started.
#[derive(Clone, Debug)]
pub struct ArchiveDir {
    path: PathBuf,
    /// A gateway goes on with restored data; a command may only look at it.
    is_gateway: bool,
}

impl ArchiveDir {
    pub fn of_gateway(path: PathBuf) -> Self {
        Self { path, is_gateway: true }
    }

    pub fn of_command(path: PathBuf) -> Self {
        Self { path, is_gateway: false }
    }
}

/// The checked folder of an archive.
#[derive(Debug)]
pub(super) struct Archive {
    path: PathBuf,
    is_gateway: bool,
}

impl Archive {
    /// Creates the folder unless it exists, for the server's user only.
    pub(super) fn prepare(wanted: &ArchiveDir, owner: &Owner) -> Result<Self, LocalPostgresError> {
        let ArchiveDir { path: wanted, is_gateway } = wanted;
        folder::make_with_parents(wanted, owner)?;
        let real = fs::canonicalize(wanted).map_err(LocalPostgresError::folder("resolve", wanted))?;
        folder::make_private(&real, owner)?;
        folder::check_parents(&real, owner)?;
        Ok(Self { path: real, is_gateway: *is_gateway })
    }

    /// The settings of a server that is about to start. Without any, a command's server does not
    /// archive, because the archive is not its own.
    ///
    /// # Errors
    /// When a gateway may not archive here: another server does.
    pub(super) fn claim(&self, server: &Folder) -> Result<Vec<String>, LocalPostgresError> {
        match self.obstacle(server)? {
            None => {}
            Some(obstacle) if self.is_gateway => {
                return Err(LocalPostgresError::ArchiveInUse { archive: self.path.clone(), obstacle });
            }
            Some(obstacle) => {
                tracing::warn!(archive = %self.path.display(), reason = %obstacle, "not archiving the write-ahead log");
                return Ok(Vec::new());
            }
        }
        self.write(server, USED_BY, server.path().display().to_string().as_bytes())?;
        // Without its history, the next restored copy would take the same timeline.
        for (name, path) in server.histories() {
            let history = content(&path).map_err(LocalPostgresError::folder("read", &path))?;
            self.write(server, &name, &history)?;
        }
        forget(&server.restored_mark())?;
        Ok(self.settings())
    }

    /// Why a server may not archive here.
    fn obstacle(&self, server: &Folder) -> Result<Option<Obstacle>, LocalPostgresError> {
        let is_restored = server.restored_mark().symlink_metadata().is_ok();
        if is_restored && !self.is_gateway {
            return Ok(Some(Obstacle::Restored));
        }
        let used_by = self.used_by()?;
        if let Some(other) = used_by.filter(|used_by| used_by != server.path())
            && other.join("cluster").exists()
            && (is_in_use(&other) || !is_restored)
        {
            return Ok(Some(Obstacle::Other(other)));
        }
        Ok(match server.timeline().filter(|_| is_restored) {
            Some(timeline) if self.has_other_log_of(timeline, server)? => Some(Obstacle::Timeline(timeline)),
            _ => None,
        })
    }

    fn used_by(&self) -> Result<Option<PathBuf>, LocalPostgresError> {
        let path = self.path.join(USED_BY);
        match plain::read(&path) {
            Ok(text) => Ok(Some(PathBuf::from(text.trim_end()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LocalPostgresError::folder("read", &path)(error)),
        }
    }

    /// Whether another server archived the log of a timeline here.
    fn has_other_log_of(&self, timeline: u32, server: &Folder) -> Result<bool, LocalPostgresError> {
        let entries = fs::read_dir(&self.path).map_err(LocalPostgresError::folder("read", &self.path))?;
        let is_segment = |name: &str| segments::numbers(name).is_some_and(|(of, ..)| of == timeline);
        if entries.flatten().any(|entry| is_segment(&entry.file_name().to_string_lossy())) {
            return Ok(true);
        }
        let name = format!("{timeline:08X}.history");
        let archived = content(&self.path.join(&name)).ok();
        let own = content(&server.cluster().join("pg_wal").join(name)).ok();
        Ok(archived.is_some() && archived != own)
    }

    /// Writes a file as a whole.
    fn write(&self, server: &Folder, name: &str, written: &[u8]) -> Result<(), LocalPostgresError> {
        let path = self.path.join(name);
        if content(&path).is_ok_and(|present| present == written) {
            return Ok(());
        }
        let unfinished = self.path.join(format!("{name}.part"));
        forget(&unfinished)?;
        let mut file = server.open(&unfinished)?;
        let finished = file
            .write_all(written)
            .and_then(|()| file.sync_all())
            .and_then(|()| fs::rename(&unfinished, &path))
            .and_then(|()| plain::open_folder(&self.path)?.sync_all());
        finished.map_err(LocalPostgresError::folder("write", &path))
    }

    /// The settings of a server that archives.
    fn settings(&self) -> Vec<String> {
        let command = archive_command(&self.path);
        vec![
            "archive_mode=on".to_owned(),
            format!("archive_timeout={TIMEOUT_S}"),
            format!("archive_command={command}"),
        ]
    }
}

/// Whether another server's processes run. One that cannot be asked may run.
fn is_in_use(server: &Path) -> bool {
    UnixStream::connect(folder::socket_in(server)).is_ok() || locks::has_users(server)
}

/// The content of the history of a timeline.
fn content(history: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let file = plain::open(history, fs::OpenOptions::new().read(true))?;
    file.take(MAX_HISTORY_BYTES).read_to_end(&mut content)?;
    Ok(content)
}

fn forget(mark: &Path) -> Result<(), LocalPostgresError> {
    match fs::remove_file(mark) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(LocalPostgresError::folder("remove", mark)(error))
        }
        _ => Ok(()),
    }
}

/// Copies a segment under a temporary name, and gives it its own once it is on disk. A segment that
/// is already there must be the same: PostgreSQL repeats the command after a crash, and never may
/// one overwrite another.
fn archive_command(archive: &Path) -> String {
    let folder = quoted(archive).replace('%', "%%");
    format!(
        "f={folder}/%f; cmp -s \"%p\" \"$f\" || {{ test ! -e \"$f\" && cp \"%p\" \"$f.part\" && sync \"$f.part\" \
         && mv \"$f.part\" \"$f\" && sync {folder}; }}"
    )
}

/// Fetches a segment from the first folder that has it.
pub(super) fn restore_command(folders: &[PathBuf]) -> String {
    let fetch = |folder: &PathBuf| {
        let folder = quoted(folder).replace('%', "%%");
        format!("{{ test -f {folder}/%f && cp {folder}/%f \"%p\"; }}")
    };
    match folders {
        [] => "false".to_owned(),
        folders => folders.iter().map(fetch).collect::<Vec<_>>().join(" || "),
    }
}

/// A path as one word of the shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;
    use crate::scratch::Scratch;

    /// A name that the shell and PostgreSQL would both take apart.
    const HOSTILE: &str = " archive-100%f'";

    /// Runs a command as PostgreSQL does. Returns whether it succeeded.
    fn run(command: &str, segment: &str, path: &Path) -> bool {
        let path = path.display().to_string();
        let command = command.replace("%%", "\0").replace("%f", segment).replace("%p", &path);
        let words = ["-c".to_owned(), command.replace('\0', "%")];
        Command::new("sh").args(words).status().unwrap().success()
    }

    #[test]
    fn a_segment_is_copied_once_and_never_replaced_by_another() {
        let (scratch, segment) = (Scratch::new(HOSTILE), Scratch::new("segment"));
        let source = segment.join("source");
        let command = archive_command(scratch.path());
        fs::write(&source, "one").unwrap();
        assert!(run(&command, "0001", &source));
        assert!(run(&command, "0001", &source), "the same again after a crash");
        fs::write(&source, "other").unwrap();
        assert!(!run(&command, "0001", &source));
        assert_eq!(fs::read_to_string(scratch.join("0001")).unwrap(), "one");
        fs::write(scratch.join("0002.part"), "cut sho").unwrap();
        assert!(run(&command, "0002", &source), "the remains of a crash");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 2);

        let restore = restore_command(&[PathBuf::from("/nowhere"), scratch.path().to_owned()]);
        assert!(run(&restore, "0001", &source));
        assert_eq!(fs::read_to_string(&source).unwrap(), "one");
        assert!(!run(&restore, "0003", &source));
        assert!(!run(&restore_command(&[]), "0001", &source));
    }
}
