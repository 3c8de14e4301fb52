//! API keys: formats, secrets, rotation, terms and views.

mod format;
pub mod found;
pub mod leak;
mod prefix;
pub mod query_parameter;
pub mod reach;
pub mod rotation;
mod secret;
pub mod terms;
pub mod view;

pub use format::{FormatChoice, KeyFormat};
pub use prefix::{KeyPrefix, KeyPrefixError};
pub use secret::{KeySecret, NotAKey, NotImportable};

use super::named_enum::named_enum;

named_enum! {
    /// Whether a key may be used.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum KeyState {
        Active = "active",
        /// Rejected until it is enabled.
        Disabled = "disabled",
        /// Rejected for good.
        Revoked = "revoked",
    }
}

named_enum! {
    /// The state of a key as shown to users. A key past its expiry is expired, unless it is
    /// revoked.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum KeyStatus {
        Active = "active",
        Disabled = "disabled",
        Expired = "expired",
        Revoked = "revoked",
    }
}

impl KeyStatus {
    /// The status of a key in this state.
    pub const fn new(state: KeyState, is_expired: bool) -> Self {
        match (state, is_expired) {
            (KeyState::Revoked, _) => Self::Revoked,
            (KeyState::Active | KeyState::Disabled, true) => Self::Expired,
            (KeyState::Active, false) => Self::Active,
            (KeyState::Disabled, false) => Self::Disabled,
        }
    }
}

named_enum! {
    /// What a key may be used for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Scope {
        Read = "read",
        /// Makes paid calls and writes contacts.
        Invoke = "invoke",
        /// Creates and changes keys and environments.
        Manage = "manage",
    }
}

impl Scope {
    /// The default of a new key.
    pub const DEFAULT: [Self; 2] = [Self::Read, Self::Invoke];

    /// The default of a new key of this format: a key for development only reads.
    pub const fn default_of(format: Option<KeyFormat>) -> &'static [Self] {
        match format {
            Some(KeyFormat::FlzDev) => &[Self::Read],
            _ => &Self::DEFAULT,
        }
    }

    /// Returns `scopes` in their own order, without duplicates.
    pub fn sorted(scopes: &[Self]) -> Vec<Self> {
        Self::ALL.into_iter().filter(|scope| scopes.contains(scope)).collect()
    }
}

named_enum! {
    /// Whether keys of an environment spend credits.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Mode {
        Live = "live",
        /// Keys work on sample people and spend nothing.
        Test = "test",
    }
}
