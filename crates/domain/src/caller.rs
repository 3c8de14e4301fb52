//! A verified key with the facts of its account that the gate needs.

use chrono::{DateTime, Utc};

use super::account::AccountState;
use super::ids::{AccountId, EnvironmentId, KeyId};
use super::key::{KeyState, Mode, Scope};
use super::origin::Origin;
use super::plan::Plan;
use crate::billing::AccountBalance;
use crate::credits::Credits;

/// The first report that a secret was found by a stranger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    pub at: DateTime<Utc>,
    /// Where it was found, as the reporter says.
    pub url: Option<String>,
}

/// A stored key, found by its whole secret.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    pub key_id: KeyId,
    /// The version of the secret that was used.
    pub secret_version: i32,
    pub state: KeyState,
    /// The end of the key.
    pub expires_at: Option<DateTime<Utc>>,
    /// The end of the secret version, which a rotation or its cancellation has set.
    pub secret_ends_at: Option<DateTime<Utc>>,
    /// Whether the secret that was used is known to have leaked.
    pub exposure: Option<Exposure>,
    pub scopes: Vec<Scope>,
    pub origin: Origin,
    /// Most credits per UTC day.
    pub daily_cap: Option<Credits>,
    /// Most credits per UTC calendar month.
    pub monthly_cap: Option<Credits>,
    pub environment_id: EnvironmentId,
    /// `Live` keys spend credits.
    pub mode: Mode,
    pub account_id: AccountId,
    pub account_state: AccountState,
    /// Whether the account kept contacts in this mode when the key was read.
    pub keeps_contacts: bool,
    /// The edition of the account's plan.
    pub edition: String,
    pub plan: Plan,
    /// Where the account stood when the key was read.
    pub balance: AccountBalance,
}

impl KeyRecord {
    /// The earlier end of the key and the secret version.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        [self.expires_at, self.secret_ends_at].into_iter().flatten().min()
    }
}
