//! The `[console]` settings.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::setting;
use crate::identity::session::SessionTimes;

/// Whether account owners get pages, and how much these may take.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ConsoleSettings {
    pub enabled: bool,
    /// Pages over plain HTTP elsewhere than on loopback.
    pub allow_plain_http: bool,
    #[serde(rename = "session_idle_s", with = "setting::seconds")]
    pub session_idle: Duration,
    #[serde(rename = "session_life_s", with = "setting::seconds")]
    pub session_life: Duration,
    /// How long a proof of identity counts for changes that matter.
    #[serde(rename = "confirmed_s", with = "setting::seconds")]
    pub confirmed: Duration,
    /// Fewest characters of a password.
    #[serde(deserialize_with = "setting::count")]
    pub password_min: NonZeroUsize,
    /// Pages that read the database at once.
    #[serde(deserialize_with = "setting::count")]
    pub max_at_once: NonZeroUsize,
    /// Timeout for each statement of a page.
    #[serde(rename = "statement_timeout_ms", with = "setting::millis")]
    pub statement_timeout: Duration,
}

impl ConsoleSettings {
    pub const fn session_times(&self) -> SessionTimes {
        SessionTimes { idle: self.session_idle, life: self.session_life, confirmed: self.confirmed }
    }
}
