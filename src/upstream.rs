//! Requests to other servers: limited in time, size and number, to permitted addresses only, and
//! paused while a server fails.

pub mod address;
pub mod breaker;
mod bulkhead;
pub mod client;
mod connector;
pub mod fetch;
pub mod figure;
pub mod headers;
pub mod identity_headers;
pub mod json_edit;
pub mod pool;
mod response_started;
pub mod retry_after;
pub mod settings;
pub mod tls;
pub mod upload;

/// `User-Agent` of the gateway's own requests.
const OWN_USER_AGENT: &str = concat!("fluence/", env!("CARGO_PKG_VERSION"));
