//! The secret of a key: parsed, generated or imported, and never shown by accident.

use std::fmt;
use std::ops::RangeInclusive;

use secrecy::{ExposeSecret, SecretString};

use super::format::{CHECKSUM_CHARS, KeyFormat};
use super::prefix::KeyPrefix;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A key's secret. It is never printed, logged or stored.
#[derive(Clone)]
pub struct KeySecret {
    text: SecretString,
    format: KeyFormat,
    shape: KeyFormat,
}

/// Lengths of a credential that may be a key.
const CHARS: RangeInclusive<usize> = 20..=128;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key")]
pub struct NotAKey;

/// Why a key of another system cannot be imported. It is never repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotImportable {
    /// Too short, too long, or with other characters.
    #[error("an imported key has 20 to 128 visible ASCII characters and no spaces")]
    Malformed,
    /// It may be one of ours.
    #[error(
        "the key has the shape and a valid checksum of a key that this service issues, so it may be one of its own and \
         cannot be imported; make a new one"
    )]
    Issued,
}

impl KeySecret {
    /// Reads a credential as a client sent it. Without the checksum of an issued format it can only
    /// be an imported key.
    ///
    /// # Errors
    /// When no key looks like this.
    pub fn parse(credential: &[u8]) -> Result<Self, NotAKey> {
        if !CHARS.contains(&credential.len()) || !credential.iter().all(u8::is_ascii_graphic) {
            return Err(NotAKey);
        }
        let text = std::str::from_utf8(credential).map_err(|_| NotAKey)?;
        let shape = KeyFormat::of_shape(text);
        let (body, sum) = text.split_at(text.len() - CHECKSUM_CHARS);
        let is_issued = shape != KeyFormat::Legacy && checksum(body).as_slice() == sum.as_bytes();
        let format = if is_issued { shape } else { KeyFormat::Legacy };
        Ok(Self { text: SecretString::from(text), format, shape })
    }

    /// Reads a key of another system that is to be imported.
    ///
    /// # Errors
    /// When no key looks like this, or its checksum is valid: it may be one of ours.
    pub fn import(text: &str) -> Result<Self, NotImportable> {
        let secret = Self::parse(text.as_bytes()).map_err(|NotAKey| NotImportable::Malformed)?;
        if secret.format == KeyFormat::Legacy { Ok(secret) } else { Err(NotImportable::Issued) }
    }

    /// Makes a new key, with the seller's prefix if the format has it. `draw` gives uniform numbers
    /// below its argument; a legacy key cannot be made.
    pub fn generate(
        format: KeyFormat,
        prefix: &KeyPrefix,
        mut draw: impl FnMut(usize) -> usize,
    ) -> Result<Self, NotAKey> {
        if format == KeyFormat::Legacy {
            return Err(NotAKey);
        }
        let mut text = format.whole_prefix(prefix);
        for _ in 0..format.random_chars() {
            text.push(char::from(BASE62[draw(BASE62.len()) % BASE62.len()]));
        }
        let sum = checksum(&text);
        text.extend(sum.iter().copied().map(char::from));
        Ok(Self { text: SecretString::from(text), format, shape: format })
    }

    /// The format that it was issued in; `Legacy` for one that only an import can have brought.
    pub fn format(&self) -> KeyFormat {
        self.format
    }

    /// The issued format that it looks like, whatever its checksum; `Legacy` where it looks like
    /// none.
    pub fn shape(&self) -> KeyFormat {
        self.shape
    }

    /// The secret itself, for its hash and for the one answer that shows it.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// What distinguishes keys on screen: the format's prefix, or the first four characters if it
    /// has no prefix.
    pub fn display_prefix(&self) -> &str {
        match self.shape.prefix_in(self.expose()) {
            None | Some("") => self.expose().get(..4).unwrap_or_default(),
            Some(prefix) => prefix,
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
            let key = KeySecret::generate(format, &KeyPrefix::default(), draws(7)).unwrap();
            let parsed = KeySecret::parse(key.expose().as_bytes()).unwrap();
            assert_eq!(parsed.format(), format);
            let prefix = format.prefix_in(key.expose()).unwrap();
            assert_eq!(key.expose().len(), prefix.len() + format.random_chars() + CHECKSUM_CHARS);
        }
    }

