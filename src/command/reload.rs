//! SIGHUP: reads the settings again, and applies those that can change while the gateway serves.

use secrecy::{ExposeSecret, SecretString};
use toml::Table;

use crate::app::App;
use crate::config::{ConfigError, Settings};
use crate::secret::Pepper;
use crate::secret::peppers::Peppers;
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
    pub(super) async fn reload(self, in_force: &mut Settings, peppers: Option<&Peppers>, app: &App) {
        let fresh = match (self.read)() {
            Ok(fresh) => fresh,
            Err(error) => {
                tracing::error!(%error, "SIGHUP: faulty settings rejected; the gateway keeps the current ones");
                return;
            }
        };
        app.reload().await;
        let mut waiting = changed(in_force, &fresh);
        waiting.extend(changed_peppers(peppers, &fresh));
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

/// Returns the names of settings that differ, except the log level and the peppers, whose text was
/// wiped.
fn changed(before: &Settings, after: &Settings) -> Vec<String> {
    let tables = (Table::try_from(before), Table::try_from(after));
    let (Ok(old), Ok(new)) = tables else { return Vec::new() };
    let mut names = Vec::new();
    differing(&old, &new, "", &mut names);
    // Secrets are alike in the tables.
    let secrets = secrets(before).into_iter().zip(secrets(after));
    let differing = secrets.filter(|((_, before), (_, after))| before != after);
    names.extend(differing.map(|((name, _), _)| name.to_owned()));
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !["log.level", "log.requests", "pepper", "previous_pepper"].contains(&name.as_str()));
    names
}

fn optional(secret: Option<&SecretString>) -> &str {
    secret.map_or("", SecretString::expose_secret)
}

/// The settings whose values are secret, except the peppers.
fn secrets(settings: &Settings) -> [(&'static str, &str); 5] {
    [
        ("database_url", optional(settings.database_url.as_ref())),
        ("database_password", optional(settings.database_password.as_ref())),
        ("redis_url", settings.redis_url.expose_secret()),
        ("enrichment.credential", settings.enrichment.credential.expose_secret()),
        ("mail.smtp_url", settings.mail.smtp_url.expose_secret()),
    ]
}

/// Returns the names of peppers that differ from those of the start.
fn changed_peppers(before: Option<&Peppers>, after: &Settings) -> Vec<String> {
    let Ok(after) = after.peppers() else { return Vec::new() };
    let fingerprints = |peppers: Option<&Peppers>| {
        let all: Vec<_> = peppers.into_iter().flat_map(Peppers::all).map(Pepper::fingerprint).collect();
        (all.first().copied(), all.get(1).copied())
    };
    let (before, after) = (fingerprints(before), fingerprints(after.as_ref()));
    let named = [("pepper", before.0 != after.0), ("previous_pepper", before.1 != after.1)];
    named.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned()).collect()
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
