//! Accounts, environments and keys as they are kept and shown.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::credits::Credits;
use super::ids::{AccountId, EnvironmentId};
use super::key::Mode;
use super::named_enum::named_enum;
use super::plan::PlanRef;

named_enum! {
    /// Whether an account may call.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AccountState {
        Active = "active",
        /// Every call is refused with 403 until it is resumed.
        Suspended = "suspended",
    }
}

/// Who holds credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// Where its owner is written to.
    pub email: String,
    /// Its plan, in its edition.
    #[serde(flatten)]
    pub plan: PlanRef,
    /// Whether it may call.
    pub state: AccountState,
    /// Credits left, in all lots together.
    pub balance: Credits,
    /// Where its billing periods are counted from.
    pub anchored_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was closed, for good: it is suspended and all its keys are revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// An account's present period and its environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountDetail {
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// When the present period began.
    pub period_starts_at: DateTime<Utc>,
    /// When the next one begins, with new plan credits.
    pub renews_at: DateTime<Utc>,
    /// Plan credits of the period.
    pub plan_credits: Credits,
    /// How many of them are left.
    pub plan_credits_left: Credits,
    /// Requests of the period.
    pub requests_limit: i64,
    /// How many of them were used.
    pub requests_used: i64,
    /// Its environments, oldest first.
    pub environments: Vec<EnvironmentView>,
}

/// An environment as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EnvironmentView {
    /// Its id.
    pub id: EnvironmentId,
    /// Its name.
    pub name: String,
    /// Whether its keys spend credits.
    pub mode: Mode,
    /// Keys that are neither revoked nor expired.
    pub keys: i64,
    /// How many of them there may be: the lower of the plan's number and `key_cap`.
    pub most_keys: i32,
    /// The environment's own cap; none where the plan's holds.
    pub key_cap: Option<i32>,
}

/// The name of the environment every account has from the start.
pub const DEFAULT_ENVIRONMENT: &str = "default";
