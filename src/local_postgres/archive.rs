//! The archive of the write-ahead log: a folder to which the server copies each finished segment.
//! With a base backup it restores any instant since.

use std::path::{Path, PathBuf};

use super::error::LocalPostgresError;
use super::folder;
use super::owner::Owner;

/// Segments are closed after this time even if they are not full, so that a lost disk costs at most
/// this much.
const TIMEOUT_S: u32 = 60;

/// The checked folder of an archive.
#[derive(Debug)]
pub(super) struct Archive(PathBuf);

impl Archive {
    /// Creates the folder unless it exists, for the server's user only.
    pub(super) fn prepare(wanted: &Path, owner: &Owner) -> Result<Self, LocalPostgresError> {
        folder::make_with_parents(wanted, owner)?;
        let real = std::fs::canonicalize(wanted).map_err(LocalPostgresError::folder("resolve", wanted))?;
        folder::make_private(&real, owner)?;
        folder::check_parents(&real, owner)?;
        Ok(Self(real))
    }

    /// The settings of a server that archives.
    pub(super) fn settings(&self) -> [String; 3] {
        let command = archive_command(&self.0);
        [
            "archive_mode=on".to_owned(),
            format!("archive_timeout={TIMEOUT_S}"),
            format!("archive_command={command}"),
        ]
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

    struct Scratch(PathBuf);

    impl Scratch {
        /// A folder whose name the shell and PostgreSQL would both take apart.
        fn new() -> Self {
            let name = format!("fluence archive-100%f'{:016x}", rand::random::<u64>());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// Runs a command as PostgreSQL does. Returns whether it succeeded.
    fn run(command: &str, segment: &str, path: &Path) -> bool {
        let path = path.display().to_string();
        let command = command.replace("%%", "\0").replace("%f", segment).replace("%p", &path);
        let words = ["-c".to_owned(), command.replace('\0', "%")];
        Command::new("sh").args(words).status().unwrap().success()
    }

    #[test]
    fn a_segment_is_copied_once_and_never_replaced_by_another() {
        let scratch = Scratch::new();
        let source = std::env::temp_dir().join(format!("fluence-segment-{:016x}", rand::random::<u64>()));
        let command = archive_command(&scratch.0);
        fs::write(&source, "one").unwrap();
        assert!(run(&command, "0001", &source));
        assert!(run(&command, "0001", &source), "the same again after a crash");
        fs::write(&source, "other").unwrap();
        assert!(!run(&command, "0001", &source));
        assert_eq!(fs::read_to_string(scratch.0.join("0001")).unwrap(), "one");
        fs::write(scratch.0.join("0002.part"), "cut sho").unwrap();
        assert!(run(&command, "0002", &source), "the remains of a crash");
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 2);

        let restore = restore_command(&[PathBuf::from("/nowhere"), scratch.0.clone()]);
        assert!(run(&restore, "0001", &source));
        assert_eq!(fs::read_to_string(&source).unwrap(), "one");
        assert!(!run(&restore, "0003", &source));
        assert!(!run(&restore_command(&[]), "0001", &source));
        fs::remove_file(source).unwrap();
    }
}
