//! API keys: their formats, their checksum, and what a key says of itself.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// Characters of the checksum at the end of an issued key.
const CHECKSUM_CHARS: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The shape of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyFormat {
    /// 40 base62 characters.
    Fluence,
    /// `flz_sk_` and 32 base62 characters.
    Flz,
    /// `flz_sk_prod_` and 32.
    FlzProd,
    /// `flz_sk_stag_` and 32.
    FlzStag,
    /// `flz_sk_dev_` and 32.
    FlzDev,
    /// `sk_live_` and 32.
    SkLive,
    /// `sk_test_` and 32.
    SkTest,
    /// 20 to 64 of `[A-Za-z0-9_-]`, imported, without a checksum.
    Legacy,
}

impl KeyFormat {
    /// Every format that is issued, longest prefix first.
    pub const ISSUED: [Self; 7] =
        [Self::FlzProd, Self::FlzStag, Self::FlzDev, Self::Flz, Self::SkLive, Self::SkTest, Self::Fluence];

    /// The name in commands and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fluence => "fluence",
            Self::Flz => "flz",
            Self::FlzProd => "flz_prod",
            Self::FlzStag => "flz_stag",
            Self::FlzDev => "flz_dev",
            Self::SkLive => "sk_live",
            Self::SkTest => "sk_test",
            Self::Legacy => "legacy",
        }
    }

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ISSUED.into_iter().chain([Self::Legacy]).find(|format| format.as_str() == name)
    }

    /// What its keys begin with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Fluence | Self::Legacy => "",
            Self::Flz => "flz_sk_",
            Self::FlzProd => "flz_sk_prod_",
            Self::FlzStag => "flz_sk_stag_",
            Self::FlzDev => "flz_sk_dev_",
            Self::SkLive => "sk_live_",
            Self::SkTest => "sk_test_",
        }
    }

    /// Random characters between prefix and checksum: 26 carry 154 bits, 34 carry 202.
    const fn random_chars(self) -> usize {
        match self {
            Self::Fluence => 34,
            _ => 26,
        }
    }

    /// The issued format that has this text's prefix and length, if there is one.
    fn of_shape(text: &str) -> Option<Self> {
        Self::ISSUED.into_iter().find(|format| {
            text.strip_prefix(format.prefix()).is_some_and(|rest| {
                rest.len() == format.random_chars() + CHECKSUM_CHARS
                    && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
        })
    }
}

/// A key as the client has it. It is never printed, logged or stored.
#[derive(Clone)]
pub struct KeySecret {
    text: SecretString,
    format: KeyFormat,
}

/// Not a key of any format, or one with a wrong checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key")]
pub struct NotAKey;

impl KeySecret {
    /// Reads a credential as a client sent it. What has the shape of an issued key must have its checksum.
    pub fn parse(credential: &[u8]) -> Result<Self, NotAKey> {
        let text = std::str::from_utf8(credential).map_err(|_| NotAKey)?;
        let format = match KeyFormat::of_shape(text) {
            Some(format) => {
                let (body, sum) = text.split_at(text.len() - CHECKSUM_CHARS);
                if checksum(body).as_slice() != sum.as_bytes() {
                    return Err(NotAKey);
                }
                format
            }
            None => {
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
                if !(20..=64).contains(&text.len()) || !text.bytes().all(allowed) {
                    return Err(NotAKey);
                }
                KeyFormat::Legacy
            }
        };
        Ok(Self { text: SecretString::from(text), format })
    }

    /// Makes a new key. `draw` gives uniform numbers below its argument; a legacy key cannot be made.
    pub fn generate(format: KeyFormat, mut draw: impl FnMut(usize) -> usize) -> Result<Self, NotAKey> {
        if format == KeyFormat::Legacy {
            return Err(NotAKey);
        }
        let mut text = String::from(format.prefix());
        for _ in 0..format.random_chars() {
            text.push(char::from(BASE62[draw(BASE62.len()) % BASE62.len()]));
        }
        let sum = checksum(&text);
        text.extend(sum.iter().copied().map(char::from));
        Ok(Self { text: SecretString::from(text), format })
    }

    /// Its format.
    pub fn format(&self) -> KeyFormat {
        self.format
    }

    /// The key itself: for its hash, and to show it once to whoever had it made.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// What may be shown to tell keys apart: the format's prefix, or the first four characters where it has none.
    pub fn display_prefix(&self) -> &str {
        match self.format.prefix() {
            "" => self.expose().get(..4).unwrap_or_default(),
            prefix => prefix,
        }
    }

    /// The last four characters, for display.
    pub fn last_four(&self) -> &str {
        let text = self.expose();
        text.get(text.len() - 4..).unwrap_or_default()
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret([REDACTED])")
    }
}

/// CRC-32 (IEEE) of `body`, written in base62 with leading zeros.
fn checksum(body: &str) -> [u8; CHECKSUM_CHARS] {
    let mut left = crc32fast::hash(body.as_bytes()) as usize;
    let mut text = [b'0'; CHECKSUM_CHARS];
    for place in text.iter_mut().rev() {
        *place = BASE62[left % BASE62.len()];
        left /= BASE62.len();
    }
    text
}

/// Whether a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It may.
    Active,
    /// Not for now.
    Disabled,
    /// Never again.
    Revoked,
}

impl KeyState {
    /// The name in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
        }
    }

    /// The state with a name of the store.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Disabled, Self::Revoked].into_iter().find(|state| state.as_str() == name)
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read the account.
    Read,
    /// Make paid calls, and write contacts.
    Invoke,
    /// Make and change keys and environments.
    Manage,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Read, Self::Invoke, Self::Manage];
    /// What a key has unless its maker says otherwise.
    pub const DEFAULT: [Self; 2] = [Self::Read, Self::Invoke];

    /// The name in commands, in the store and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Invoke => "invoke",
            Self::Manage => "manage",
        }
    }

    /// The scope with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

/// Whether keys of an environment spend credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// They do.
    Live,
    /// They work on sample people and spend nothing.
    Test,
}

impl Mode {
    /// The name in commands and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    /// The mode with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|mode| mode.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn draws(seed: usize) -> impl FnMut(usize) -> usize {
        let mut state = seed;
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        }
    }

    #[test]
    fn every_issued_format_makes_keys_that_it_recognises() {
        for format in KeyFormat::ISSUED {
            let key = KeySecret::generate(format, draws(7)).unwrap();
            let parsed = KeySecret::parse(key.expose().as_bytes()).unwrap();
            assert_eq!(parsed.format(), format);
            assert_eq!(key.expose().len(), format.prefix().len() + format.random_chars() + CHECKSUM_CHARS);
        }
    }

    #[test]
    fn a_key_with_one_character_changed_is_not_a_key() {
        let key = KeySecret::generate(KeyFormat::Fluence, draws(1)).unwrap();
        for place in 0..40 {
            let mut bytes = key.expose().as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
            assert!(KeySecret::parse(&bytes).is_err(), "place {place}");
        }
    }

    #[test]
    fn a_key_does_not_show_when_it_is_printed() {
        let key = KeySecret::generate(KeyFormat::SkLive, draws(3)).unwrap();
        assert_eq!(format!("{key:?}"), "KeySecret([REDACTED])");
    }

    #[test]
    fn a_legacy_key_is_read_and_never_made() {
        assert_eq!(KeySecret::parse(b"an-older_key-of-25-letters").unwrap().format(), KeyFormat::Legacy);
        assert!(KeySecret::parse(b"too-short").is_err());
        assert!(KeySecret::generate(KeyFormat::Legacy, draws(1)).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = KeySecret::parse(&bytes);
        }
    }
}
