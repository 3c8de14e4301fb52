//! The seller's own prefix of keys in the default format, by which secret scanners tell whose key
//! they found.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const CHARS: std::ops::RangeInclusive<usize> = 3..=12;

/// Prefixes of known vendors: a key that looks like theirs is reported to them.
const OF_VENDORS: [&str; 44] = [
    "aiza",
    "akia",
    "anthropic",
    "asia",
    "atlassian",
    "dckr",
    "doo",
    "dop",
    "dor",
    "eyj",
    "flwseck",
    "flz",
    "ghb",
    "gho",
    "ghp",
    "ghr",
    "ghs",
    "ghu",
    "github",
    "glpat",
    "glsa",
    "hf",
    "hvs",
    "key",
    "linear",
    "lin",
    "npm",
    "nvapi",
    "openai",
    "phc",
    "phx",
    "pk",
    "pul",
    "pypi",
    "rk",
    "rubygems",
    "sg",
    "shpat",
    "sk",
    "sqs",
    "stripe",
    "tfp",
    "xapp",
    "xox",
];

/// Three to twelve lowercase letters and digits, beginning with a letter, and not a known vendor's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyPrefix(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyPrefixError {
    #[error("must be 3 to 12 lowercase letters and digits, beginning with a letter")]
    Malformed,
    #[error(
        "is the prefix of another vendor's keys: scanners would report your keys to that vendor. Choose another prefix"
    )]
    OfVendor,
}

impl KeyPrefix {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for KeyPrefix {
    fn default() -> Self {
        Self("fluence".to_owned())
    }
}

impl fmt::Display for KeyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text has the form of a prefix, a vendor's included.
pub(super) fn is_well_formed(text: &str) -> bool {
    CHARS.contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

impl FromStr for KeyPrefix {
    type Err = KeyPrefixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if OF_VENDORS.contains(&text) {
            Err(KeyPrefixError::OfVendor)
        } else if is_well_formed(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(KeyPrefixError::Malformed)
        }
    }
}

impl TryFrom<String> for KeyPrefix {
    type Error = KeyPrefixError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<KeyPrefix> for String {
    fn from(prefix: KeyPrefix) -> Self {
        prefix.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seller_has_a_prefix_of_its_own() {
        for text in ["fluence", "acm", "acme2026key1"] {
            assert_eq!(text.parse::<KeyPrefix>().unwrap().as_str(), text);
        }
        for text in ["", "ab", "Acme", "1acme", "acme_x", "acme2026keys1", "açme"] {
            assert_eq!(text.parse::<KeyPrefix>(), Err(KeyPrefixError::Malformed), "{text}");
        }
        for text in ["sk", "ghp", "flz", "github"] {
            assert_eq!(text.parse::<KeyPrefix>(), Err(KeyPrefixError::OfVendor), "{text}");
        }
    }
}
