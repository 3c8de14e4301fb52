//! The built-in endpoints, one file a subject.

pub mod account;
pub mod account_pool;
pub mod analysis;
pub mod analysis_cache;
pub mod audit;
pub mod catalogue;
pub mod change_refusal;
pub mod contacts;
pub mod credits;
pub mod environments;
mod fair_queue;
pub mod forwarding;
pub mod health;
pub mod identity_keys;
pub mod keys;
pub mod leaks;
pub mod ledger;
pub mod management_auth;
pub mod once;
pub(crate) mod statement_csv;
pub mod status;
mod upstream_refusal;
pub mod usage;

use std::fmt::Display;
use std::str::FromStr;

use crate::domain::refusal::Refusal;

/// The refusal of a failed read. `what` and the error go to the log.
fn unreadable<E: Display>(what: &'static str) -> impl Fn(E) -> Refusal {
    move |error| {
        tracing::warn!(%error, "reading {what} failed");
        Refusal::UNAVAILABLE
    }
}

/// The id in a path. A malformed one is an unknown one.
fn id_of<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}
