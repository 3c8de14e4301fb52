//! The file with the peppers of the private database, readable by its owner only: the newest
//! pepper, and during a rotation the previous one.
//!
//! One line for each, newest first: `VERSION:HEX`. A line without a version is the first pepper.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use anyhow::{Context, bail};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::secret::peppers::Peppers;
use crate::secret::{Pepper, generate_pepper};

/// Bytes that are read of a file; a pepper has far fewer.
const MAX_BYTES: u64 = 4_096;

/// Parses the file. `unnumbered` is the version of a line without one.
pub(super) fn parse(text: &SecretString, unnumbered: i32) -> anyhow::Result<Peppers> {
    let mut lines = text.expose_secret().lines().map(str::trim).filter(|line| !line.is_empty());
    let mut next = || {
        let line = lines.next()?;
        let (version, digits) = match line.split_once(':') {
            Some((version, digits)) => {
                (version.parse().context("has a version that is not a number"), digits)
            }
            None => (Ok(unnumbered), line),
        };
        Some(version.and_then(|version| Ok(Pepper::parse(digits, version)?)))
    };
    let newest = next().context("is empty")??;
    let previous = next().transpose()?;
    if next().is_some() {
        bail!("contains more than two peppers");
    }
    Peppers::new(newest, previous).context("the second pepper is faulty")
}

/// Returns the line of a version.
fn line_of(text: &str, version: i32, unnumbered: i32) -> Option<SecretString> {
    let number =
        |line: &str| line.split_once(':').map_or(Some(unnumbered), |(number, _)| number.parse().ok());
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && number(line) == Some(version))?;
    let digits = line.split_once(':').map_or(line, |(_, digits)| digits);
    Some(SecretString::from(format!("{version}:{digits}\n")))
}

/// Adds a new pepper before the current one, with a version above all `known` ones. Returns it.
///
/// # Errors
/// When a rotation is in progress, or the file cannot be written.
pub(super) fn add(path: &Path, unnumbered: i32, known: i32) -> anyhow::Result<i32> {
    let text = read(path)?.with_context(|| format!("{} does not exist", path.display()))?;
    let present = parse(&text, unnumbered)?;
    if present.all().count() > 1 {
        bail!("a rotation is in progress; retire the previous pepper first");
    }
    let old = present.newest().version();
    let new = old.max(known).checked_add(1).context("the version is the largest possible")?;
    let kept =
        line_of(text.expose_secret(), old, unnumbered).context("the pepper disappeared from the file")?;
    let both = SecretString::from(format!("{new}:{}\n{}", generate_pepper(), kept.expose_secret()));
    replace(path, &both)?;
    Ok(new)
}

/// Removes the pepper of this version, unless it is the newest. Returns whether the file contained
/// it.
pub(super) fn remove(path: &Path, version: i32, unnumbered: i32) -> anyhow::Result<bool> {
    let Some(text) = read(path)? else { return Ok(false) };
    let present = parse(&text, unnumbered)?;
    let newest = present.newest().version();
    if newest == version || present.all().all(|pepper| pepper.version() != version) {
        return Ok(false);
    }
    let kept =
        line_of(text.expose_secret(), newest, unnumbered).context("the pepper disappeared from the file")?;
    replace(path, &kept)?;
    Ok(true)
}

/// Reads the file, if it exists.
///
/// # Errors
/// When other users may read the file, or this process may not.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<SecretString>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let unreadable = || format!("cannot read {}", path.display());
    if file.metadata().with_context(unreadable)?.mode() & 0o077 != 0 {
        bail!("{0} contains a secret and other users may read it. Run: chmod 600 {0}", path.display());
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_BYTES).read_to_string(&mut text).with_context(unreadable)?;
    Ok(Some(SecretString::from(text.trim())))
}

/// Creates the file with a first pepper. If another process creates it at the same time, one pepper
/// wins.
pub(super) fn create(path: &Path) -> anyhow::Result<SecretString> {
    let made = Zeroizing::new(generate_pepper());
    let pepper = SecretString::from(format!("{}\n", *made));
    through_another(path, &pepper, |unfinished| match fs::hard_link(unfinished, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    })?;
    read(path)?.with_context(|| format!("{} disappeared", path.display()))
}

/// Writes the file of a restored data folder, which has none.
pub(super) fn restore(path: &Path, text: &SecretString) -> anyhow::Result<()> {
    through_another(path, text, |unfinished| fs::hard_link(unfinished, path))
}

/// Replaces the file atomically.
fn replace(path: &Path, text: &SecretString) -> anyhow::Result<()> {
    through_another(path, text, |unfinished| fs::rename(unfinished, path))
}

/// Writes a file under a temporary name, and gives it its own name once it is complete and on disk.
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
        // Only as root: the owner of the folder must be able to read the pepper.
        fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_pepper_is_created_once_readable_only_by_its_owner() {
        let scratch = Scratch::new("pepper");
        assert!(read(&scratch.join("pepper")).unwrap().is_none());
        let made = create(&scratch.join("pepper")).unwrap();
        let again = create(&scratch.join("pepper")).unwrap();
        assert_eq!(made.expose_secret().len(), 64);
        assert_eq!(made.expose_secret(), again.expose_secret());
        assert_eq!(read(&scratch.join("pepper")).unwrap().unwrap().expose_secret(), made.expose_secret());
        assert_eq!(fs::metadata(scratch.join("pepper")).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_pepper_is_replaced_in_two_steps_and_the_old_one_works_between_them() {
        let scratch = Scratch::new("pepper");
        let path = scratch.join("pepper");
        let first = parse(&create(&path).unwrap(), 1).unwrap().newest().fingerprint();
        assert_eq!(add(&path, 1, 3).unwrap(), 4, "above every version of the database");
        let both = parse(&read(&path).unwrap().unwrap(), 1).unwrap();
        let live: Vec<_> = both.all().map(|pepper| (pepper.version(), pepper.fingerprint())).collect();
        assert_eq!((live[0].0, live[1]), (4, (1, first)));
        assert!(add(&path, 1, 4).unwrap_err().to_string().contains("retire the previous pepper first"));

        assert!(!remove(&path, 4, 1).unwrap(), "the newest stays");
        assert!(remove(&path, 1, 1).unwrap());
        let left = parse(&read(&path).unwrap().unwrap(), 1).unwrap();
        assert_eq!(left.all().map(Pepper::fingerprint).collect::<Vec<_>>(), [live[0].1]);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1, "nothing else is left behind");
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
        let scratch = Scratch::new("pepper");
        create(&scratch.join("pepper")).unwrap();
        fs::set_permissions(scratch.join("pepper"), fs::Permissions::from_mode(0o644)).unwrap();
        let error = read(&scratch.join("pepper")).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }
}
