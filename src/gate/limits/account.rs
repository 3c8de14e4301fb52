//! What this gateway caches of an account between requests: its running calls, those of routes with
//! limits, the last known balance, its last change, and whether contacts were saved here.

mod balance;
mod routes;
mod slot;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tokio::time::Instant;

use self::balance::CachedBalance;
use self::routes::RouteUses;
pub use self::routes::{LimitedRoute, RouteRefusal};
pub use self::slot::{Admission, Slot};
use super::limiter::{LimitSizes, RateDecision};
use super::shared_limits::Lease;
use crate::domain::billing::AccountBalance;
use crate::domain::ids::AccountId;
use crate::domain::key::Mode;
use crate::gate::change_count::{ChangeCount, LastChange};

/// The cached state of an account, shared by all its keys.
#[derive(Debug)]
pub struct CachedAccount {
    id: AccountId,
    running: Mutex<u32>,
    routes: Mutex<RouteUses>,
    balance: Mutex<CachedBalance>,
    last_change: LastChange,
    keeps_contacts: KeepsContacts,
}

/// Whether contacts were saved through this gateway, by mode. It never turns false again.
#[derive(Debug, Default)]
struct KeepsContacts {
    live: AtomicBool,
    test: AtomicBool,
}

impl CachedAccount {
    /// A cached account with nothing running. `change` is the last known change of it.
    pub fn new(id: AccountId, balance: AccountBalance, change: ChangeCount) -> Self {
        let (running, last_change) = (Mutex::new(0), LastChange::at(change));
        Self {
            id,
            running,
            routes: Mutex::default(),
            balance: Mutex::new(CachedBalance::new(balance)),
            last_change,
            keeps_contacts: KeepsContacts::default(),
        }
    }

    pub fn id(&self) -> AccountId {
        self.id
    }

    /// When the account or one of its keys last changed.
    pub fn last_change(&self) -> &LastChange {
        &self.last_change
    }

    /// Records that the account has contacts in a mode from now on. Cached keys see it at once,
    /// without being read again.
    pub fn now_keeps_contacts(&self, mode: Mode) {
        self.contacts_of(mode).store(true, Ordering::Release);
    }

    /// Whether contacts were saved in this mode.
    pub fn keeps_contacts(&self, mode: Mode) -> bool {
        self.contacts_of(mode).load(Ordering::Acquire)
    }

    fn contacts_of(&self, mode: Mode) -> &AtomicBool {
        match mode {
            Mode::Live => &self.keeps_contacts.live,
            Mode::Test => &self.keeps_contacts.test,
        }
    }

    /// Admits a request if its concurrency, its rate and its route allow it. One lock covers all
    /// decisions, so that a request that one of them refuses takes nothing from the others.
    /// `check_rate` takes from the rate if it admits, and `lease` is asked for an admitted request.
    pub fn admit(
        self: &Arc<Self>,
        route: Option<&LimitedRoute>,
        sizes: LimitSizes,
        check_rate: impl FnOnce() -> RateDecision,
        lease: impl FnOnce() -> Option<Lease>,
    ) -> Admission {
        let mut running = self.running.lock();
        if *running >= sizes.concurrency {
            return Admission::TooMany;
        }
        if let Some(refusal) = route.and_then(|route| self.route_refusal(route)) {
            return Admission::RouteLimited(refusal);
        }
        let rate = check_rate();
        if rate.retry_after.is_some() {
            return Admission::TooFast(rate);
        }
        *running += 1;
        Admission::Admitted { slot: self.slot(*running, route, lease()), rate }
    }

    /// Whether this gateway runs calls of the account beside the one that asks.
    pub fn runs_other_calls(&self) -> bool {
        *self.running.lock() > 1
    }

    /// Returns why a route's own limits refuse a call now, if they do. Takes nothing.
    pub fn route_refusal(&self, route: &LimitedRoute) -> Option<RouteRefusal> {
        self.routes.lock().refusal(route, Instant::now())
    }

    /// Counts a call to a route no longer as running.
    fn leave_route(&self, name: &'static str) {
        self.routes.lock().leave(name, Instant::now());
    }

