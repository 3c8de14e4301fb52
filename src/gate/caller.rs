//! The caller of a request, known after authentication.

use std::sync::Arc;

use crate::domain::billing::Billing;
use crate::domain::caller::KeyRecord;
use crate::domain::credits::Credits;
use crate::gate::account_live::AccountLive;
use crate::gate::limiter::RateLimit;

/// Request extension: who calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The key and its account, as last read.
    pub key: Arc<KeyRecord>,
    /// What this gateway remembers of the account.
    pub account: Arc<AccountLive>,
    /// The rate limit of the account's plan.
    pub rate: RateLimit,
}

impl Caller {
    /// The billing facts of an answer that moved no money.
    pub fn unbilled(&self) -> Billing {
        Billing {
            used: Credits::ZERO,
            plan_label: self.key.plan.label.clone(),
            standing: self.account.standing(),
            refunded: None,
        }
    }
}