    #[test]
    fn a_key_begins_with_the_seller_s_prefix_and_its_mode_and_outlives_another_prefix() {
        let make =
            |prefix: &str, format| KeySecret::generate(format, &prefix.parse().unwrap(), draws(9)).unwrap();
        let live = make("acme", KeyFormat::PrefixedLive);
        assert!(live.expose().starts_with("acme_live_") && live.expose().len() == 50);
        assert_eq!(live.display_prefix(), "acme_live_");
        for key in [live, make("fluence", KeyFormat::PrefixedTest)] {
            let parsed = KeySecret::parse(key.expose().as_bytes()).unwrap();
            assert_eq!((parsed.format(), parsed.display_prefix()), (key.format(), key.display_prefix()));
            // The prefix is part of what the checksum covers.
            let other = key.expose().replacen(key.display_prefix().chars().next().unwrap(), "z", 1);
            assert_eq!(KeySecret::parse(other.as_bytes()).unwrap().format(), KeyFormat::Legacy);
        }
    }

    #[test]
    fn a_key_with_one_changed_character_is_not_recognised() {
        let key = KeySecret::generate(KeyFormat::Fluence, &KeyPrefix::default(), draws(1)).unwrap();
        for place in 0..40 {
            let mut bytes = key.expose().as_bytes().to_vec();
            bytes[place] = if bytes[place] == b'a' { b'b' } else { b'a' };
            let mistyped = KeySecret::parse(&bytes).unwrap();
            assert_eq!(
                (mistyped.format(), mistyped.shape()),
                (KeyFormat::Legacy, KeyFormat::Fluence),
                "{place}"
            );
        }
    }

    #[test]
    fn a_key_does_not_show_when_it_is_printed() {
        let key = KeySecret::generate(KeyFormat::SkLive, &KeyPrefix::default(), draws(3)).unwrap();
        assert_eq!(format!("{key:?}"), "KeySecret([REDACTED])");
    }

    #[test]
    fn a_legacy_key_is_read_and_never_made() {
        assert_eq!(KeySecret::parse(b"an-older_key-of-25-letters").unwrap().format(), KeyFormat::Legacy);
        assert!(KeySecret::parse(b"too-short").is_err());
        assert!(KeySecret::generate(KeyFormat::Legacy, &KeyPrefix::default(), draws(1)).is_err());
    }

    #[test]
    fn a_key_of_another_system_is_imported_and_one_of_ours_is_not() {
        for (text, shape) in [
            ("an-older_key-of-25-letters", KeyFormat::Legacy),
            ("flz|2024|acme/prod=key+one.two~three", KeyFormat::Legacy),
            (&"x".repeat(128), KeyFormat::Legacy),
            (&"b".repeat(40), KeyFormat::Fluence),
            (&format!("flz_sk_{}", "b".repeat(32)), KeyFormat::Flz),
            (&format!("sk_live_{}", "b".repeat(32)), KeyFormat::SkLive),
        ] {
            let imported = KeySecret::import(text).unwrap();
            assert_eq!((imported.format(), imported.shape()), (KeyFormat::Legacy, shape), "{text}");
        }
        for text in ["too-short", &"x".repeat(129), "with a space in the middle", "clé-d-un-autre-système-1"]
        {
            assert_eq!(KeySecret::import(text).unwrap_err(), NotImportable::Malformed, "{text}");
        }
        for format in KeyFormat::ISSUED {
            let key = KeySecret::generate(format, &KeyPrefix::default(), draws(5)).unwrap();
            assert_eq!(KeySecret::import(key.expose()).unwrap_err(), NotImportable::Issued);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = KeySecret::parse(&bytes);
        }
    }
}