    /// Takes a slot, past any limit.
    pub fn enter(self: &Arc<Self>, lease: Option<Lease>) -> Slot {
        let mut running = self.running.lock();
        *running += 1;
        self.slot(*running, None, lease)
    }

    /// Takes a slot for a request that the shared store admitted as one of `running_everywhere`, if
    /// its route's own limits allow it. Otherwise the lease is returned to the store.
    pub fn enter_route(
        self: &Arc<Self>,
        route: Option<&LimitedRoute>,
        lease: Option<Lease>,
        running_everywhere: u32,
    ) -> Result<Slot, RouteRefusal> {
        let mut running = self.running.lock();
        if let Some(refusal) = route.and_then(|route| self.route_refusal(route)) {
            return Err(refusal);
        }
        *running += 1;
        Ok(self.slot(running_everywhere, route, lease))
    }

    fn slot(self: &Arc<Self>, running: u32, route: Option<&LimitedRoute>, lease: Option<Lease>) -> Slot {
        if let Some(route) = route {
            self.routes.lock().enter(route, Instant::now());
        }
        Slot::new(self.clone(), running, route.map(|route| route.name), lease)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::credits::Credits;
    use crate::domain::forwarding::RouteLimits;

    fn live() -> Arc<CachedAccount> {
        let balance = AccountBalance {
            remaining: Credits::ZERO,
            plan_credits_used: Credits::ZERO,
            plan_credits: Credits::ZERO,
            requests_limit: 0,
            requests_used: 0,
            renews_at: chrono::DateTime::UNIX_EPOCH,
        };
        let id = AccountId::from_uuid(uuid::Uuid::nil());
        Arc::new(CachedAccount::new(id, balance, ChangeCount::default()))
    }

    const ONE_AT_ONCE: LimitSizes = LimitSizes { rate_per_s: 1, burst: 1, concurrency: 1 };

    const ONE_AT_ONCE_OF_ROUTE: RouteLimits =
        RouteLimits { rate_per_s: 100, burst: 100, concurrency: Some(1) };

    fn rate(retry_after: Option<Duration>) -> RateDecision {
        RateDecision { rate_per_s: 1, burst: 1, remaining: 0, reset_after: Duration::ZERO, retry_after }
    }

    fn enter(account: &Arc<CachedAccount>) -> Option<Slot> {
        match account.admit(None, ONE_AT_ONCE, || rate(None), || None) {
            Admission::Admitted { slot, .. } => Some(slot),
            Admission::TooFast(_) | Admission::TooMany | Admission::RouteLimited(_) => None,
        }
    }

    #[test]
    fn slots_run_out_and_return_with_the_last_clone() {
        let account = live();
        let first = enter(&account).unwrap();
        let clone = first.clone();
        drop(first);
        assert!(enter(&account).is_none());
        drop(clone);
        assert!(enter(&account).is_some());
    }

    #[test]
    fn a_panic_releases_the_slot() {
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
    fn a_request_without_a_slot_does_not_consume_the_rate() {
        let account = live();
        let _slot = enter(&account).unwrap();
        let admission =
            account.admit(None, ONE_AT_ONCE, || panic!("a refused request takes nothing"), || None);
        assert!(matches!(admission, Admission::TooMany));
    }

    #[test]
    fn a_request_that_the_rate_refuses_takes_no_slot() {
        let account = live();
        let refused = account.admit(None, ONE_AT_ONCE, || rate(Some(Duration::from_secs(1))), || None);
        assert!(matches!(refused, Admission::TooFast(_)));
        assert!(enter(&account).is_some());
    }

    #[test]
    fn a_route_that_filled_up_while_the_store_decided_refuses() {
        let account = live();
        let route = LimitedRoute { name: "a", limits: ONE_AT_ONCE_OF_ROUTE };
        let slot = account.enter_route(Some(&route), None, 1).unwrap();
        assert!(account.enter_route(Some(&route), None, 1).is_err());
        drop(slot);
        assert!(account.enter_route(Some(&route), None, 1).is_ok());
    }

    #[test]
    fn a_slot_past_the_limits_counts() {
        let account = live();
        let slot = account.enter(None);
        assert!(enter(&account).is_none());
        drop(slot);
        assert!(enter(&account).is_some());
    }
}
