//! What a running gateway does on SIGHUP: it reads its settings again, and takes on what can change while it serves.

use toml::Table;

use crate::config::{ConfigError, Settings};
use crate::telemetry::Logging;

/// How a running gateway reads its settings again, and the log whose level may change.
#[derive(Clone, Copy)]
pub struct Reloading<'a> {
    /// The log.
    pub log: &'a Logging,
    /// Reads the same sources as at the start.
    pub read: &'a dyn Fn() -> Result<Settings, ConfigError>,
}

impl Reloading<'_> {
    /// Takes on the log level. Other settings that changed are named; they hold after a restart. Faulty settings change
    /// nothing.
    pub(super) fn reload(self, in_force: &mut Settings) {
        let fresh = match (self.read)() {
            Ok(fresh) => fresh,
            Err(error) => {
                tracing::error!(%error, "SIGHUP: the settings are faulty; the gateway keeps the ones it has");
                return;
            }
        };
        let waiting = changed(in_force, &fresh);
        let before = std::mem::replace(&mut in_force.log.level, fresh.log.level);
        let level = &in_force.log.level;
        // Before and after, since one of the two levels may hide the line.
        tracing::info!(from = before, to = level, "SIGHUP: reloading the log level");
        if let Err(error) = self.log.set_level(level) {
            tracing::error!(%error, "SIGHUP: the log level stays as it was");
        }
        if waiting.is_empty() {
            tracing::info!(log_level = level, "SIGHUP: the settings are reloaded");
        } else {
            let settings = waiting.join(", ");
            tracing::warn!(log_level = level, settings, "SIGHUP: these settings changed and need a restart");
        }
    }
}

/// The names of settings that differ, but for the log level. Secrets are compared by whether they are set; the peppers were
/// taken out of the settings in force, so they are not compared.
fn changed(before: &Settings, after: &Settings) -> Vec<String> {
    let tables = (Table::try_from(before), Table::try_from(after));
    let (Ok(before), Ok(after)) = tables else { return Vec::new() };
    let mut names = Vec::new();
    differing(&before, &after, "", &mut names);
    names.retain(|name| !["log.level", "pepper", "previous_pepper"].contains(&name.as_str()));
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
