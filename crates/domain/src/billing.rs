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
    /// Requests per period that the plan pays for.
    pub requests_limit: u64,
    /// Requests used in the current period: more than the limit after a move to a smaller plan.
    pub requests_used: u64,
    pub renews_at: DateTime<Utc>,
}

/// What an account's balance is computed from: its row in the store, or the account that the
/// ledger's rules work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BalanceParts {
    /// Credits left in all lots together.
    pub credits_left: Credits,
    /// Plan credits of the current period.
    pub plan_credits: Credits,
    /// Of these, credits left. A plan lot may hold more than its plan gives now: then none of them
    /// count as used.
    pub plan_left: Credits,
    /// Calls of the current period that the plan pays for.
    pub requests_limit: u64,
    /// Calls that it has paid for in this period.
    pub requests_used: u64,
    /// When the next period starts.
    pub renews_at: DateTime<Utc>,
}

impl From<BalanceParts> for AccountBalance {
    fn from(parts: BalanceParts) -> Self {
        Self {
            remaining: parts.credits_left,
            plan_credits_used: parts.plan_credits.saturating_sub(parts.plan_left),
            plan_credits: parts.plan_credits,
            requests_limit: parts.requests_limit,
            requests_used: parts.requests_used,
            renews_at: parts.renews_at,
        }
    }
}

/// What comes back to an account when a call ends without using all that was held for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refund {
    /// Credits in all.
    pub credits: Credits,
    /// How many of them are the running period's plan credits.
    pub plan_credits: Credits,
    /// Whether the request comes back to the quota.
    pub has_request: bool,
}

impl Refund {
    /// What is left of it after `earlier`, which is a part of it.
    #[must_use]
    pub fn after(self, earlier: Self) -> Self {
        Self {
            credits: self.credits.saturating_sub(earlier.credits),
            plan_credits: self.plan_credits.saturating_sub(earlier.plan_credits),
            has_request: self.has_request && !earlier.has_request,
        }
    }
}

/// The billing facts of one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billing {
    /// Credits of this request, after any refund.
    pub used: Credits,
    /// Set while the price is not known: what is held, which is the most that the request costs.
    pub held: Option<Credits>,
    /// The plan's billing label, such as `enterprise_crm`.
    pub plan_label: String,
    /// The account after this request.
    pub balance: AccountBalance,
    /// Set when the credits of this request were given back, with the outcome that is the reason.
    pub refunded: Option<Outcome>,
}

impl AccountBalance {
    /// The balance once `refund` has come back to the account.
    pub fn add(&mut self, refund: Refund) {
        self.remaining = self.remaining.saturating_add(refund.credits);
        self.plan_credits_used = self.plan_credits_used.saturating_sub(refund.plan_credits);
        self.requests_used = self.requests_used.saturating_sub(refund.has_request.into());
    }

    /// Requests that the plan can still pay for in the current period. Packs and grants pay for
    /// more.
    pub const fn requests_remaining(&self) -> u64 {
        self.requests_limit.saturating_sub(self.requests_used)
    }

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
