//! Fluence: an HTTP gateway that sells calls by the credit.
//!
//! The modules, from those that use others to those that are only used. A group is sorted by name.

pub mod command; // the commands of the program

pub mod app; // builds the long-lived parts once and connects them
pub mod server; // sockets, HTTP framing, router, shutdown

pub mod http; // error dialects, JSON bodies, billing_info

pub mod gate; // the steps before a handler: authenticate, limit, restrict, entitle, validate, meter

pub mod api; // the built-in endpoints
pub mod openapi; // the table of operations, and the OpenAPI document
pub mod site; // the pages for readers: home, guides, reference, errors

pub mod console; // the consoles of account owners and of operators
pub mod mail; // e-mails: the outbox, and how it is sent
pub mod management; // changes of accounts and keys, each recorded in the audit log

pub mod lookup; // finds the person of a request in every source
pub use fluence_people as people; // names and matching
pub mod outbound; // which addresses, URLs and headers of other servers are allowed
pub mod upstream; // requests to servers behind the gateway: upstreams of routes, the enrichment service
pub use fluence_analysis as analysis; // what a person's texts support
pub mod identity; // logging in: the rules of passwords, sessions, links and throttling
pub mod ledger; // credits: the rules, and the writer that makes them durable
pub use fluence_domain as domain; // plain types and rules
pub mod storage; // PostgreSQL; the only place with SQL of the schema

pub mod background; // periodic jobs, and the follower of the change feed
pub mod catalogue; // plans, packs, paid routes
pub mod config; // settings
pub mod local_postgres; // the private Postgres of a gateway without DATABASE_URL
pub mod telemetry; // logs and metrics

pub mod clock; // the only place that reads the wall clock
pub mod kill_point; // where a test may end the process; empty in a release build
pub mod panic_guard; // a panic ends one call
pub mod secret; // the pepper, and the keyed hash of every API key

#[cfg(test)]
mod scratch; // folders of unit tests
