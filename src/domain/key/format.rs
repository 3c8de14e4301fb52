//! The formats of keys.

use super::Mode;
use crate::domain::named_enum::named_enum;

/// Characters of the checksum at the end of an issued key.
pub(super) const CHECKSUM_CHARS: usize = 6;

named_enum! {
    /// The textual form of a key.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum KeyFormat {
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

impl KeyFormat {
    /// Every format that is issued, longest prefix first.
    pub const ISSUED: [Self; 7] =
        [Self::FlzProd, Self::FlzStag, Self::FlzDev, Self::Flz, Self::SkLive, Self::SkTest, Self::Fluence];

    /// The prefix of its keys.
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
    pub(super) const fn random_chars(self) -> usize {
        match self {
            Self::Fluence => 34,
            _ => 26,
        }
    }

    /// The mode that the prefix states, if it states one. The key's environment must have this mode.
    pub const fn mode(self) -> Option<Mode> {
        match self {
            Self::SkLive => Some(Mode::Live),
            Self::SkTest => Some(Mode::Test),
            _ => None,
        }
    }

    /// The format of the secret that replaces one of this: its own, and the default in the place of an imported one.
    pub const fn of_next_secret(self) -> Self {
        match self {
            Self::Legacy => Self::Fluence,
            issued => issued,
        }
    }

    /// The issued format that has this text's prefix and length; `Legacy` for any other text.
    pub(super) fn of_shape(text: &str) -> Self {
        let issued = Self::ISSUED.into_iter().find(|format| {
            text.strip_prefix(format.prefix()).is_some_and(|rest| {
                rest.len() == format.random_chars() + CHECKSUM_CHARS
                    && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
        });
        issued.unwrap_or(Self::Legacy)
    }
}
