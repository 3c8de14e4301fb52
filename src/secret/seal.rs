//! Sealing: what is stored and must be read again is encrypted under the pepper, so that a stolen
//! database gives nothing to guess at. ChaCha20-Poly1305; the key is derived from the pepper for
//! each purpose, and what is sealed is bound to its owner.

use hmac::Mac;
use rand::TryRng;
use rand::rngs::{SysError, SysRng};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use secrecy::zeroize::Zeroizing;

use super::Pepper;
use super::peppers::Peppers;

/// The purpose of the hash of an identity's password.
pub const PASSWORD: &str = "password of an identity";
/// The purpose of the secret of an identity's authenticator app.
pub const SECOND_FACTOR: &str = "second factor of an identity";

const VERSION_BYTES: usize = 4;

/// Why something could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the operating system returned no random numbers")]
    Random(#[from] SysError),
    /// Another pepper, another owner, or changed bytes.
    #[error("the pepper does not open it")]
    NotOpened,
}

/// Encrypts a secret of an owner under the newest pepper.
///
/// # Errors
/// When the operating system returns no random numbers.
pub fn seal(peppers: &Peppers, purpose: &str, owner: &[u8], secret: &[u8]) -> Result<Vec<u8>, SealError> {
    let pepper = peppers.newest();
    let mut nonce = [0; NONCE_LEN];
    SysRng.try_fill_bytes(&mut nonce)?;
    let mut body = secret.to_vec();
    let key = key(pepper, purpose)?;
    let nonce_used = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce_used, Aad::from(owner), &mut body)
        .map_err(|_| SealError::NotOpened)?;
    Ok([&pepper.version().to_be_bytes()[..], &nonce, &body].concat())
}

/// Decrypts what was sealed for an owner. Also returns whether it is sealed under an older pepper.
///
/// # Errors
/// When no live pepper opens it.
pub fn open(
    peppers: &Peppers,
    purpose: &str,
    owner: &[u8],
    sealed: &[u8],
) -> Result<(Zeroizing<Vec<u8>>, bool), SealError> {
    let (version, rest) = sealed.split_at_checked(VERSION_BYTES).ok_or(SealError::NotOpened)?;
    let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(SealError::NotOpened)?;
    let pepper = peppers.all().find(|pepper| pepper.version().to_be_bytes() == version);
    let key = key(pepper.ok_or(SealError::NotOpened)?, purpose)?;
    let mut body = Zeroizing::new(body.to_vec());
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::NotOpened)?;
    let opened = key.open_in_place(nonce, Aad::from(owner), &mut body).map_err(|_| SealError::NotOpened)?;
    let is_old = version != peppers.newest().version().to_be_bytes();
    Ok((Zeroizing::new(opened.to_vec()), is_old))
}

fn key(pepper: &Pepper, purpose: &str) -> Result<LessSafeKey, SealError> {
    let mut hmac = pepper.keyed.clone();
    hmac.update(b"fluence sealing, version 1: ");
    hmac.update(purpose.as_bytes());
    let derived = Zeroizing::new(<[u8; 32]>::from(hmac.finalize().into_bytes()));
    let key = UnboundKey::new(&CHACHA20_POLY1305, &*derived).map_err(|_| SealError::NotOpened)?;
    Ok(LessSafeKey::new(key))
}

impl Pepper {
    /// A keyed digest of a text that can be guessed, such as an address.
    pub fn blind(&self, purpose: &str, text: &str) -> [u8; 32] {
        let mut hmac = self.keyed.clone();
        hmac.update(b"fluence blinding, version 1: ");
        hmac.update(purpose.as_bytes());
        hmac.update(&[0]);
        hmac.update(text.as_bytes());
        hmac.finalize().into_bytes().into()
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
    fn a_sealed_value_opens_only_for_its_owner_purpose_and_pepper() {
        let peppers = Peppers::from(pepper(1));
        let sealed = seal(&peppers, "password", b"ana", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        let (opened, is_old) = open(&peppers, "password", b"ana", &sealed).unwrap();
        assert_eq!((opened.as_slice(), is_old), (&b"secret"[..], false));
        assert!(open(&peppers, "password", b"bia", &sealed).is_err());
        assert!(open(&peppers, "totp", b"ana", &sealed).is_err());
        assert!(open(&Peppers::from(pepper(1)), "password", b"ana", &sealed).is_err());
        for end in 0..sealed.len() {
            assert!(open(&peppers, "password", b"ana", &sealed[..end]).is_err());
        }
    }

    #[test]
    fn a_value_sealed_under_an_older_pepper_is_marked() {
        let (old, new) = (pepper(1), pepper(2));
        let sealed = seal(&Peppers::from(old.clone()), "p", b"", b"x").unwrap();
        let both = Peppers::new(new.clone(), Some(old)).unwrap();
        assert!(open(&both, "p", b"", &sealed).unwrap().1);
        assert!(open(&Peppers::from(new), "p", b"", &sealed).is_err());
    }
}
