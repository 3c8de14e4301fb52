//! The `[ledger]` settings.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::setting;

/// Limits of the writer, and the intervals of heartbeat and sweep.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LedgerSettings {
    /// Maximum number of holds in one batch. Bounds latency and memory, not the rate.
    #[serde(deserialize_with = "setting::count")]
    pub max_batch_holds: NonZeroUsize,
    /// Maximum number of holds that wait for a batch. Further calls are refused at once.
    #[serde(deserialize_with = "setting::count")]
    pub max_queued_holds: NonZeroUsize,
    /// Longest wait of a call for its decision, and for its response to be stored.
    #[serde(rename = "max_wait_ms", with = "setting::millis")]
    pub max_wait: Duration,
    /// How long a single settlement waits for others to share its commit.
    #[serde(rename = "flush_after_ms", with = "setting::millis_or_zero")]
    pub flush_after: Duration,
    /// Interval of an idle writer's heartbeat.
    #[serde(rename = "heartbeat_s", with = "setting::seconds")]
    pub heartbeat_every: Duration,
    /// A gateway without a heartbeat for this long is dead: the sweep releases its open holds.
    #[serde(rename = "hold_life_s", with = "setting::seconds")]
    pub hold_life: Duration,
    #[serde(rename = "sweep_every_s", with = "setting::seconds")]
    pub sweep_every: Duration,
    /// Months to keep entries after the end of their month. The gateway never deletes them.
    #[serde(deserialize_with = "setting::count_u32")]
    pub keep_months: NonZeroU32,
}
