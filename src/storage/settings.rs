//! The `[database]` settings.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::setting;

/// The connection pool, and the wait for the database at the start.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct DatabaseSettings {
    #[serde(deserialize_with = "setting::count_u32")]
    pub max_connections: NonZeroU32,
    #[serde(rename = "wait_ms", with = "setting::millis")]
    pub wait: Duration,
    #[serde(rename = "start_wait_s", with = "setting::seconds_or_zero")]
    pub start_wait: Duration,
}
