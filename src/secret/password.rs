//! Hashes of passwords: argon2id, on threads of their own, two at once. A hash takes 19 MiB and
//! some tens of milliseconds by design, so neither the threads that answer calls nor the memory may
//! depend on how many log-ins are tried.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::zeroize::Zeroizing;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::hex;

/// Memory in KiB, passes and lanes: the least that OWASP names for argon2id.
const PRESENT: (u32, u32, u32) = (19 * 1024, 2, 1);
const HASH_BYTES: usize = 32;
const SALT_BYTES: usize = 16;
const AT_ONCE: usize = 2;
const WAITING: usize = 16;
const MAX_WAIT: Duration = Duration::from_secs(2);

/// The hash of one password with its parameters and salt.
#[derive(Clone)]
pub struct PasswordHash(String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash([REDACTED])")
    }
}

/// Why no hash was computed.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    #[error("too many passwords are being checked")]
    Busy,
    /// Random numbers, memory or a thread were not available, or a stored hash cannot be read.
    #[error("hashing a password failed: {0}")]
    Failed(String),
}

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    pub is_right: bool,
    /// Whether the hash was made with other parameters than new ones get.
    pub is_outdated: bool,
}

/// Computes hashes, a few at once.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    at_once: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    parameters: (u32, u32, u32),
}

impl Default for PasswordHasher {
    fn default() -> Self {
        Self::with(PRESENT)
    }
}

impl PasswordHasher {
    fn with(parameters: (u32, u32, u32)) -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            admitted: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
            parameters,
        }
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// When too many are waiting.
    pub async fn hash(&self, password: &str) -> Result<PasswordHash, HashError> {
        let (password, parameters) = (Zeroizing::new(password.to_owned()), self.parameters);
        self.run(move || {
            let mut salt = [0; SALT_BYTES];
            SysRng.try_fill_bytes(&mut salt).map_err(|error| HashError::Failed(error.to_string()))?;
            let hash = computed(&password, &salt, parameters)?;
            let (memory, passes, lanes) = parameters;
            Ok(PasswordHash(format!(
                "argon2id${memory}${passes}${lanes}${}${}",
                hex::encode(&salt),
                hex::encode(&*hash)
            )))
        })
        .await
    }

    /// Compares a password with a hash. Without a hash it does the same work and finds the password
    /// wrong, so that an unknown address takes as long as a wrong password.
    ///
    /// # Errors
    /// When too many are waiting, or the hash cannot be read.
    pub async fn verify(&self, password: &str, hash: Option<PasswordHash>) -> Result<Verified, HashError> {
        let (password, present) = (Zeroizing::new(password.to_owned()), self.parameters);
        self.run(move || {
            let Some(hash) = hash else {
                computed(&password, &[0; SALT_BYTES], present)?;
                return Ok(Verified { is_right: false, is_outdated: false });
            };
            let unreadable = || HashError::Failed("the stored hash cannot be read".to_owned());
            let (parameters, salt, known) = hash.parts().ok_or_else(unreadable)?;
            let given = computed(&password, &salt, parameters)?;
            let difference = given.iter().zip(&known).fold(0, |sum, (one, other)| sum | (one ^ other));
            let is_right = difference == 0 && known.len() == HASH_BYTES;
            Ok(Verified { is_right, is_outdated: parameters != present })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let admitted = self.admitted.clone().try_acquire_owned().map_err(|_| HashError::Busy)?;
        let permit = tokio::time::timeout(MAX_WAIT, self.at_once.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| HashError::Busy)?.map_err(|_| HashError::Busy)?;
        // A client that leaves does not free the permit before its work has ended.
        let held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (admitted, permit);
        let done = tokio::task::spawn_blocking(move || {
            let _held = held;
            work()
        });
        done.await.map_err(|error| HashError::Failed(error.to_string()))?
    }
}

fn computed(
    password: &str,
    salt: &[u8],
    (memory, passes, lanes): (u32, u32, u32),
) -> Result<Zeroizing<[u8; HASH_BYTES]>, HashError> {
    let failed = |error: argon2::Error| HashError::Failed(error.to_string());
    let params = Params::new(memory, passes, lanes, Some(HASH_BYTES)).map_err(failed)?;
    let mut hash = Zeroizing::new([0; HASH_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut *hash)
        .map_err(failed)?;
    Ok(hash)
}

impl PasswordHash {
    /// Reads a hash from the store.
    pub fn from_text(text: &[u8]) -> Option<Self> {
        let hash = Self(String::from_utf8(text.to_vec()).ok()?);
        hash.parts().is_some().then_some(hash)
    }

    /// The text for the store, which seals it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    #[expect(clippy::type_complexity, reason = "read in one place")]
    fn parts(&self) -> Option<((u32, u32, u32), Vec<u8>, Vec<u8>)> {
        let mut parts = self.0.split('$');
        let name = parts.next()?;
        let mut number = || parts.next()?.parse::<u32>().ok();
        let parameters = (number()?, number()?, number()?);
        let (salt, hash) = (hex::decode(parts.next()?)?, hex::decode(parts.next()?)?);
        (name == "argon2id" && parts.next().is_none()).then_some((parameters, salt, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quick() -> PasswordHasher {
        PasswordHasher::with((64, 1, 1))
    }

    #[tokio::test]
    async fn a_password_matches_only_its_hash() {
        let hasher = quick();
        let hash = hasher.hash("a cat sat on nine mats").await.unwrap();
        let again = PasswordHash::from_text(hash.expose().as_bytes()).unwrap();
        let right = Verified { is_right: true, is_outdated: false };
        assert_eq!(hasher.verify("a cat sat on nine mats", Some(again)).await.unwrap(), right);
        assert!(!hasher.verify("a cat sat on nine mat", Some(hash.clone())).await.unwrap().is_right);
        assert!(!hasher.verify("", None).await.unwrap().is_right);
        assert_ne!(hasher.hash("a cat sat on nine mats").await.unwrap().expose(), hash.expose());
    }

    #[tokio::test]
    async fn j16_a_hash_with_older_parameters_is_verified_and_reported() {
        let hash = quick().hash("a cat sat on nine mats").await.unwrap();
        let verified =
            PasswordHasher::with((128, 1, 1)).verify("a cat sat on nine mats", Some(hash)).await.unwrap();
        assert_eq!(verified, Verified { is_right: true, is_outdated: true });
    }

    #[tokio::test]
    async fn more_than_the_limit_are_refused_at_once() {
        let hasher = PasswordHasher::default();
        let _all = hasher
            .admitted
            .clone()
            .try_acquire_many_owned(u32::try_from(AT_ONCE + WAITING).unwrap())
            .unwrap();
        assert!(matches!(hasher.hash("a cat sat on nine mats").await, Err(HashError::Busy)));
    }

    #[test]
    fn a_text_that_is_no_hash_is_not_read() {
        for text in ["", "argon2id", "argon2i$1$1$1$00$00", "argon2id$1$1$1$00$0", "argon2id$1$1$1$00$00$"] {
            assert!(PasswordHash::from_text(text.as_bytes()).is_none(), "{text}");
        }
    }
}
