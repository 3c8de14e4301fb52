//! What this gateway remembers of an account between requests: how many run now, and where it last stood.

mod slot;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::limiter::{LimitSizes, RateDecision};
use crate::domain::billing::{AccountBalance, Refund};
use crate::domain::ids::AccountId;
use crate::domain::key::Mode;
use crate::gate::changes::{ChangeCounter, LastChange};

pub use self::slot::{Admission, Slot};

/// Shared by all keys of an account.
#[derive(Debug)]
pub struct CachedAccount {
    id: AccountId,
    running: Mutex<u32>,
    balance: Mutex<Remembered>,
    last_change: LastChange,
    keeps_contacts: KeepsContacts,
}

/// Whether contacts were kept through this gateway, by mode. Once so, always so.
#[derive(Debug, Default)]
struct KeepsContacts {
    live: AtomicBool,
    test: AtomicBool,
}

/// Where an account stood, and when this gateway was told so.
#[derive(Debug)]
struct Remembered {
    balance: AccountBalance,
    told_at: Instant,
}

impl CachedAccount {
    /// An account that stands so, with nothing running, which was last changed at `change` for all that is known.
    pub fn new(id: AccountId, balance: AccountBalance, change: ChangeCounter) -> Self {
        let remembered = Remembered { balance, told_at: Instant::now() };
        let (running, last_change) = (Mutex::new(0), LastChange::at(change));
        Self {
            id,
            running,
            balance: Mutex::new(remembered),
            last_change,
            keeps_contacts: KeepsContacts::default(),
        }
    }

    /// Which account it is.
    pub fn id(&self) -> AccountId {
        self.id
    }

    /// When the account or one of its keys was last changed.
    pub fn last_change(&self) -> &LastChange {
        &self.last_change
    }

    /// Notes that the account keeps contacts in a mode from now on. Calls that knew it when it kept none see that at once:
    /// no key needs to be read again.
    pub fn now_keeps_contacts(&self, mode: Mode) {
        self.contacts_of(mode).store(true, Ordering::Release);
    }

    /// Whether that was noted.
    pub fn keeps_contacts(&self, mode: Mode) -> bool {
        self.contacts_of(mode).load(Ordering::Acquire)
    }

    fn contacts_of(&self, mode: Mode) -> &AtomicBool {
        match mode {
            Mode::Live => &self.keeps_contacts.live,
            Mode::Test => &self.keeps_contacts.test,
        }
    }

    /// Where the account stood when this gateway last heard of it: for answers that moved no money.
    pub fn balance(&self) -> AccountBalance {
        self.remembered().balance.clone()
    }

    /// Whether this gateway was last told where the account stands longer ago than `age`.
    pub fn balance_is_older_than(&self, age: Duration) -> bool {
        self.remembered().told_at.elapsed() > age
    }

    /// Remembers where the account stands.
    pub fn remember_balance(&self, balance: AccountBalance) {
        *self.remembered() = Remembered { balance, told_at: Instant::now() };
    }

    /// Notes what a call gives back. What else has moved the account since the call was held stays counted. Returns where
    /// the account stands now.
    pub fn gives_back(&self, refund: Refund) -> AccountBalance {
        let balance = &mut self.remembered().balance;
        balance.add(refund);
        balance.clone()
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.balance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Admits a request if its concurrency and its rate do. They are decided under one lock, so that a request which the
    /// rate refuses is never counted as running, not even for an instant; `check_rate` takes from the rate if it admits.
    pub fn admit(
        self: &Arc<Self>,
        sizes: LimitSizes,
        check_rate: impl FnOnce() -> RateDecision,
    ) -> Admission {
        let mut running = self.lock_running();
        if *running >= sizes.concurrency {
            return Admission::TooMany;
        }
        let rate = check_rate();
        if rate.retry_after.is_some() {
            return Admission::TooFast(rate);
        }
        *running += 1;
        Admission::Admitted { slot: self.slot(*running), rate }
    }

    /// A place for a request that was admitted elsewhere.
    pub fn enter(self: &Arc<Self>) -> Slot {
        let mut running = self.lock_running();
        *running += 1;
        self.slot(*running)
    }

    fn slot(self: &Arc<Self>, running: u32) -> Slot {
        Slot::new(self.clone(), running)
    }

    fn lock_running(&self) -> MutexGuard<'_, u32> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::credits::Credits;

    fn live() -> Arc<CachedAccount> {
        let balance = AccountBalance {
            remaining: Credits::ZERO,
            plan_credits_used: Credits::ZERO,
            plan_credits: Credits::ZERO,
            requests_remaining: 0,
            renews_at: chrono::DateTime::UNIX_EPOCH,
        };
        let id = AccountId::from_uuid(uuid::Uuid::nil());
        Arc::new(CachedAccount::new(id, balance, ChangeCounter::default()))
    }

    const ONE_AT_ONCE: LimitSizes = LimitSizes { rate_per_s: 1, burst: 1, concurrency: 1 };

    fn rate(retry_after: Option<Duration>) -> RateDecision {
        RateDecision { rate_per_s: 1, burst: 1, remaining: 0, reset_after: Duration::ZERO, retry_after }
    }

    fn enter(account: &Arc<CachedAccount>) -> Option<Slot> {
        match account.admit(ONE_AT_ONCE, || rate(None)) {
            Admission::Admitted { slot, .. } => Some(slot),
            Admission::TooFast(_) | Admission::TooMany => None,
        }
    }

    #[test]
    fn places_run_out_and_come_back_when_the_last_clone_is_gone() {
        let account = live();
        let first = enter(&account).unwrap();
        let clone = first.clone();
        drop(first);
        assert!(enter(&account).is_none());
        drop(clone);
        assert!(enter(&account).is_some());
    }

    #[test]
    fn a_panic_gives_the_place_back() {
        let account = live();
        let moved = account.clone();
        let _ = std::thread::spawn(move || {
            let _slot = enter(&moved).unwrap();
            panic!("as a handler might");
        })
        .join();
        assert!(enter(&account).is_some());
    }

    #[test]
    fn a_request_without_a_place_does_not_ask_the_rate() {
        let account = live();
        let _slot = enter(&account).unwrap();
        let admission = account.admit(ONE_AT_ONCE, || panic!("a refused request takes nothing"));
        assert!(matches!(admission, Admission::TooMany));
    }

    #[test]
    fn a_request_that_the_rate_refuses_takes_no_place() {
        let account = live();
        let refused = account.admit(ONE_AT_ONCE, || rate(Some(Duration::from_secs(1))));
        assert!(matches!(refused, Admission::TooFast(_)));
        assert!(enter(&account).is_some());
    }

    #[test]
    fn a_request_that_was_admitted_elsewhere_counts_here() {
        let account = live();
        let slot = account.enter();
        assert!(enter(&account).is_none());
        drop(slot);
        assert!(enter(&account).is_some());
    }
}
