//! Fluence: an HTTP gateway that sells calls by the credit.
//!
//! The modules, in the order a request meets them.

pub mod analysis; // what the text says
pub mod clock; // the only place that asks what time it is
pub mod command; // what the program can be told to do
pub mod config; // settings, plans, routes
pub mod domain; // plain types and rules
pub mod gate; // what a paid request passes: authenticate, limit, access, validate, meter
pub mod http; // dialects of errors, JSON bodies, billing_info
pub mod ledger; // the money: rules, and the writer that makes them durable
pub mod local_postgres; // a Postgres with no configuration, when no DATABASE_URL is set
pub mod people; // who is meant
pub mod secret; // the pepper, and the keyed hash of every API key
pub mod storage; // Postgres, the only place with SQL
