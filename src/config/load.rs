//! Loading: defaults, then a file, then the environment, then the command line. All faults are
//! reported at once, and none contains a value: a value in the wrong place may be a secret.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use secrecy::zeroize::Zeroize;
use toml::Table;

use super::Settings;
use super::environment::{self, DATABASE_PASSWORD, DATABASE_URL, secret};
use super::fault::{Fault, SECRET_SETTINGS, variable_of};
use super::layers::{Layers, slot};

/// Every setting with its default and an explanation, compiled in.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Name and text of the configuration file.
    pub file: Option<(String, String)>,
    pub environment: BTreeMap<String, String>,
    /// Settings of the command line, by dotted name.
    pub overrides: Vec<(&'static str, String)>,
    /// Whether the command creates or verifies keys, which needs a pepper.
    pub needs_pepper: bool,
}

/// All faults of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Fault>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => write!(f, "the configuration has 1 fault:")?,
            number => write!(f, "the configuration has {number} faults:")?,
        }
        self.0.iter().try_for_each(|fault| write!(f, "\n  {}: {}", fault.setting, fault.advice))
    }
}

impl Sources {
    /// Wipes the text of every value, since some are secrets.
    pub fn wipe(self) {
        let Self { file, environment, .. } = self;
        file.into_iter().for_each(|(_, mut text)| text.zeroize());
        environment.into_values().for_each(|mut value| value.zeroize());
    }
}

/// Reads all sources and checks the result.
///
/// # Errors
/// All faults of the sources.
pub fn load(sources: &Sources) -> Result<Settings, ConfigError> {
    let defaults: Table = DEFAULTS.parse().map_err(|error: toml::de::Error| {
        ConfigError(vec![Fault::new("config/default.toml", error.message())])
    })?;
    let mut layers = Layers::over(defaults.clone());
    if let Some((name, text)) = &sources.file {
        layers.overlay_file(name, text);
    }
    environment::overlay(&mut layers, sources);
    for (name, text) in &sources.overrides {
        layers.overlay_text(name, text, format!("--{}", name.replace('_', "-")));
    }
    let Some(mut settings) = typed(&mut layers, &defaults) else { return Err(ConfigError(layers.faults)) };
    settings.database_url = secret(sources, DATABASE_URL, &mut layers);
    settings.database_password = secret(sources, DATABASE_PASSWORD, &mut layers);
    let slots: [(&str, &mut SecretString); SECRET_SETTINGS.len()] = [
        ("pepper", &mut settings.pepper),
        ("previous_pepper", &mut settings.previous_pepper),
        ("enrichment.credential", &mut settings.enrichment.credential),
        ("redis_url", &mut settings.redis_url),
        ("mail.smtp_url", &mut settings.mail.smtp_url),
    ];
    for (setting, slot) in slots {
        if let Some(secret) = secret(sources, &variable_of(setting), &mut layers) {
            *slot = secret;
        }
    }
    for fault in settings.faults(sources.needs_pepper) {
        if !follows_from_unreadable_secret(&fault, &layers.faults) {
            layers.add(fault);
        }
    }
    if layers.faults.is_empty() { Ok(settings) } else { Err(ConfigError(layers.faults)) }
}

/// Whether a setting is only at fault because the file of a secret that it needs could not be read.
fn follows_from_unreadable_secret(fault: &Fault, found: &[Fault]) -> bool {
    let needed = match fault.setting.as_str() {
        "pepper" | "previous_pepper" => variable_of("pepper"),
        DATABASE_PASSWORD => DATABASE_URL.to_owned(),
        _ => return false,
    };
    found.iter().any(|fault| fault.setting.strip_suffix("_FILE") == Some(&*needed))
}

/// Gives the values their types. A value that its setting does not accept becomes the default
/// again, so that the next fault is found too.
fn typed(layers: &mut Layers, defaults: &Table) -> Option<Settings> {
    loop {
        let fault = match layers.values.clone().try_into::<Settings>() {
            Ok(settings) => return Some(settings),
            Err(error) => unreadable(&error),
        };
        let name = fault.setting.clone();
        layers.add(fault);
        match (slot(&mut layers.values, &name), slot(&mut defaults.clone(), &name)) {
            (Some(value), Some(default)) if value != default => *value = default.clone(),
            _ => return None,
        }
    }
}

/// The fault of a value that its setting does not accept. The parser's message is the reason, then
/// the setting's name.
fn unreadable(error: &toml::de::Error) -> Fault {
    let error = error.to_string();
    let (reason, setting) = error.trim().rsplit_once("\nin `").unwrap_or((&error, "settings"));
    let advice = match reason.trim().rsplit_once(", expected ") {
        Some((fault, words)) if fault.starts_with("unknown variant") => {
            format!("must be {}", words.replace("one of ", "one of: ").replace('`', ""))
        }
        Some(_) => "has a value that is too large or of the wrong kind".to_owned(),
        None => reason.trim().replace('\n', " "),
    };
    Fault { setting: setting.trim_end_matches('`').to_owned(), advice }
}
