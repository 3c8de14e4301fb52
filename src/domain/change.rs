//! What a change of keys, accounts or plans makes untrue of what a gateway remembers.

use std::time::{Duration, Instant};

use super::ids::AccountId;

/// One change, as the store wrote it down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number; changes become visible in the order of their numbers.
    pub number: i64,
    /// What it makes untrue.
    pub stale: Stale,
    /// How long ago it was made.
    pub age: Duration,
}

/// What may be remembered no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// Every key of an account.
    Account(AccountId),
    /// Every key of an account, and which keys there are not: one was made.
    AccountAndUnknown(AccountId),
    /// Everything: a plan was changed, or nobody knows what.
    Everything,
}

/// What whoever remembers keys is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Something has changed.
    Changed(Stale),
    /// Of every change that was made before this instant it has been told.
    Current(Instant),
}
