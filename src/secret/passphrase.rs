//! A secret sealed under a pass phrase, for backups: readable only with the phrase, and every
//! change is noticed.
//!
//! PBKDF2-HMAC-SHA-256 (RFC 8018) makes the key, ChaCha20-Poly1305 (RFC 8439) seals. Salt and nonce
//! are random.

use std::num::NonZeroU32;

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::pbkdf2;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::hex;

/// OWASP's recommendation of 2023 for PBKDF2 with SHA-256.
const ITERATIONS: u32 = 600_000;
/// More would let a file keep the program busy for minutes.
const MAX_ITERATIONS: u32 = 10_000_000;
const SALT_BYTES: usize = 16;
const KEY_BYTES: usize = 32;

/// A sealed secret, as it is stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Sealed {
    /// `pbkdf2-sha256-chacha20-poly1305`.
    method: String,
    iterations: u32,
    /// Hexadecimal.
    salt: String,
    nonce: String,
    sealed: String,
}

const METHOD: &str = "pbkdf2-sha256-chacha20-poly1305";

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Another pass phrase, or a changed file.
    #[error("the pass phrase is wrong, or the sealed pepper was changed")]
    Wrong,
    #[error("the sealed pepper is not one of this program")]
    Malformed,
}

/// Seals a secret.
///
/// # Errors
/// Only if the cipher fails, which it does not for short texts.
pub fn seal(secret: &SecretString, phrase: &SecretString) -> Result<Sealed, SealError> {
    let (salt, nonce) = (rand::random::<[u8; SALT_BYTES]>(), rand::random::<[u8; NONCE_LEN]>());
    let key = key(phrase, &salt, ITERATIONS)?;
    let mut text = secret.expose_secret().as_bytes().to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
        .map_err(|_| SealError::Malformed)?;
    Ok(Sealed {
        method: METHOD.to_owned(),
        iterations: ITERATIONS,
        salt: hex::encode(&salt),
        nonce: hex::encode(&nonce),
        sealed: hex::encode(&text),
    })
}

/// Opens a sealed secret.
///
/// # Errors
/// When the pass phrase is wrong, or the seal was changed.
pub fn open(sealed: &Sealed, phrase: &SecretString) -> Result<SecretString, SealError> {
    if sealed.method != METHOD || sealed.iterations > MAX_ITERATIONS {
        return Err(SealError::Malformed);
    }
    let bytes = |text: &str| hex::decode(text).ok_or(SealError::Malformed);
    let key = key(phrase, &bytes(&sealed.salt)?, sealed.iterations)?;
    let nonce: [u8; NONCE_LEN] = bytes(&sealed.nonce)?.try_into().map_err(|_| SealError::Malformed)?;
    let mut text = Zeroizing::new(bytes(&sealed.sealed)?);
    let opened = key
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut text)
        .map_err(|_| SealError::Wrong)?;
    let opened = std::str::from_utf8(opened).map_err(|_| SealError::Malformed)?;
    Ok(SecretString::from(opened))
}

fn key(phrase: &SecretString, salt: &[u8], iterations: u32) -> Result<LessSafeKey, SealError> {
    let iterations = NonZeroU32::new(iterations).ok_or(SealError::Malformed)?;
    let mut key = Zeroizing::new([0_u8; KEY_BYTES]);
    let phrase = phrase.expose_secret().as_bytes();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, phrase, &mut *key);
    UnboundKey::new(&CHACHA20_POLY1305, &*key).map(LessSafeKey::new).map_err(|_| SealError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_phrase_opens_an_unchanged_seal() {
        let secret = SecretString::from("1:some digits\n");
        let sealed = seal(&secret, &"a long phrase".into()).unwrap();
        assert!(!format!("{sealed:?}").contains("digits"));
        let opened = open(&sealed, &"a long phrase".into()).unwrap();
        assert_eq!(opened.expose_secret(), secret.expose_secret());
        assert_eq!(open(&sealed, &"another phrase".into()).unwrap_err(), SealError::Wrong);

        let mut changed = sealed.clone();
        let last = if changed.sealed.ends_with('0') { "1" } else { "0" };
        changed.sealed.replace_range(changed.sealed.len() - 1.., last);
        assert_eq!(open(&changed, &"a long phrase".into()).unwrap_err(), SealError::Wrong);
        for field in ["", "0", "zz"] {
            let faulty = Sealed { nonce: field.to_owned(), ..sealed.clone() };
            assert_eq!(open(&faulty, &"a long phrase".into()).unwrap_err(), SealError::Malformed);
        }
        let slow = Sealed { iterations: u32::MAX, ..sealed };
        assert_eq!(open(&slow, &"a long phrase".into()).unwrap_err(), SealError::Malformed);
    }
}
