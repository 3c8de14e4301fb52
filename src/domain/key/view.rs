//! A key as it is shown: never its secret.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::rotation::Rotatable;
use super::terms::KeyTerms;
use super::{KeyFormat, KeyState, KeyStatus, Mode, Scope};
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::network::Network;
use crate::domain::origin::Origin;
use crate::domain::region::Region;

/// All that may be told of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    #[serde(skip)]
    pub account_id: AccountId,
    /// Its environment.
    pub environment_id: EnvironmentId,
    /// Its environment's name.
    pub environment: String,
    /// Whether it spends credits.
    pub mode: Mode,
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// Whether it may be used, its end aside.
    #[serde(skip)]
    pub state: KeyState,
    /// Whether it may be used.
    #[serde(rename = "state")]
    pub status: KeyStatus,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The format that it was made in. The new secrets of an imported one are of the format `fluence`.
    pub format: KeyFormat,
    /// What its present secret begins with.
    pub prefix: String,
    /// The last four characters of its present secret.
    pub last_four: String,
    /// Regions that it may be used in; none means any.
    pub regions: Vec<Region>,
    /// Networks that it may be used from; none means any.
    pub allowed_networks: Vec<Network>,
    /// Credits it may spend per UTC day.
    pub daily_cap: Option<Credits>,
    /// Credits it may spend per UTC calendar month.
    pub monthly_cap: Option<Credits>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute, with whichever of its secrets.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Its live secrets, the present one first; a second one is being replaced by it.
    pub secrets: Vec<SecretView>,
}

/// One version of a key's secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretView {
    /// Its number, from 1.
    pub version: i32,
    /// What it begins with.
    pub prefix: String,
    /// Its last four characters.
    pub last_four: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends because another has taken its place; none for the present one.
    pub ends_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl KeyView {
    /// The secret that is being replaced, while it lives.
    pub fn replaced_secret(&self) -> Option<&SecretView> {
        self.secrets.iter().find(|secret| secret.ends_at.is_some())
    }

    /// The secret that is being replaced, while a client may use it.
    pub fn usable_old_secret(&self) -> Option<&SecretView> {
        match self.status {
            KeyStatus::Active | KeyStatus::Disabled => self.replaced_secret(),
            KeyStatus::Expired | KeyStatus::Revoked => None,
        }
    }

    /// What decides whether its secret may be replaced.
    pub fn rotatable(&self) -> Rotatable {
        Rotatable {
            state: self.state,
            expires_at: self.expires_at,
            replaced_ends_at: self.replaced_secret().and_then(|secret| secret.ends_at),
        }
    }

    /// What may be changed of it.
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
