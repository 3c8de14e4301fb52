//! The `[calls]` and `[keys]` settings. `[limits]` is in `limits/shared_limits.rs`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::key::KeyPrefix;
use crate::domain::setting;

/// Paid calls.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CallSettings {
    #[serde(rename = "deadline_s", with = "setting::seconds")]
    pub deadline: Duration,
}

/// The cache of verified keys, and the limit of failed authentications.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct KeySettings {
    /// The seller's prefix of new keys.
    pub prefix: KeyPrefix,
    #[serde(deserialize_with = "setting::count")]
    pub cache_size: NonZeroUsize,
    #[serde(rename = "cache_ttl_ms", with = "setting::millis_or_zero")]
    pub cache_ttl: Duration,
    /// At most [`Self::MAX_DISCONNECTED_CACHE_TTL`].
    #[serde(rename = "disconnected_cache_ttl_ms", with = "setting::millis_or_zero")]
    pub disconnected_cache_ttl: Duration,
    #[serde(deserialize_with = "setting::count")]
    pub negative_cache_size: NonZeroUsize,
    #[serde(rename = "negative_cache_ttl_ms", with = "setting::millis_or_zero")]
    pub negative_cache_ttl: Duration,
    #[serde(rename = "balance_max_age_ms", with = "setting::millis_or_zero")]
    pub balance_max_age: Duration,
    #[serde(deserialize_with = "setting::count_u32")]
    pub max_failed_attempts: NonZeroU32,
    #[serde(rename = "failed_attempts_window_s", with = "setting::seconds")]
    pub failed_attempts_window: Duration,
    #[serde(deserialize_with = "setting::count")]
    pub max_failing_networks: NonZeroUsize,
    #[serde(rename = "last_used_every_ms", with = "setting::millis")]
    pub last_used_every: Duration,
}

impl KeySettings {
    /// Longest that a gateway may use cached keys while its change feed is interrupted. With the
    /// time to notice and to look up, a revoked key is refused within 5 s.
    pub const MAX_DISCONNECTED_CACHE_TTL: Duration = Duration::from_secs(4);
}
