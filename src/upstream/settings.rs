//! The `[enrichment]` settings.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::breaker::BreakerConfig;
use crate::domain::setting;
use crate::outbound::address::AddressPolicy;

/// A server behind this one: its address, its credential and its limits.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct UpstreamSettings {
    /// Empty: there is no such server.
    pub url: String,
    /// Sent as `Authorization: Bearer`. Empty: no such header.
    #[serde(serialize_with = "setting::redacted")]
    pub credential: SecretString,
    pub allow_private_addresses: bool,
    /// Timeout of resolving, connecting and TLS together, and of the wait for one of
    /// `max_concurrent` slots.
    #[serde(rename = "connect_timeout_ms", with = "setting::millis")]
    pub connect_timeout: Duration,
    /// Timeout of one request, its retry included.
    #[serde(rename = "total_timeout_ms", with = "setting::millis")]
    pub total_timeout: Duration,
    /// Maximum size of a response body.
    #[serde(deserialize_with = "setting::bytes")]
    pub max_answer_bytes: NonZeroUsize,
    /// Maximum number of concurrent requests. One account uses at most half of them, rounded up.
    #[serde(deserialize_with = "setting::count")]
    pub max_concurrent: NonZeroUsize,
    #[serde(deserialize_with = "setting::count_u32")]
    pub breaker_failures: NonZeroU32,
    #[serde(rename = "breaker_open_ms", with = "setting::millis")]
    pub breaker_open: Duration,
}

impl UpstreamSettings {
    /// Which addresses the server may have.
    pub fn reach(&self) -> AddressPolicy {
        AddressPolicy::allowing_private(self.allow_private_addresses)
    }

    pub(super) fn breaker(&self) -> BreakerConfig {
        BreakerConfig { failures: self.breaker_failures.get(), open_for: self.breaker_open }
    }
}
