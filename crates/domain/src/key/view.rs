//! A key as users see it, without its secrets.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::rotation::Rotatable;
use super::terms::KeyTerms;
use super::{KeyFormat, KeyState, KeyStatus, Mode, Scope};
use crate::credits::Credits;
use crate::ids::{AccountId, EnvironmentId, KeyId};
use crate::network::Network;
use crate::origin::Origin;
use crate::region::Region;

/// Everything that users may see of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Key")]
pub struct KeyView {
    pub id: KeyId,
    #[serde(skip)]
    pub account_id: AccountId,
    pub environment_id: EnvironmentId,
    pub environment: String,
    /// `Live` keys spend credits.
    pub mode: Mode,
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// The state without regard to the expiry.
    #[serde(skip)]
    pub state: KeyState,
    #[serde(rename = "state")]
    pub status: KeyStatus,
    pub scopes: Vec<Scope>,
    /// The format of its first secret. New secrets of an imported key have the default format.
    pub format: KeyFormat,
    /// The beginning of its current secret.
    pub prefix: String,
    /// The last four characters of its current secret.
    pub last_four: String,
    /// Allowed regions. Empty means any.
    pub regions: Vec<Region>,
    /// Allowed networks of clients. Empty means any.
    pub allowed_networks: Vec<Network>,
    /// Most credits per UTC day.
    pub daily_cap: Option<Credits>,
    /// Most credits per UTC calendar month.
    pub monthly_cap: Option<Credits>,
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Last use of any of its secrets, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The live secrets, the current one first. During a rotation the old one is second.
    pub secrets: Vec<SecretView>,
}

/// One version of a key's secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Secret")]
pub struct SecretView {
    /// Counts from 1.
    pub version: i32,
    pub prefix: String,
    pub last_four: String,
    pub created_at: DateTime<Utc>,
    /// End of the overlap. `None` for the current secret.
    pub ends_at: Option<DateTime<Utc>>,
    /// Last use, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl KeyView {
    /// The old secret of a rotation, until it ends.
    pub fn replaced_secret(&self) -> Option<&SecretView> {
        self.secrets.iter().find(|secret| secret.ends_at.is_some())
    }

    /// The old secret of a rotation, if clients may still use it.
    pub fn usable_old_secret(&self) -> Option<&SecretView> {
        match self.status {
            KeyStatus::Active | KeyStatus::Disabled => self.replaced_secret(),
            KeyStatus::Expired | KeyStatus::Revoked => None,
        }
    }

    /// The facts that decide whether the key can be rotated.
    pub fn rotatable(&self) -> Rotatable {
        Rotatable {
            state: self.state,
            expires_at: self.expires_at,
            replaced_ends_at: self.replaced_secret().and_then(|secret| secret.ends_at),
        }
    }

    /// The terms, which may be changed.
    pub fn terms(&self) -> KeyTerms {
        KeyTerms {
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            origin: Origin { regions: self.regions.clone(), networks: self.allowed_networks.clone() },
            expires_at: self.expires_at,
            daily_cap: self.daily_cap,
            monthly_cap: self.monthly_cap,
        }
    }
}
