//! Fluence: an HTTP gateway that sells calls by the credit.
//!
//! The modules, in the order a request meets them.

pub mod analysis; // what the text says
pub mod domain; // plain types and rules
pub mod http;
pub mod people; // who is meant
pub mod server; // the outside edge: sockets, framing, outer layers, stopping
pub mod storage; // Postgres, the only place with SQL // dialects, problem details, JSON bodies
pub mod telemetry; // where logs go
