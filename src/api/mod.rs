//! The built-in endpoints, one file a subject.

pub mod account;
pub mod analyses;
pub mod analysis;
pub mod catalogue;
pub mod health;
pub mod ledger;
