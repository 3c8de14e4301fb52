//! The built-in endpoints, one file a subject.

pub mod account;
pub mod analyses;
pub mod analysis;
pub mod asking;
pub mod audit;
pub mod catalogue;
pub mod credits;
pub mod contacts;
pub mod environments;
pub mod health;
pub mod keys;
pub mod ledger;
pub mod status;
pub mod usage;

use chrono::{DateTime, SecondsFormat, Utc};

/// An instant as every answer writes it: RFC 3339, UTC, whole seconds. `billing_info` writes the next renewal so, and the
/// same instant must read the same everywhere.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
