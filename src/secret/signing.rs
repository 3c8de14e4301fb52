//! Signatures by which an upstream knows who calls: compact tokens (JWS, RFC 7515) by Ed25519 (RFC
//! 8037).
//!
//! The signing key is derived from the pepper: every gateway has it, and no store does. It turns
//! with the pepper.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use ring::signature::{Ed25519KeyPair, KeyPair};
use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Pepper;
use super::peppers::Peppers;

/// Signs tokens, and shows the keys that verify them.
pub struct TokenSigner {
    /// One of each live pepper, the newest first.
    keys: Vec<SigningKey>,
}

struct SigningKey {
    /// The key that verifies its signatures.
    public: PublicKey,
    pair: Ed25519KeyPair,
}

/// A key that verifies tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its thumbprint (RFC 7638).
    pub id: String,
    /// The 32 bytes, in base64url.
    pub x: String,
}

/// The pepper gives no key, or what is to be signed is no JSON.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    #[error("no signing key can be derived from the pepper")]
    NoKey,
    #[error(transparent)]
    Claims(#[from] serde_json::Error),
}

impl TokenSigner {
    /// Derives the keys of all live peppers.
    ///
    /// # Errors
    /// When a pepper gives no key, which does not happen with one of 32 bytes.
    pub fn new(peppers: &Peppers) -> Result<Self, SigningError> {
        let keys = peppers.all().map(SigningKey::of).collect::<Result<_, _>>()?;
        Ok(Self { keys })
    }

    /// The keys that verify tokens of every gateway.
    pub fn public_keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.iter().map(|key| &key.public)
    }

    /// Signs claims with the key of the oldest live pepper: while peppers change, every gateway
    /// shows its public key.
    ///
    /// # Errors
    /// When the claims cannot be written as JSON.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, SigningError> {
        let key = self.keys.last().ok_or(SigningError::NoKey)?;
        let head = format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{}"}}"#, key.public.id);
        let claims = URL_SAFE_NO_PAD.encode(&serde_json::to_vec(claims)?);
        let signed = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(head.as_bytes()));
        let signature = URL_SAFE_NO_PAD.encode(key.pair.sign(signed.as_bytes()).as_ref());
        Ok(format!("{signed}.{signature}"))
    }
}

impl SigningKey {
    fn of(pepper: &Pepper) -> Result<Self, SigningError> {
        let seed = Zeroizing::new(pepper.signing_seed());
        let pair = Ed25519KeyPair::from_seed_unchecked(&*seed).map_err(|_| SigningError::NoKey)?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Ok(Self { public: PublicKey { id: URL_SAFE_NO_PAD.encode(thumbprint), x }, pair })
    }
}

impl Pepper {
    /// HKDF-Expand (RFC 5869) of the pepper: its first block.
    fn signing_seed(&self) -> [u8; 32] {
        let mut hmac = self.keyed.clone();
        hmac.update(b"fluence identity of calls, version 1");
        hmac.update(&[1]);
        hmac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigner").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ED25519, UnparsedPublicKey};
    use serde_json::json;

    use super::*;
    use crate::secret::generate_pepper;

    fn pepper(version: i32) -> Pepper {
        Pepper::parse(&generate_pepper(), version).unwrap()
    }

    fn decoded(text: &str) -> Vec<u8> {
        const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bits: String = text.chars().map(|c| format!("{:06b}", DIGITS.find(c).unwrap())).collect();
        bits.as_bytes()
            .chunks_exact(8)
            .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
            .collect()
    }

    #[test]
    fn a_token_is_verified_by_the_key_that_it_names_and_by_no_other() {
        let signer = TokenSigner::new(&pepper(1).into()).unwrap();
        let token = signer.sign(&json!({ "sub": "x" })).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = signer.public_keys().next().unwrap();
        let head: serde_json::Value =
            serde_json::from_slice(&decoded(token.split('.').next().unwrap())).unwrap();
        assert_eq!(head, json!({ "alg": "EdDSA", "typ": "JWT", "kid": key.id }));
        let verified = |key: &PublicKey, signed: &str| {
            UnparsedPublicKey::new(&ED25519, decoded(&key.x))
                .verify(signed.as_bytes(), &decoded(signature))
                .is_ok()
        };
        assert!(verified(key, signed));
        assert!(!verified(key, &signed.replacen('e', "f", 1)));
        let other = TokenSigner::new(&pepper(1).into()).unwrap();
        assert!(!verified(other.public_keys().next().unwrap(), signed));
    }

    #[test]
    fn while_peppers_change_both_keys_are_shown_and_the_older_one_signs() {
        let (new, old) = (pepper(2), pepper(1));
        let before = TokenSigner::new(&old.clone().into()).unwrap();
        let during = TokenSigner::new(&Peppers::new(new.clone(), Some(old)).unwrap()).unwrap();
        let after = TokenSigner::new(&new.into()).unwrap();
        let ids = |signer: &TokenSigner| signer.public_keys().map(|key| key.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&during), [ids(&after), ids(&before)].concat());
        let claims = json!({ "n": 1 });
        assert_eq!(during.sign(&claims).unwrap(), before.sign(&claims).unwrap());
        assert_ne!(during.sign(&claims).unwrap(), after.sign(&claims).unwrap());
    }
}
