//! The live peppers: the one that new keys are hashed under, and the one that it replaces.

use super::{KeyDigest, Pepper};
use crate::domain::key::KeySecret;

/// One pepper, or two while one replaces the other.
#[derive(Clone, Debug)]
pub struct Peppers {
    newest: Pepper,
    previous: Option<Pepper>,
}

/// The pepper to be replaced is not older than its replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be lower than the version of the pepper that replaces it")]
pub struct NotOlder;

/// The digests by which a key may be found. Cheap to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyDigests {
    pub newest: KeyDigest,
    /// Under the pepper that is being replaced.
    pub previous: Option<KeyDigest>,
}

impl Peppers {
    /// Combines a pepper with the one that it replaces.
    ///
    /// # Errors
    /// When the replaced pepper does not have the lower version.
    pub fn new(newest: Pepper, previous: Option<Pepper>) -> Result<Self, NotOlder> {
        match &previous {
            Some(old) if old.version() >= newest.version() => Err(NotOlder),
            _ => Ok(Self { newest, previous }),
        }
    }

    /// Returns the pepper that new keys are hashed under.
    pub const fn newest(&self) -> &Pepper {
        &self.newest
    }

    /// Returns all peppers, the newest first.
    pub fn all(&self) -> impl Iterator<Item = &Pepper> {
        std::iter::once(&self.newest).chain(&self.previous)
    }

    /// Returns the digests by which a key may be found.
    pub fn digests(&self, key: &KeySecret) -> KeyDigests {
        let previous = self.previous.as_ref().map(|pepper| pepper.digest(key));
        KeyDigests { newest: self.newest.digest(key), previous }
    }
}

impl From<Pepper> for Peppers {
    fn from(only: Pepper) -> Self {
        Self { newest: only, previous: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::generate_pepper;

    fn pepper(version: i32) -> Pepper {
        Pepper::parse(&generate_pepper(), version).unwrap()
    }

    #[test]
    fn a_pepper_replaces_only_an_older_one() {
        assert!(Peppers::new(pepper(2), Some(pepper(1))).is_ok());
        assert_eq!(Peppers::new(pepper(2), Some(pepper(2))).unwrap_err(), NotOlder);
        assert_eq!(Peppers::new(pepper(2), Some(pepper(3))).unwrap_err(), NotOlder);
    }

    #[test]
    fn a_key_is_found_under_every_live_pepper() {
        let (new, old) = (pepper(2), pepper(1));
        let key = KeySecret::parse(b"an-imported-key-of-some-sort").unwrap();
        let digests = Peppers::new(new.clone(), Some(old.clone())).unwrap().digests(&key);
        assert_eq!((digests.newest, digests.previous), (new.digest(&key), Some(old.digest(&key))));
    }
}
