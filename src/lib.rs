//! Fluence: an HTTP gateway that sells calls by the credit.
//!
//! The modules, in the order a request meets them.

pub mod command; // the commands of the program
pub mod app; // assembles the long-lived parts
pub mod server; // listener, framing, router, stopping
pub mod http; // dialects of errors, JSON bodies, billing_info
pub mod gate; // what a paid request passes: authenticate, limit, restrict, entitle, validate, meter
pub mod api; // the built-in endpoints
pub mod management; // changes of accounts, keys and what belongs to them, each written down
pub mod lookup; // finds the person of a request in every source
pub mod people; // who is meant
pub mod upstream; // servers behind this one: the enrichment service
pub mod analysis; // what the text says
pub mod ledger; // the money: rules, and the writer that makes them durable
pub mod domain; // plain types and rules
pub mod storage; // Postgres, the only place with SQL
pub mod background; // periodic jobs: sweep, change feed, readiness
pub mod catalogue; // plans, packs, paid routes
pub mod config; // settings
pub mod local_postgres; // the private Postgres of a gateway without DATABASE_URL
pub mod telemetry; // logs and metrics
pub mod secret; // the pepper, and the keyed hash of every API key
pub mod kill_point; // where a test may end the process; nothing in a release build
pub mod clock; // the only place that reads the clock
