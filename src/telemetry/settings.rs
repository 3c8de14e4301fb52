//! The `[log]` settings.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct LogSettings {
    pub level: String,
    /// Whether each request has a line.
    pub requests: bool,
    pub format: LogFormat,
}

impl LogSettings {
    /// The level, as the filter reads it.
    pub fn directives(&self) -> String {
        if self.requests { self.level.clone() } else { format!("{},fluence::request=off", self.level) }
    }
}

/// The shape of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, else JSON.
    Auto,
    Json,
    Pretty,
}
