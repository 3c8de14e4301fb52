//! API keys: their formats and secrets, how these are replaced, and what a key says of itself.

mod format;
pub mod reach;
pub mod rotation;
mod secret;
pub mod terms;
pub mod view;

pub use format::KeyFormat;
pub use secret::{KeySecret, NotAKey, NotImportable};

use serde::Serialize;

/// Whether a key may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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

/// The state of a key as it is shown: a key that has ended by itself is expired, unless it is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyStatus {
    /// It may be used.
    Active,
    /// Not for now.
    Disabled,
    /// It has ended by itself.
    Expired,
    /// Never again.
    Revoked,
}

impl KeyStatus {
    /// The status of a key in this state, whose end has passed or not.
    pub const fn new(state: KeyState, has_ended: bool) -> Self {
        match (state, has_ended) {
            (KeyState::Revoked, _) => Self::Revoked,
            (KeyState::Active | KeyState::Disabled, true) => Self::Expired,
            (KeyState::Active, false) => Self::Active,
            (KeyState::Disabled, false) => Self::Disabled,
        }
    }

    /// The name on the wire and in commands.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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

    /// What a new key of this format has unless its maker says otherwise: a key for development only reads.
    pub const fn default_of(format: KeyFormat) -> &'static [Self] {
        match format {
            KeyFormat::FlzDev => &[Self::Read],
            _ => &Self::DEFAULT,
        }
    }

    /// Those of `wanted`, each once and in their own order.
    pub fn sorted(wanted: &[Self]) -> Vec<Self> {
        Self::ALL.into_iter().filter(|scope| wanted.contains(scope)).collect()
    }

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
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
