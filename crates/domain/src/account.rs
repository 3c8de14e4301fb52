//! Accounts and environments.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::credits::Credits;
use super::ids::{AccountId, EnvironmentId};
use super::key::Mode;
use super::named_enum::named_enum;
use super::plan::PlanRef;

named_enum! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AccountState {
        Active = "active",
        /// Every call gets 403 until the account is resumed.
        Suspended = "suspended",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    pub id: AccountId,
    /// 1 to 80 characters.
    pub name: String,
    /// Address of the owner.
    pub email: String,
    #[serde(flatten)]
    pub plan: PlanRef,
    pub state: AccountState,
    /// Credits left in all lots.
    pub balance: Credits,
    /// Start of the first billing period.
    pub anchored_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    /// When it was closed for good: suspended, with all keys revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// An account with its current period and its environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountDetail {
    #[serde(flatten)]
    pub account: Account,
    pub period_starts_at: DateTime<Utc>,
    /// Start of the next period, with new plan credits.
    pub renews_at: DateTime<Utc>,
    /// Plan credits of the period.
    pub plan_credits: Credits,
    pub plan_credits_left: Credits,
    /// Requests per period.
    pub requests_limit: i64,
    pub requests_used: i64,
    /// Oldest first.
    pub environments: Vec<EnvironmentView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Environment")]
pub struct EnvironmentView {
    pub id: EnvironmentId,
    pub name: String,
    /// `Live` keys spend credits.
    pub mode: Mode,
    /// Number of keys that are neither revoked nor expired.
    pub keys: i64,
    /// Most such keys: the lower of the plan's number and `key_cap`.
    pub most_keys: i32,
    /// The environment's own limit. `None` if the plan's applies.
    pub key_cap: Option<i32>,
}

/// The environment that every account starts with.
pub const DEFAULT_ENVIRONMENT: &str = "default";

/// Names of the test environment of the keys that the playground makes: the second one for an
/// account that has a live environment of the first name.
pub const PLAYGROUND_ENVIRONMENTS: [&str; 2] = ["playground", "playground-test"];

/// Whether an environment is the playground's. A live one of its name is an environment like any
/// other.
pub fn is_playground(name: &str, mode: Mode) -> bool {
    mode == Mode::Test && PLAYGROUND_ENVIRONMENTS.contains(&name)
}
