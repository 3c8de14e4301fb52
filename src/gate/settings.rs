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
    #[serde(rename = "trust_ms", with = "setting::millis_or_zero")]
    pub trust: Duration,
    /// At most [`Self::MAX_UNHEARD_TRUST`].
    #[serde(rename = "unheard_trust_ms", with = "setting::millis_or_zero")]
    pub unheard_trust: Duration,
    #[serde(deserialize_with = "setting::count")]
    pub unknown_cache_size: NonZeroUsize,
    #[serde(rename = "unknown_trust_ms", with = "setting::millis_or_zero")]
    pub unknown_trust: Duration,
    #[serde(rename = "standing_trust_ms", with = "setting::millis_or_zero")]
    pub balance_trust: Duration,
    #[serde(deserialize_with = "setting::count_u32")]
    pub guesses: NonZeroU32,
    #[serde(rename = "guess_window_s", with = "setting::seconds")]
    pub guess_window: Duration,
    #[serde(deserialize_with = "setting::count")]
    pub guessing_networks: NonZeroUsize,
    #[serde(rename = "last_used_every_ms", with = "setting::millis")]
    pub last_used_every: Duration,
}

impl KeySettings {
    /// Longest that a gateway may use cached keys while its change feed is interrupted. With the
    /// time to notice and to look up, a revoked key is refused within 5 s.
    pub const MAX_UNHEARD_TRUST: Duration = Duration::from_secs(4);
}
