//! Secrets that the program creates: API keys, and the pepper, without which a stolen table of key
//! hashes is useless.

pub mod passphrase;
pub mod password;
pub mod pem;
pub mod peppers;
pub mod seal;
pub mod signature;
pub mod signing;
pub mod token;

use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

use crate::domain::hex;
use crate::domain::key::{KeyFormat, KeyPrefix, KeySecret, NotAKey};

const PEPPER_BYTES: usize = 32;
/// The least number of distinct digits in a pepper. One random pepper in 10^11 has fewer.
const MIN_DIGITS: u32 = 8;
/// A pepper's fingerprint is the keyed hash of this text. No key has this form.
const FINGERPRINTED: &[u8] = b"fluence pepper fingerprint, version 1";

/// HMAC-SHA-256 of a key under a pepper. Keys carry at least 154 bits of entropy, so a slow
/// password hash would add only a way to overload the gateway.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    /// Returns the bytes that are stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for KeyDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyDigest")
    }
}

/// A pepper, ready for hashing.
#[derive(Clone)]
pub struct Pepper {
    version: i32,
    /// The keyed HMAC state: computing it for each key would add half of the hash's cost.
    keyed: Hmac<Sha256>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PepperError {
    /// Not 32 bytes in hexadecimal.
    #[error("must be 64 hexadecimal characters (32 bytes); make one with `openssl rand -hex 32`")]
    Malformed,
    /// A sample value or a pattern.
    #[error("is a sample value or follows a pattern; make one with `openssl rand -hex 32`")]
    Guessable,
}

impl Pepper {
    /// Reads a pepper from hexadecimal text and wipes every intermediate copy.
    pub fn parse(text: &str, version: i32) -> Result<Self, PepperError> {
        let text = text.trim().as_bytes();
        if text.len() != 2 * PEPPER_BYTES {
            return Err(PepperError::Malformed);
        }
        let mut bytes = Zeroizing::new([0_u8; PEPPER_BYTES]);
        let mut seen = 0_u16;
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            for &digit in pair {
                let digit = char::from(digit).to_digit(16).ok_or(PepperError::Malformed)?;
                *byte = *byte << 4 | u8::try_from(digit).map_err(|_| PepperError::Malformed)?;
                seen |= 1 << digit;
            }
        }
        if seen.count_ones() < MIN_DIGITS {
            return Err(PepperError::Guessable);
        }
        let keyed = Hmac::new_from_slice(&*bytes).map_err(|_| PepperError::Malformed)?;
        Ok(Self { version, keyed })
    }

    /// Returns its version, which is stored beside each key.
    pub const fn version(&self) -> i32 {
        self.version
    }

    /// Identifies the pepper by half of a keyed hash, which reveals nothing of the pepper.
    pub fn fingerprint(&self) -> [u8; 16] {
        let mut hmac = self.keyed.clone();
        hmac.update(FINGERPRINTED);
        let hash: [u8; 32] = hmac.finalize().into_bytes().into();
        let mut half = [0; 16];
        half.copy_from_slice(hash.split_at(16).0);
        half
    }

    /// Returns the digest by which a key is found.
    pub fn digest(&self, key: &KeySecret) -> KeyDigest {
        let mut hmac = self.keyed.clone();
        hmac.update(key.expose().as_bytes());
        KeyDigest(hmac.finalize().into_bytes().into())
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pepper(version {}, [REDACTED])", self.version)
    }
}

/// Whether a pepper follows a pattern: a repeated piece, or digits or bytes that rise or fall by
/// equal steps. Not one random pepper in 10^15 does.
pub fn is_weak(text: &str) -> bool {
    const MIN_STEPS: usize = 5;
    let text = text.trim().as_bytes();
    let half = text.len() / 2;
    let is_repeated = half > 0 && text[..half] == text[half..];
    let digits = || text.iter().filter_map(|digit| char::from(*digit).to_digit(16));
    let bytes = || digits().step_by(2).zip(digits().skip(1).step_by(2)).map(|(high, low)| high << 4 | low);
    is_repeated || (half > 0 && (steps(digits(), 16) < MIN_STEPS || steps(bytes(), 256) < MIN_STEPS))
}

