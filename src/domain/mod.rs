//! The plain types of the field and their rules: no HTTP, no SQL, no clock, no randomness.

pub mod account;
pub mod amount;
pub mod audit;
pub mod billing;
pub mod caller;
pub mod change;
pub mod conflict;
pub mod contact;
pub mod credits;
pub mod error_code;
pub mod ids;
pub mod key;
pub mod language;
pub mod member;
pub mod network;
pub mod origin;
pub mod person;
pub mod plan;
pub mod refusal;
pub mod region;
pub mod rights;
pub mod route;
pub mod settlement;
pub mod text;
pub mod tier;
pub mod wait;
