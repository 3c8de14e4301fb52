//! Random tokens: the values of cookies and one-time links, and the message authentication codes of
//! forms.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::{SysError, SysRng};
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};

use crate::domain::hex;

const BYTES: usize = 32;

/// 256 random bits. Only the digest is stored.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; BYTES]>);

/// SHA-256 of a token: enough for a value that cannot be guessed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenDigest([u8; BYTES]);

impl TokenDigest {
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([REDACTED])")
    }
}

impl Token {
    /// Creates a token.
    ///
    /// # Errors
    /// When the operating system returns no random numbers.
    pub fn new() -> Result<Self, SysError> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        SysRng.try_fill_bytes(&mut *bytes)?;
        Ok(Self(bytes))
    }

    /// Reads a token from its text.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; BYTES] = hex::decode(text)?.try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// The text: 64 hexadecimal digits.
    pub fn expose(&self) -> String {
        hex::encode(&*self.0)
    }

    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(*self.0).into())
    }

    /// The code of a message that only the holder of the token can make.
    pub fn code(&self, message: &[u8]) -> [u8; BYTES] {
        self.mac(message).finalize().into_bytes().into()
    }

    /// Whether a code is that of the message. Takes the same time for every code.
    pub fn is_code(&self, message: &[u8], code: &[u8]) -> bool {
        self.mac(message).verify_slice(code).is_ok()
    }

    fn mac(&self, message: &[u8]) -> Hmac<Sha256> {
        // The digest, so that the key of the code is not the token itself. HMAC fills a short key
        // up with zeros itself; a whole block needs no check of its length.
        let mut key = Zeroizing::new([0; 64]);
        key[..BYTES].copy_from_slice(&self.digest().0);
        let mut mac = Hmac::<Sha256>::new((&*key).into());
        mac.update(message);
        mac
    }
}

/// The digest of a text, for what must be found again but not read.
pub fn digest_of(text: &str) -> TokenDigest {
    TokenDigest(Sha256::digest(text.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_its_text_and_never_printed() {
        let token = Token::new().unwrap();
        assert_eq!(Token::parse(&token.expose()).unwrap().digest(), token.digest());
        assert_ne!(Token::new().unwrap().digest(), token.digest());
        assert!(!format!("{token:?} {:?}", token.digest()).contains(&token.expose()[..8]));
        for text in ["", "0", "zz", &"g".repeat(64), &"0".repeat(63), &"A".repeat(64)] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_code_belongs_to_one_message_and_one_token() {
        let (token, other) = (Token::new().unwrap(), Token::new().unwrap());
        let code = token.code(b"POST /x");
        assert!(token.is_code(b"POST /x", &code));
        assert!(!token.is_code(b"POST /y", &code) && !other.is_code(b"POST /x", &code));
        assert!(!token.is_code(b"POST /x", &code[..31]));
    }
}
