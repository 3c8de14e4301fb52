//! The built-in endpoints, through the whole gateway.

mod account;
mod analysis;
mod audit;
mod catalogue;
mod contacts;
mod credits;
mod environments;
mod health;
mod json_bodies;
mod key_limits;
mod key_rotation;
mod keys;
mod leaks;
mod ledger;
mod once;
mod probes;
mod refused_calls;
mod stages;
mod status;
mod usage;
