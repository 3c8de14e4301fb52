//! The place of a request among the running requests of its account.

use std::sync::Arc;

use super::CachedAccount;
use crate::gate::limits::limiter::RateDecision;
use crate::gate::limits::shared_limits::Lease;

/// What was decided of one request. A refusal has taken nothing from either limit.
#[derive(Debug)]
pub enum Admission {
    /// It may go on, in this place among the account's running calls.
    Admitted {
        /// The place.
        slot: Slot,
        /// The state of the rate.
        rate: RateDecision,
    },
    /// Too many requests in too short a time.
    TooFast(RateDecision),
    /// Too many at once.
    TooMany,
}

/// A place among an account's running requests; given back when the last clone is dropped.
#[derive(Clone, Debug)]
pub struct Slot(Arc<Place>);

#[derive(Debug)]
struct Place {
    account: Arc<CachedAccount>,
    /// How many ran when this one was admitted, with it.
    running: u32,
    /// The place among the running requests of all gateways.
    lease: Option<Lease>,
}

impl Slot {
    pub(super) fn new(account: Arc<CachedAccount>, running: u32) -> Self {
        Self(Arc::new(Place { account, running, lease: None }))
    }

    /// How many requests of the account ran when this one was admitted, with it: on all gateways, or on this one where
    /// it decided alone.
    pub fn running(&self) -> u32 {
        self.0.running
    }

    /// Holds a lease for as long as the place.
    pub(in crate::gate::limits) fn hold(&mut self, lease: Lease) {
        if let Some(place) = Arc::get_mut(&mut self.0) {
            place.lease = Some(lease);
        }
    }

    /// Notes how many run on all gateways.
    pub(in crate::gate::limits) fn counts_on_all_gateways(&mut self, running: u32) {
        if let Some(place) = Arc::get_mut(&mut self.0) {
            place.running = running;
        }
    }

    /// Gives the place back before the answer goes out, unless somebody else keeps it still. Waits only for a shared
    /// store, and not long.
    pub(in crate::gate) async fn give_back(mut self) {
        let lease = Arc::get_mut(&mut self.0).and_then(|place| place.lease.take());
        drop(self);
        if let Some(lease) = lease {
            lease.give_back().await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        *self.account.lock_running() -= 1;
    }
}
