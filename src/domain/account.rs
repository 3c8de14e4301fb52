//! Accounts, environments and keys as they are kept and shown.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::credits::Credits;
use super::ids::{AccountId, EnvironmentId, KeyId};
use super::plan::PlanRef;

/// Whether an account may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It may.
    Active,
    /// Every call is refused with 403 until it is resumed.
    Suspended,
}

impl AccountState {
    /// The name in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// The state with a name of the store.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Active, Self::Suspended].into_iter().find(|state| state.as_str() == name)
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
    /// `live` or `test`.
    pub mode: String,
    /// Keys that are not revoked.
    pub keys: i64,
    /// How many of them there may be.
    pub most_keys: i32,
}

/// The name of the environment every account has from the start.
pub const DEFAULT_ENVIRONMENT: &str = "default";

/// A key as it is shown: never its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyView {
    /// Its id.
    pub id: KeyId,
    /// Its environment.
    pub environment_id: EnvironmentId,
    /// Its environment's name.
    pub environment: String,
    /// `live` or `test`.
    pub mode: String,
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// `active`, `disabled` or `revoked`.
    pub state: String,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// Its format.
    pub format: String,
    /// What its present secret begins with.
    pub prefix: String,
    /// The last four characters of its present secret.
    pub last_four: String,
    /// Credits it may spend per UTC day.
    pub daily_cap: Option<i64>,
    /// Credits it may spend per UTC calendar month.
    pub monthly_cap: Option<i64>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}
