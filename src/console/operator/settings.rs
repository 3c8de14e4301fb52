//! The `[operator]` settings.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::console::request::settings::{ConsoleSettings, SignUp};
use crate::domain::setting;

/// Where the operators' console listens, and how long its sessions last.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct OperatorSettings {
    /// Address and port. Empty: this gateway has no operators' console.
    pub listen: String,
    pub base_url: String,
    #[serde(rename = "session_idle_s", with = "setting::seconds")]
    pub session_idle: Duration,
    #[serde(rename = "session_life_s", with = "setting::seconds")]
    pub session_life: Duration,
    /// How long a code of the second factor counts for acts.
    #[serde(rename = "step_up_ttl_s", with = "setting::seconds")]
    pub step_up_ttl: Duration,
    /// Pages that read the database at once.
    #[serde(deserialize_with = "setting::count")]
    pub max_concurrent_pages: NonZeroUsize,
    /// Timeout for each statement of a page.
    #[serde(rename = "statement_timeout_ms", with = "setting::millis")]
    pub statement_timeout: Duration,
}

impl OperatorSettings {
    /// The settings of the owners' console, with what differs on this one.
    pub fn of_pages(&self, owners: &ConsoleSettings) -> ConsoleSettings {
        ConsoleSettings {
            sign_up: SignUp::Invited,
            mailbox: false,
            session_idle: self.session_idle,
            session_life: self.session_life,
            step_up_ttl: self.step_up_ttl,
            max_concurrent_pages: self.max_concurrent_pages,
            statement_timeout: self.statement_timeout,
            ..owners.clone()
        }
    }
}
