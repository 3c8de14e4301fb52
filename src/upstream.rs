//! Servers behind this one: asked within bounds of time, size and number, at addresses that may be reached, and left in
//! peace while they fail.

pub mod address;
pub mod breaker;
mod bulkhead;
pub mod client;
mod connector;
mod response_started;
mod retry_after;
pub mod settings;
