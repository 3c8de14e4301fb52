//! The slot of a request among the running requests of its account.

use std::sync::Arc;

use super::{CachedAccount, RouteRefusal};
use crate::gate::limits::limiter::RateDecision;
use crate::gate::limits::shared_limits::Lease;

/// The decision on one request. A refusal takes nothing, except that a route limit reached while
/// the shared store decided costs one request of the account's rate.
#[derive(Debug)]
pub enum Admission {
    /// The request may go on, in this slot.
    Admitted {
        slot: Slot,
        rate: RateDecision,
    },
    TooFast(RateDecision),
    TooMany,
    /// The route's own limits refuse it.
    RouteLimited(RouteRefusal),
}

/// A slot among an account's running requests, released with the last clone.
#[derive(Clone, Debug)]
pub struct Slot(Arc<SlotInner>);

#[derive(Debug)]
struct SlotInner {
    account: Arc<CachedAccount>,
    /// Running requests at the admission of this one, including it.
    running: u32,
    /// The route with limits of its own among whose running calls it counts.
    route: Option<&'static str>,
    /// The slot among the running requests of all gateways, held as long as this one.
    lease: Option<Lease>,
}

impl Slot {
    pub(super) fn new(
        account: Arc<CachedAccount>,
        running: u32,
        route: Option<&'static str>,
        lease: Option<Lease>,
    ) -> Self {
        Self(Arc::new(SlotInner { account, running, route, lease }))
    }

    /// Returns the account's running requests at the admission of this one, including it: on all
    /// gateways, or on this one if it decided alone.
    pub fn running(&self) -> u32 {
        self.0.running
    }

    /// Releases the slot before the answer is sent, unless another clone still holds it. Waits only
    /// for a shared store, and not for long.
    pub(in crate::gate) async fn release(mut self) {
        let lease = Arc::get_mut(&mut self.0).and_then(|inner| inner.lease.take());
        drop(self);
        if let Some(lease) = lease {
            lease.release().await;
        }
    }
}

impl Drop for SlotInner {
    fn drop(&mut self) {
        *self.account.running.lock() -= 1;
        if let Some(route) = self.route {
            self.account.leave_route(route);
        }
    }
}
