//! The last known balance of an account.

use std::time::Duration;

use tokio::time::Instant;

use super::CachedAccount;
use crate::domain::billing::{AccountBalance, Refund};
use crate::domain::credits::Credits;

/// How long the commit of a refund usually takes at most, and how often the store is read again
/// meanwhile.
const REFUND_COMMIT: Duration = Duration::from_millis(100);
const READ_AGAIN_EVERY: Duration = Duration::from_millis(5);

/// A balance, and when this gateway cached it.
#[derive(Debug)]
pub(super) struct CachedBalance {
    balance: AccountBalance,
    cached_at: Instant,
    /// When a refund was last added that the store may not have yet.
    refunded_at: Option<Instant>,
}

impl CachedBalance {
    pub(super) fn new(balance: AccountBalance) -> Self {
        Self { balance, cached_at: Instant::now(), refunded_at: None }
    }
}

impl CachedAccount {
    /// Returns the last known balance, for answers that moved no credits.
    pub fn balance(&self) -> AccountBalance {
        self.balance.lock().balance.clone()
    }

    /// Whether the last known balance is older than `age`.
    pub fn balance_is_older_than(&self, age: Duration) -> bool {
        self.balance.lock().cached_at.elapsed() > age
    }

    pub fn cache_balance(&self, balance: AccountBalance) {
        let mut cached = self.balance.lock();
        cached.balance = balance;
        cached.cached_at = Instant::now();
    }

    /// Applies the refund of a call. Whatever else changed the balance since the hold stays
    /// counted. Returns the balance after the refund.
    pub fn apply_refund(&self, refund: Refund) -> AccountBalance {
        let mut cached = self.balance.lock();
        cached.balance.add(refund);
        cached.refunded_at = Some(Instant::now());
        cached.balance.clone()
    }

    /// Waits a moment and returns true if the balance must be read again: right after a refund the
    /// store may not have it yet, and no answer says less than the one before. Steady refunds do
    /// not prolong the reading, which began at `reading_since`.
    pub async fn waits_for_refund(&self, stored: Credits, reading_since: Instant) -> bool {
        let waits = reading_since.elapsed() < REFUND_COMMIT
            && stored < self.balance().remaining
            && self.was_refunded_just_now();
        if waits {
            tokio::time::sleep(READ_AGAIN_EVERY).await;
        }
        waits
    }

    fn was_refunded_just_now(&self) -> bool {
        self.balance.lock().refunded_at.is_some_and(|at| at.elapsed() < REFUND_COMMIT)
    }
}
