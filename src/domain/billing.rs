//! The facts of `billing_info` and the credit headers.

use chrono::{DateTime, Utc};

use super::credits::Credits;
use super::settlement::Outcome;

/// What an account has used and has left in its billing period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountBalance {
    /// Credits left in all lots.
    pub remaining: Credits,
    /// Plan credits used in the current period.
    pub plan_credits_used: Credits,
    /// Plan credits per period.
    pub plan_credits: Credits,
    /// Requests of the current period that the plan still pays for. Packs and grants pay for more.
    pub requests_remaining: u64,
    pub renews_at: DateTime<Utc>,
}

/// The billing facts of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billing {
    /// Credits of this request, after any refund.
    pub used: Credits,
    /// The plan's billing label, such as `enterprise_crm`.
    pub plan_label: String,
    pub balance: AccountBalance,
    /// The outcome that refunded this request, if it was refunded.
    pub refunded: Option<Outcome>,
}

impl AccountBalance {
    /// Percent of the period's plan credits used; 0.2 means 0.2 %. A plan without credits is 0.
    pub fn plan_used_percent(&self) -> f64 {
        match self.plan_credits.as_i64() {
            0 => 0.0,
            all => {
                let percent = self.plan_credits_used.as_i64() as f64 * 100.0 / all as f64;
                (percent * 100.0).round() / 100.0
            }
        }
    }
}
