//! The formats of keys.

use super::Mode;
use super::prefix::{KeyPrefix, is_well_formed};
use crate::named_enum::named_enum;

/// Characters of the checksum at the end of an issued key.
pub(super) const CHECKSUM_CHARS: usize = 6;

named_enum! {
    /// The textual form of a key.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum KeyFormat {
        /// The seller's prefix, `_live_` and 40 base62 characters. The default in live
        /// environments.
        PrefixedLive = "prefixed_live",
        /// The seller's prefix, `_test_` and 40. The default in test environments.
        PrefixedTest = "prefixed_test",
        /// 40 base62 characters.
        Fluence = "fluence",
        /// `flz_sk_` and 32 base62 characters.
        Flz = "flz",
        /// `flz_sk_prod_` and 32.
        FlzProd = "flz_prod",
        /// `flz_sk_stag_` and 32.
        FlzStag = "flz_stag",
        /// `flz_sk_dev_` and 32.
        FlzDev = "flz_dev",
        /// `sk_live_` and 32.
        SkLive = "sk_live",
        /// `sk_test_` and 32.
        SkTest = "sk_test",
        /// 20 to 128 visible ASCII characters, imported; never issued.
        Legacy = "legacy",
    }
}

/// Which format a new secret gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormatChoice {
    /// The default of the key's mode; for a rotation, that of the current secret.
    #[default]
    Usual,
    /// The default of the key's mode.
    Prefixed,
    Format(KeyFormat),
}

impl FormatChoice {
    /// The word for the default.
    pub const PREFIXED: &str = "prefixed";

    /// The words, the default first.
    pub const NAMES: [&'static str; 1 + KeyFormat::ISSUED.len()] = {
        let mut names = [Self::PREFIXED; _];
        let mut place = 0;
        while place < KeyFormat::ISSUED.len() {
            names[1 + place] = KeyFormat::ISSUED[place].as_str();
            place += 1;
        }
        names
    };

    /// The choice that a word names.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            Self::PREFIXED => Some(Self::Prefixed),
            format => {
                KeyFormat::from_name(format).filter(|format| *format != KeyFormat::Legacy).map(Self::Format)
            }
        }
    }

    /// The named format, if it is not the default.
    pub const fn format(self) -> Option<KeyFormat> {
        match self {
            Self::Usual | Self::Prefixed => None,
            Self::Format(format) => Some(format),
        }
    }
}

impl KeyFormat {
    /// Every format that is issued, longest prefix first.
    pub const ISSUED: [Self; 9] = [
        Self::PrefixedLive,
        Self::PrefixedTest,
        Self::FlzProd,
        Self::FlzStag,
        Self::FlzDev,
        Self::Flz,
        Self::SkLive,
        Self::SkTest,
        Self::Fluence,
    ];

    /// The default of a new key in an environment of this mode.
    pub const fn default_of(mode: Mode) -> Self {
        match mode {
            Mode::Live => Self::PrefixedLive,
            Mode::Test => Self::PrefixedTest,
        }
    }

    /// The prefix of its keys, which in the default formats follows the seller's own.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::PrefixedLive => "_live_",
            Self::PrefixedTest => "_test_",
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
    pub(super) const fn random_chars(self) -> usize {
        match self {
            Self::Fluence | Self::PrefixedLive | Self::PrefixedTest => 34,
            _ => 26,
        }
    }

    /// The prefix of its keys, with the seller's.
    pub fn whole_prefix(self, prefix: &KeyPrefix) -> String {
        match self {
            Self::PrefixedLive | Self::PrefixedTest => format!("{prefix}{}", self.prefix()),
            _ => self.prefix().to_owned(),
        }
    }

    /// Characters after the prefix: random ones, then the checksum.
    pub const fn chars_after_prefix(self) -> usize {
        self.random_chars() + CHECKSUM_CHARS
    }

    /// The mode that the prefix states, if it states one. The key's environment must have this
    /// mode.
    pub const fn mode(self) -> Option<Mode> {
        match self {
            Self::SkLive | Self::PrefixedLive => Some(Mode::Live),
            Self::SkTest | Self::PrefixedTest => Some(Mode::Test),
            _ => None,
        }
    }

    /// The format of the secret that replaces one of this: its own, and the default in the place of
    /// an imported one.
    pub const fn of_next_secret(self, mode: Mode) -> Self {
        match self {
            Self::Legacy => Self::default_of(mode),
            issued => issued,
        }
    }

    /// The issued format that has this text's prefix and length; `Legacy` for any other text.
    pub(super) fn of_shape(text: &str) -> Self {
        let issued = Self::ISSUED.into_iter().find(|format| {
            format.prefix_in(text).is_some_and(|prefix| {
                let rest = &text[prefix.len()..];
                rest.len() == format.random_chars() + CHECKSUM_CHARS
                    && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
        });
        issued.unwrap_or(Self::Legacy)
    }

    /// The prefix of this format in a text, with the seller's, whichever it is: keys stay valid
    /// when a seller chooses another.
    pub(super) fn prefix_in(self, text: &str) -> Option<&str> {
        let prefix = self.prefix();
        match self {
            Self::PrefixedLive | Self::PrefixedTest => {
                let at = text.find(prefix).filter(|at| is_well_formed(&text[..*at]))?;
                text.get(..at + prefix.len())
            }
            _ => text.starts_with(prefix).then_some(prefix).and_then(|prefix| text.get(..prefix.len())),
        }
    }
}
