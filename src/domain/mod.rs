//! The plain types of the field and their rules: no HTTP, no SQL, no clock, no randomness.

pub mod credits;
pub mod ids;
pub mod language;
pub mod person;
pub mod tier;
