//! Fluence: an HTTP gateway that sells calls by the credit.
//!
//! The modules, in the order a request meets them.

pub mod analysis; // what the text says
pub mod command; // what the program can be told to do
pub mod domain; // plain types and rules
pub mod people; // who is meant
pub mod storage; // Postgres, the only place with SQL
