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

/// Request extension: the caller. Cheap to clone: one reference count for all of it.
#[derive(Clone, Debug)]
pub struct Caller(Arc<CallerData>);

/// What a [`Caller`] points to.
#[derive(Debug)]
pub struct CallerData {
    /// The key and its account, as last read.
    pub key: KeyRecord,
    /// What this gateway caches of the account.
    pub account: Arc<CachedAccount>,
    pub rate: RateLimit,
    /// When the use of the secret was last recorded.
    pub mark: UseMark,
    /// The clock that decides when the key, its holds and its periods end.
    pub clock: DatabaseClock,
}

impl Deref for Caller {
    type Target = CallerData;

    fn deref(&self) -> &CallerData {
        &self.0
    }
}

impl Caller {
    pub fn new(key: KeyRecord, account: Arc<CachedAccount>, rate: RateLimit, clock: DatabaseClock) -> Self {
        let mark = UseMark::new(key.key_id, key.secret_version, None);
        Self(Arc::new(CallerData { key, account, rate, mark, clock }))
    }

    /// Returns the same caller, marked so that its secret is hashed again at its next use.
    pub fn to_be_rehashed(&self, rehash: Rehash) -> Self {
        let CallerData { key, account, rate, clock, .. } = &**self;
        let mark = UseMark::new(key.key_id, key.secret_version, Some(rehash));
        Self(Arc::new(CallerData {
            key: key.clone(),
            account: account.clone(),
            rate: rate.clone(),
            mark,
            clock: clock.clone(),
        }))
    }

    /// Whether the account may have contacts in the key's mode. If not, no call needs to search for
    /// any.
    pub fn keeps_contacts(&self) -> bool {
        self.key.keeps_contacts || self.account.keeps_contacts(self.key.mode)
    }

    pub fn limit_sizes(&self) -> LimitSizes {
        let plan = &self.key.plan;
        LimitSizes { rate_per_s: plan.rate_per_s, burst: plan.burst, concurrency: plan.concurrency }
    }

    /// Returns the billing facts of an answer that moved no credits.
    pub fn uncharged_billing(&self) -> Billing {
        Billing {
            used: Credits::ZERO,
            held: None,
            plan_label: self.key.plan.label.clone(),
            balance: self.account.balance(),
            refunded: None,
        }
    }
}
