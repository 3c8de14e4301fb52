//! SIGHUP: reads the settings again, and applies those that can change while the gateway serves.

use toml::Table;

use crate::app::App;
use crate::config::{ConfigError, Settings};
use crate::telemetry::Logging;
use crate::telemetry::settings::LogSettings;

#[derive(Clone, Copy)]
pub struct Reloading<'a> {
    pub log: &'a Logging,
    /// Reads the sources of the start again.
    pub read: &'a dyn Fn() -> Result<Settings, ConfigError>,
}

impl Reloading<'_> {
    /// Applies the log level, and reads the files of certificates. Logs the names of other changed
    /// settings, which need a restart. Faulty settings change nothing.
    pub(super) async fn reload(self, in_force: &mut Settings, app: &App) {
        let fresh = match (self.read)() {
            Ok(fresh) => fresh,
            Err(error) => {
                tracing::error!(%error, "SIGHUP: faulty settings rejected; the gateway keeps the current ones");
                return;
            }
        };
        app.reload().await;
        let waiting = changed(in_force, &fresh);
        let log = LogSettings { format: in_force.log.format, ..fresh.log };
        let before = std::mem::replace(&mut in_force.log, log).directives();
        let level = &in_force.log.directives();
        // Logged before and after the change: one of the two levels may hide the line.
        tracing::info!(from = before, to = level, "SIGHUP: reloading the log level");
        if let Err(error) = self.log.set_level(level) {
            tracing::error!(%error, "SIGHUP: changing the log level failed");
        }
        if waiting.is_empty() {
            tracing::info!(log_level = level, "SIGHUP: settings reloaded");
        } else {
            let settings = waiting.join(", ");
            tracing::warn!(log_level = level, settings, "SIGHUP: changed settings need a restart");
        }
    }
}

/// Returns the names of settings that differ, except the log level. Secrets count as different if
/// one of them is empty. The peppers are not compared: their text was wiped.
fn changed(before: &Settings, after: &Settings) -> Vec<String> {
    let tables = (Table::try_from(before), Table::try_from(after));
    let (Ok(before), Ok(after)) = tables else { return Vec::new() };
    let mut names = Vec::new();
    differing(&before, &after, "", &mut names);
    names.retain(|name| !["log.level", "log.requests", "pepper", "previous_pepper"].contains(&name.as_str()));
    names
}

fn differing(before: &Table, after: &Table, path: &str, names: &mut Vec<String>) {
    for (key, value) in after {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (before.get(key).and_then(toml::Value::as_table), value.as_table()) {
            (Some(before), Some(after)) => differing(before, after, &name, names),
            _ if before.get(key) != Some(value) => names.push(name),
            _ => {}
        }
    }
}
