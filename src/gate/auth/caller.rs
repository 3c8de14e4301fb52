//! The caller of a request, known after authentication.

use std::ops::Deref;
use std::sync::Arc;

use crate::clock::DatabaseClock;
use crate::domain::billing::Billing;
use crate::domain::caller::KeyRecord;
use crate::domain::credits::Credits;
use crate::gate::auth::last_used::UseMark;
use crate::gate::limits::account::CachedAccount;
use crate::gate::limits::limiter::{LimitSizes, RateLimit};
use crate::storage::keys::Rehash;

/// Request extension: who calls. Cheap to clone: one count for all of it.
#[derive(Clone, Debug)]
pub struct Caller(Arc<Known>);

/// What is known of a caller.
#[derive(Debug)]
pub struct Known {
    /// The key and its account, as last read.
    pub key: KeyRecord,
    /// What this gateway remembers of the account.
    pub account: Arc<CachedAccount>,
    /// The rate limit of the account's plan.
    pub rate: RateLimit,
    /// What was noted of the use of its secret.
    pub mark: UseMark,
    /// The clock by which its key, its holds and its periods end.
    pub clock: DatabaseClock,
}

impl Deref for Caller {
    type Target = Known;

    fn deref(&self) -> &Known {
        &self.0
    }
}

impl Caller {
    /// A caller with this key, of this account.
    pub fn new(key: KeyRecord, account: Arc<CachedAccount>, rate: RateLimit, clock: DatabaseClock) -> Self {
        let mark = UseMark::new(key.key_id, key.secret_version, None);
        Self(Arc::new(Known { key, account, rate, mark, clock }))
    }

    /// The same caller, whose secret is to be hashed anew when it is used.
    pub fn to_be_rehashed(&self, rehash: Rehash) -> Self {
        let Known { key, account, rate, clock, .. } = &**self;
        let mark = UseMark::new(key.key_id, key.secret_version, Some(rehash));
        Self(Arc::new(Known {
            key: key.clone(),
            account: account.clone(),
            rate: rate.clone(),
            mark,
            clock: clock.clone(),
        }))
    }

    /// Whether the account may keep contacts in the key's mode; where it keeps none, no call needs to search for any.
    pub fn keeps_contacts(&self) -> bool {
        self.key.keeps_contacts || self.account.keeps_contacts(self.key.mode)
    }

    /// The sizes of the limits of the account's plan.
    pub fn limit_sizes(&self) -> LimitSizes {
        let plan = &self.key.plan;
        LimitSizes { rate_per_s: plan.rate_per_s, burst: plan.burst, concurrency: plan.concurrency }
    }

    /// The billing facts of an answer that moved no money.
    pub fn unbilled(&self) -> Billing {
        Billing {
            used: Credits::ZERO,
            plan_label: self.key.plan.label.clone(),
            balance: self.account.balance(),
            refunded: None,
        }
    }
}
