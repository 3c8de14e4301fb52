//! Who calls: a verified key with everything the gate needs to know of its account.

use chrono::{DateTime, Utc};

use super::account::AccountState;
use super::ids::{AccountId, EnvironmentId, KeyId};
use super::key::{KeyState, Mode, Scope};
use super::origin::Origin;
use super::plan::Plan;
use crate::domain::billing::AccountBalance;
use crate::domain::credits::Credits;

/// A key as the store knows it, found by its whole secret.
#[derive(Clone, Debug)]
pub struct KeyRecord {
    /// The key.
    pub key_id: KeyId,
    /// The version of its secret that was used.
    pub secret_version: i32,
    /// Its state.
    pub state: KeyState,
    /// When it, or the version of its secret that was used, ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Where it may be used.
    pub origin: Origin,
    /// Credits it may spend per UTC day.
    pub daily_cap: Option<Credits>,
    /// Credits it may spend per UTC calendar month.
    pub monthly_cap: Option<Credits>,
    /// Its environment.
    pub environment_id: EnvironmentId,
    /// Whether it spends credits.
    pub mode: Mode,
    /// Whose it is.
    pub account_id: AccountId,
    /// Whether the account may call.
    pub account_state: AccountState,
    /// Whether the account kept contacts in this mode when the key was read.
    pub keeps_contacts: bool,
    /// The edition of the account's plan.
    pub edition: String,
    /// The account's plan.
    pub plan: Plan,
    /// Where the account stood when the key was read.
    pub balance: AccountBalance,
}
