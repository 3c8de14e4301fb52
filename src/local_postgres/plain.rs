//! Opens plain files and folders safely. The server's user owns its folder and may put anything
//! there: for root, a name in it could be a link to any file of the machine, or a pipe without a
//! writer. So entries are opened without following links, checked, and then used through the open
//! file.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Maximum size of a small file, which normally has a few lines.
const SMALL_BYTES: u64 = 8 * 1024;

/// Opens a plain file with one name.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] for a link, a pipe, a folder or a file with a second name.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let file = open_with(path, options, OFlags::NONBLOCK)?;
    let found = file.metadata()?;
    if found.is_file() && found.nlink() == 1 { Ok(file) } else { Err(not_plain()) }
}

/// Opens a folder.
///
/// # Errors
/// [`ErrorKind::InvalidInput`] for a link or anything but a folder.
pub(super) fn open_folder(path: &Path) -> io::Result<File> {
    open_with(path, OpenOptions::new().read(true), OFlags::DIRECTORY)
}

/// The text of a small plain file.
///
/// # Errors
/// As [`open`], and when it is not UTF-8.
pub(super) fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path, OpenOptions::new().read(true))?.take(SMALL_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn open_with(path: &Path, options: &mut OpenOptions, flags: OFlags) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | flags).bits();
    options.custom_flags(flags.cast_signed()).open(path).map_err(|error| {
        // The kernel has several errors for this, none of which says what was found.
        let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
        if is_link || error.kind() == ErrorKind::NotADirectory { not_plain() } else { error }
    })
}

fn not_plain() -> io::Error {
    io::Error::new(
        ErrorKind::InvalidInput,
        "it is a link, or not a file of the server, and only the server's files are changed: inspect it, then remove it",
    )
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;
    use crate::scratch::Scratch;

    /// A folder with a plain file in it.
    fn with_plain_file() -> Scratch {
        let scratch = Scratch::new("plain");
        fs::write(scratch.join("plain"), "text").unwrap();
        scratch
    }

    #[test]
    fn a_plain_file_is_opened_and_nothing_else() {
        let scratch = with_plain_file();
        assert_eq!(read(&scratch.join("plain")).unwrap(), "text");
        symlink(scratch.join("plain"), scratch.join("link")).unwrap();
        symlink(scratch.join("nothing"), scratch.join("dangling")).unwrap();
        fs::create_dir(scratch.join("folder")).unwrap();
        assert!(Command::new("mkfifo").arg(scratch.join("pipe")).status().unwrap().success());
        for name in ["link", "dangling", "folder", "pipe"] {
            let error = read(&scratch.join(name)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}: {error}");
        }
        assert_eq!(read(&scratch.join("nothing")).unwrap_err().kind(), ErrorKind::NotFound);
        fs::hard_link(scratch.join("plain"), scratch.join("second name")).unwrap();
        assert_eq!(read(&scratch.join("plain")).unwrap_err().kind(), ErrorKind::InvalidInput);
    }

    #[test]
    fn a_link_to_a_folder_is_no_folder() {
        let scratch = with_plain_file();
        fs::create_dir(scratch.join("folder")).unwrap();
        symlink(scratch.join("folder"), scratch.join("link")).unwrap();
        assert!(open_folder(&scratch.join("folder")).is_ok());
        for name in ["link", "plain"] {
            assert_eq!(
                open_folder(&scratch.join(name)).unwrap_err().kind(),
                ErrorKind::InvalidInput,
                "{name}"
            );
        }
    }

    #[test]
    fn a_file_without_end_is_read_no_further_than_a_small_one_goes() {
        let scratch = with_plain_file();
        fs::write(scratch.join("plain"), "x".repeat(100_000)).unwrap();
        assert_eq!(read(&scratch.join("plain")).unwrap().len() as u64, SMALL_BYTES);
    }
}
