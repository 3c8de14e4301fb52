//! The pepper of the private database: made once, readable by its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::path::Path;

use anyhow::{Context, bail};
use secrecy::{ExposeSecret, SecretString};

use crate::secret::generate_pepper;

/// Reads the pepper; none when there is no file.
///
/// # Errors
/// When others may read the file, or we may not.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<SecretString>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if metadata.mode() & 0o077 != 0 {
        bail!("{0} holds a secret and is open to other users: chmod 600 {0}", path.display());
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Some(SecretString::from(text.trim())))
}

/// Makes the pepper. When another process makes it at this moment, theirs is the one.
///
/// # Errors
/// When the folder cannot be written to.
pub(super) fn create(path: &Path) -> anyhow::Result<SecretString> {
    let unfinished = path.with_extension(format!("new-{:016x}", rand::random::<u64>()));
    let made = write_whole(&unfinished, path);
    let removed = fs::remove_file(&unfinished);
    made.and(removed).with_context(|| format!("cannot make {}", path.display()))?;
    read(path)?.with_context(|| format!("{} has gone again", path.display()))
}

/// The file appears under its name only when it is whole and on disk, and never in the place of another.
fn write_whole(unfinished: &Path, path: &Path) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(unfinished)?;
    file.write_all(SecretString::from(generate_pepper()).expose_secret().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let owner = fs::metadata(folder)?;
    if owner.uid() != file.metadata()?.uid() {
        // Only root gets here: the gateway that owns the folder must be able to read its pepper.
        chown(unfinished, Some(owner.uid()), Some(owner.gid()))?;
    }
    match fs::hard_link(unfinished, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => File::open(folder)?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Self {
            let folder = std::env::temp_dir().join(format!("fluence-pepper-{:016x}", rand::random::<u64>()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn pepper(&self) -> PathBuf {
            self.0.join("pepper")
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_pepper_is_made_once_for_its_owner_alone() {
        let scratch = Scratch::new();
        assert!(read(&scratch.pepper()).unwrap().is_none());
        let made = create(&scratch.pepper()).unwrap();
        let again = create(&scratch.pepper()).unwrap();
        assert_eq!(made.expose_secret().len(), 64);
        assert_eq!(made.expose_secret(), again.expose_secret());
        assert_eq!(read(&scratch.pepper()).unwrap().unwrap().expose_secret(), made.expose_secret());
        assert_eq!(fs::metadata(scratch.pepper()).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_pepper_that_others_may_read_is_refused() {
        let scratch = Scratch::new();
        create(&scratch.pepper()).unwrap();
        fs::set_permissions(scratch.pepper(), fs::Permissions::from_mode(0o644)).unwrap();
        let error = read(&scratch.pepper()).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }
}