/// Counts the distinct steps from one number to the next.
fn steps(numbers: impl Iterator<Item = u32> + Clone, modulus: u32) -> usize {
    let next = numbers.clone().skip(1);
    let steps = numbers.zip(next).map(|(one, next)| (next + modulus - one) % modulus);
    steps.collect::<std::collections::HashSet<_>>().len()
}

/// Returns a new random pepper as hexadecimal text.
pub fn generate_pepper() -> String {
    hex::encode(&rand::random::<[u8; PEPPER_BYTES]>())
}

/// Why no key could be created.
#[derive(Debug, thiserror::Error)]
pub enum NewKeyError {
    #[error("the operating system returned no random numbers")]
    Random(#[from] rand::rngs::SysError),
    /// The format is for imported keys only.
    #[error("keys of this format can only be imported")]
    NotIssued,
}

impl From<NotAKey> for NewKeyError {
    fn from(_: NotAKey) -> Self {
        Self::NotIssued
    }
}

/// Creates a key from the operating system's random numbers.
///
/// Each character comes from 64 random bits by multiplication, which favours no character by more
/// than 62 parts in 2^64 and rejects no bits.
pub fn generate_key(format: KeyFormat, prefix: &KeyPrefix) -> Result<KeySecret, NewKeyError> {
    let mut failure = None;
    let key = KeySecret::generate(format, prefix, |below| {
        let word = SysRng.try_next_u64().unwrap_or_else(|error| {
            failure = Some(error);
            0
        });
        // Less than `below`, because `word` is less than 2^64.
        ((u128::from(word) * below as u128) >> 64) as usize
    })?;
    match failure {
        Some(error) => Err(NewKeyError::Random(error)),
        None => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_pepper_is_accepted_and_a_sample_one_is_not() {
        assert!(Pepper::parse(&generate_pepper(), 1).is_ok());
        assert_eq!(Pepper::parse(&"0".repeat(64), 1).unwrap_err(), PepperError::Guessable);
        assert_eq!(Pepper::parse("abc", 1).unwrap_err(), PepperError::Malformed);
    }

    #[test]
    fn patterns_are_weak_and_random_peppers_are_not() {
        let sequence: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
        for text in [
            "0123456789abcdef".repeat(4),
            "fedcba9876543210".repeat(4),
            "0011223344556677".repeat(4),
            sequence,
        ] {
            assert!(is_weak(&text), "{text}");
        }
        assert!(is_weak(&generate_pepper()[..32].repeat(2)));
        assert!((0..1000).all(|_| !is_weak(&generate_pepper())));
        assert!(!is_weak(""));
    }

    #[test]
    fn no_two_keys_are_alike_and_every_character_can_occur() {
        let keys: Vec<KeySecret> =
            (0..200).map(|_| generate_key(KeyFormat::Fluence, &KeyPrefix::default()).unwrap()).collect();
        let distinct: std::collections::HashSet<&str> = keys.iter().map(KeySecret::expose).collect();
        assert_eq!(distinct.len(), 200);
        // 200 keys have 6,800 random characters: the chance that one of 62 never occurs is below
        // 1e-45.
        let characters: std::collections::HashSet<char> =
            keys.iter().flat_map(|key| key.expose()[..34].chars()).collect();
        assert_eq!(characters.len(), 62);
    }

    #[test]
    fn a_legacy_key_is_never_created() {
        assert!(matches!(
            generate_key(KeyFormat::Legacy, &KeyPrefix::default()),
            Err(NewKeyError::NotIssued)
        ));
    }

    #[test]
    fn the_same_key_has_another_digest_under_another_pepper() {
        let key = KeySecret::parse(b"an-imported-key-of-some-sort").unwrap();
        let digest = |text: &str| Pepper::parse(text, 1).unwrap().digest(&key);
        let (one, two) = (generate_pepper(), generate_pepper());
        assert_eq!(digest(&one), digest(&one));
        assert_ne!(digest(&one), digest(&two));
    }
}
