//! The built-in endpoints, through the whole gateway.

mod account;
mod analysis;
mod catalogue;
mod credits;
mod contacts;
mod health;
mod ledger;
mod probes;
mod stages;
mod usage;
