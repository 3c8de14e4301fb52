//! Changes of keys, accounts and plans, and what cached data they invalidate.

use std::time::{Duration, Instant};

use super::ids::AccountId;

/// One entry of the change feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Changes become visible in the order of their numbers.
    pub number: i64,
    pub invalidation: Invalidation,
    /// Time since the change.
    pub age: Duration,
}

/// The cached data that a change makes invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalidation {
    /// Every key of an account.
    Account(AccountId),
    /// Every key of an account, and the negative cache: a secret was created.
    AccountAndUnknown(AccountId),
    /// What is sold: a catalogue or a set of routes was applied. Plans that it changed are changes
    /// of their own.
    OfferSets,
    /// Everything: a plan changed, or the change is unknown.
    Everything,
}

/// What the change feed reports to caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedEvent {
    Invalidated(Invalidation),
    /// Every change made before this instant has been reported.
    Current(Instant),
}
