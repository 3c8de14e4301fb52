//! The `[server]` settings.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::stop::StopTiming;
use crate::domain::network::Network;
use crate::domain::setting;

/// Limits of connections and requests, and how the gateway stops.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ServerSettings {
    /// Threads that serve connections. 0: one for each core.
    pub threads: usize,
    /// Maximum number of open connections. A further connection replaces the one that has been idle
    /// longest.
    #[serde(deserialize_with = "setting::count")]
    pub max_connections: NonZeroUsize,
    /// The same for one IPv4 address or one IPv6 /64. Trusted proxies have no such limit.
    #[serde(deserialize_with = "setting::count")]
    pub max_connections_per_client: NonZeroUsize,
    /// Timeout for a complete request head, for the first byte of a connection, and for a refused
    /// client to stop sending.
    #[serde(rename = "head_timeout_s", with = "setting::seconds")]
    pub head_timeout: Duration,
    /// Timeout for [`MIN_BODY_BYTES`] of a request body, or its end.
    #[serde(rename = "body_timeout_s", with = "setting::seconds")]
    pub body_timeout: Duration,
    #[serde(rename = "idle_timeout_s", with = "setting::seconds")]
    pub idle_timeout: Duration,
    /// Timeout for a client to read `write_min_bytes` of an answer, or its end.
    #[serde(rename = "write_timeout_s", with = "setting::seconds")]
    pub write_timeout: Duration,
    #[serde(deserialize_with = "setting::bytes")]
    pub write_min_bytes: NonZeroUsize,
    /// Maximum bytes of unread answers to one account, or to one client without an account.
    #[serde(deserialize_with = "setting::bytes")]
    pub max_unsent_bytes_per_account: NonZeroUsize,
    /// The same for all accounts and clients together.
    #[serde(deserialize_with = "setting::bytes")]
    pub max_unsent_bytes: NonZeroUsize,
    /// Maximum size of a request body of the built-in endpoints.
    #[serde(deserialize_with = "setting::bytes")]
    pub max_body_bytes: NonZeroUsize,
    /// From SIGTERM to the end of accepting connections.
    #[serde(rename = "announce_s", with = "setting::seconds_or_zero")]
    pub announce: Duration,
    /// From then until open connections are closed.
    #[serde(rename = "drain_s", with = "setting::seconds_or_zero")]
    pub drain: Duration,
    pub trusted_proxies: Vec<Network>,
}

/// Progress of a request body within `body_timeout_s`.
pub(super) const MIN_BODY_BYTES: usize = 4 * 1024;
/// Maximum size of a request head. The HTTP library needs 8 KiB.
pub(super) const MAX_HEAD_BYTES: usize = 32 * 1024;
pub(super) const MAX_HEADERS: usize = 64;

impl ServerSettings {
    /// How many threads serve connections on this machine.
    pub fn thread_count(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            threads => threads,
        }
    }

    /// How long each stage of a stop lasts.
    pub fn stop_timing(&self) -> StopTiming {
        StopTiming { announce_delay: self.announce, drain_deadline: self.drain }
    }
}
