//! The peppers of the private database, readable by their owner alone: the newest, and while it replaces another, that one.
//!
//! One line each, the newest first, as `VERSION:HEX`; a line without a version is the first pepper there was.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use anyhow::{Context, bail};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::secret::peppers::Peppers;
use crate::secret::{Pepper, generate_pepper};

/// The peppers of a file's text. `unnumbered` is the version of a line that has none.
///
/// # Errors
/// When a line is none, or there are too few or too many.
pub(super) fn parse(text: &SecretString, unnumbered: i32) -> anyhow::Result<Peppers> {
    let mut lines = text.expose_secret().lines().map(str::trim).filter(|line| !line.is_empty());
    let mut next = || {
        let line = lines.next()?;
        let (version, digits) = match line.split_once(':') {
            Some((version, digits)) => (version.parse().context("a version is a number"), digits),
            None => (Ok(unnumbered), line),
        };
        Some(version.and_then(|version| Ok(Pepper::parse(digits, version)?)))
    };
    let newest = next().context("is empty")??;
    let previous = next().transpose()?;
    if next().is_some() {
        bail!("holds more than two peppers");
    }
    Peppers::new(newest, previous).context("the second pepper")
}

/// The lines of a file that hold the peppers of these versions.
fn line_of(text: &str, version: i32, unnumbered: i32) -> Option<SecretString> {
    let number =
        |line: &str| line.split_once(':').map_or(Some(unnumbered), |(number, _)| number.parse().ok());
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && number(line) == Some(version))?;
    let digits = line.split_once(':').map_or(line, |(_, digits)| digits);
    Some(SecretString::from(format!("{version}:{digits}\n")))
}

/// Puts a new pepper in front of the present one. Returns its version.
///
/// # Errors
/// When there are two already, or the folder cannot be written to.
pub(super) fn add(path: &Path, unnumbered: i32) -> anyhow::Result<i32> {
    let text = read(path)?.with_context(|| format!("there is no {}", path.display()))?;
    let present = parse(&text, unnumbered)?;
    if present.all().count() > 1 {
        bail!("a pepper is being replaced already; retire the old one first");
    }
    let old = present.newest().version();
    let new = old.checked_add(1).context("there are no more versions")?;
    let kept = line_of(text.expose_secret(), old, unnumbered).context("the pepper has gone again")?;
    let both = SecretString::from(format!("{new}:{}\n{}", generate_pepper(), kept.expose_secret()));
    replace(path, &both)?;
    Ok(new)
}

/// Takes the pepper of this version away, which is not the newest. Returns whether it was there.
///
/// # Errors
/// When the folder cannot be written to.
pub(super) fn remove(path: &Path, version: i32, unnumbered: i32) -> anyhow::Result<bool> {
    let Some(text) = read(path)? else { return Ok(false) };
    let present = parse(&text, unnumbered)?;
    let newest = present.newest().version();
    if newest == version || present.all().all(|pepper| pepper.version() != version) {
        return Ok(false);
    }
    let kept = line_of(text.expose_secret(), newest, unnumbered).context("the pepper has gone again")?;
    replace(path, &kept)?;
    Ok(true)
}

/// Reads the file; none when there is none.
///
/// # Errors
/// When others may read the file, or we may not.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<SecretString>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let unreadable = || format!("cannot read {}", path.display());
    if file.metadata().with_context(unreadable)?.mode() & 0o077 != 0 {
        bail!("{0} holds a secret and is open to other users: chmod 600 {0}", path.display());
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).with_context(unreadable)?;
    Ok(Some(SecretString::from(text.trim())))
}

/// Makes the first pepper. When another process makes it at this moment, theirs is the one.
///
/// # Errors
/// When the folder cannot be written to.
pub(super) fn create(path: &Path) -> anyhow::Result<SecretString> {
    let made = Zeroizing::new(generate_pepper());
    let pepper = SecretString::from(format!("{}\n", *made));
    through_another(path, &pepper, |unfinished| match fs::hard_link(unfinished, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    })?;
    read(path)?.with_context(|| format!("{} has gone again", path.display()))
}

/// Puts another text into the place of the file, all of it or nothing.
fn replace(path: &Path, text: &SecretString) -> anyhow::Result<()> {
    through_another(path, text, |unfinished| fs::rename(unfinished, path))
}

/// Writes a file under another name, and lets it appear under its own only when it is whole and on disk.
fn through_another(
    path: &Path,
    text: &SecretString,
    appear: impl FnOnce(&Path) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let unfinished = path.with_extension(format!("new-{:016x}", rand::random::<u64>()));
    let made =
        write_whole(&unfinished, path, text).and_then(|()| appear(&unfinished)).and_then(|()| synced(path));
    let removed = match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    made.and(removed).with_context(|| format!("cannot write {}", path.display()))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn synced(path: &Path) -> std::io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn write_whole(unfinished: &Path, path: &Path, text: &SecretString) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(unfinished)?;
    file.write_all(text.expose_secret().as_bytes())?;
    file.sync_all()?;
    let owner = fs::metadata(folder_of(path))?;
    if owner.uid() != file.metadata()?.uid() {
        // Only root gets here: the gateway that owns the folder must be able to read its pepper.
        fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
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
    fn a_pepper_is_replaced_in_two_steps_and_the_old_one_works_between_them() {
        let scratch = Scratch::new();
        let path = scratch.pepper();
        let first = parse(&create(&path).unwrap(), 1).unwrap().newest().fingerprint();
        assert_eq!(add(&path, 1).unwrap(), 2);
        let both = parse(&read(&path).unwrap().unwrap(), 1).unwrap();
        let live: Vec<_> = both.all().map(|pepper| (pepper.version(), pepper.fingerprint())).collect();
        assert_eq!((live[0].0, live[1]), (2, (1, first)));
        assert!(add(&path, 1).unwrap_err().to_string().contains("retire the old one first"));

        assert!(!remove(&path, 2, 1).unwrap(), "the newest stays");
        assert!(remove(&path, 1, 1).unwrap());
        let left = parse(&read(&path).unwrap().unwrap(), 1).unwrap();
        assert_eq!(left.all().map(Pepper::fingerprint).collect::<Vec<_>>(), [live[0].1]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let hex = |c: &str| format!("0123456789abcde{c}").repeat(4);
        let one = hex("f");
        for text in ["", "x", "2:abc", &format!("x:{one}"), &format!("1:{one}\n2:{one}")] {
            assert!(parse(&SecretString::from(text), 1).is_err(), "{text}");
        }
        let three = format!("3:{one}\n2:{one}\n1:{one}");
        assert!(parse(&SecretString::from(three), 1).is_err());
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
