//! The shapes of keys.

use serde::Serialize;

use super::Mode;

/// Characters of the checksum at the end of an issued key.
pub(super) const CHECKSUM_CHARS: usize = 6;

/// The shape of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// 20 to 128 visible ASCII characters, imported; never issued.
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
    pub(super) const fn random_chars(self) -> usize {
        match self {
            Self::Fluence => 34,
            _ => 26,
        }
    }

    /// The mode that its prefix tells, where it tells one: such a key must be what it says.
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
