//! Requests to other servers: limited in time, size and number, to permitted addresses only, and
//! paused while a server fails.

pub mod breaker;
mod bulkhead;
pub mod client;
mod connector;
pub mod error;
pub mod fetch;
pub mod figure;
pub mod headers;
pub mod identity_headers;
pub mod json_edit;
mod member_name;
pub mod pool;
mod response_started;
pub mod retry_after;
pub mod settings;
pub mod tls;
pub mod upload;

use std::time::Duration;

/// How long an idle connection stays open: less than servers commonly keep theirs.
const IDLE_FOR: Duration = Duration::from_secs(30);
/// `Retry-After` for a request that finds no free place.
const BUSY_RETRY_AFTER: Duration = Duration::from_secs(1);
/// `User-Agent` of the gateway's own requests.
const OWN_USER_AGENT: &str = concat!("fluence/", env!("CARGO_PKG_VERSION"));
