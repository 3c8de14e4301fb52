//! Loading: defaults, then a file, then the environment; every fault is found before any is reported.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use secrecy::zeroize::{Zeroize, Zeroizing};
use toml::{Table, Value};

use super::Settings;

/// The defaults, compiled in.
const DEFAULTS: &str = include_str!("../../config/default.toml");
/// Prefix of the environment variables.
const PREFIX: &str = "FLUENCE_";
/// Settings that may come from a file of their own.
const PEPPER: &str = "FLUENCE_PEPPER";
const PREVIOUS_PEPPER: &str = "FLUENCE_PREVIOUS_PEPPER";
const ENRICHMENT_CREDENTIAL: &str = "FLUENCE_ENRICHMENT_CREDENTIAL";
const REDIS_URL: &str = "FLUENCE_REDIS_URL";
const SECRETS: [&str; 4] = [PEPPER, PREVIOUS_PEPPER, ENRICHMENT_CREDENTIAL, REDIS_URL];
/// The password of the database, which may hold any characters; in a URL some mean something else.
const DATABASE_PASSWORD: &str = "DATABASE_PASSWORD";
/// Names that begin with the prefix and are no settings.
const NOT_SETTINGS: [&str; 3] = ["FLUENCE_CONFIG", "FLUENCE_KEY", "FLUENCE_ESSAYS"];

/// Where settings come from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Name and text of the configuration file, if there is one.
    pub file: Option<(String, String)>,
    /// The process's environment.
    pub environment: BTreeMap<String, String>,
    /// Settings of the command line, by their dotted names.
    pub overrides: Vec<(&'static str, String)>,
    /// Whether the command makes or checks keys, and so cannot do without a pepper.
    pub needs_pepper: bool,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting, as the operator wrote it.
    pub setting: String,
    /// What to write instead.
    pub advice: String,
}

/// Everything that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Fault>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} fault(s):", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {}: {}", fault.setting, fault.advice))
    }
}

impl Sources {
    /// Wipes the texts of secrets, which have been read.
    pub fn wipe(self) {
        let Self { file, environment, .. } = self;
        file.into_iter().for_each(|(_, mut text)| text.zeroize());
        environment.into_values().for_each(|mut value| value.zeroize());
    }
}

/// Reads all sources and checks the result.
pub fn load(sources: &Sources) -> Result<Settings, ConfigError> {
    let mut faults = Vec::new();
    let mut values: Table = DEFAULTS.parse().map_err(|error: toml::de::Error| {
        ConfigError(vec![Fault { setting: "config/default.toml".into(), advice: error.message().into() }])
    })?;
    if let Some((name, text)) = &sources.file {
        match text.parse::<Table>() {
            Ok(file) => merge(&mut values, file, name, "", &mut faults),
            Err(error) => faults.push(Fault { setting: name.clone(), advice: error.to_string() }),
        }
    }
    apply_environment(&mut values, &sources.environment, &mut faults);
    for (name, text) in &sources.overrides {
        set(&mut values, name, text, &format!("--{name}"), &mut faults);
    }
    let settings =
        values.try_into::<Settings>().map_err(|error: toml::de::Error| unreadable(&error.to_string()));
    match settings {
        Ok(mut settings) => {
            settings.database_url = secret(&sources.environment, "DATABASE_URL", &mut faults);
            settings.database_password = secret(&sources.environment, DATABASE_PASSWORD, &mut faults);
            let secrets = [
                (PEPPER, &mut settings.pepper),
                (PREVIOUS_PEPPER, &mut settings.previous_pepper),
                (ENRICHMENT_CREDENTIAL, &mut settings.enrichment.credential),
                (REDIS_URL, &mut settings.redis_url),
            ];
            for (name, slot) in secrets {
                if let Some(secret) = secret(&sources.environment, name, &mut faults) {
                    *slot = secret;
                }
            }
            faults.extend(settings.faults(sources.needs_pepper));
            if faults.is_empty() { Ok(settings) } else { Err(ConfigError(faults)) }
        }
        Err(fault) => {
            faults.push(fault);
            Err(ConfigError(faults))
        }
    }
}

/// A value that is none of its setting's; the parser names the setting behind the reason.
fn unreadable(error: &str) -> Fault {
    let (reason, setting) = error.trim().rsplit_once("\nin `").unwrap_or((error, "settings"));
    Fault { setting: setting.trim_end_matches('`').to_owned(), advice: reason.replace('\n', " ") }
}

/// Lays a file over the defaults; what the defaults do not know is a fault.
fn merge(values: &mut Table, file: Table, source: &str, path: &str, faults: &mut Vec<Fault>) {
    for (key, value) in file {
        let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (values.get_mut(&key), value) {
            (Some(Value::Table(known)), Value::Table(section)) => {
                merge(known, section, source, &name, faults)
            }
            (Some(known), value) if known.same_type(&value) => *known = value,
            (Some(known), _) => faults.push(Fault {
                setting: format!("{name} in {source}"),
                advice: format!("must be {}", known.type_str()),
            }),
            (None, _) => faults.push(Fault {
                setting: format!("{name} in {source}"),
                advice: "no such setting; config/default.toml lists them all".into(),
            }),
        }
    }
}

fn apply_environment(values: &mut Table, environment: &BTreeMap<String, String>, faults: &mut Vec<Fault>) {
    let names = setting_names(values, "");
    for (variable, text) in environment.iter().filter(|(name, _)| name.starts_with(PREFIX)) {
        let secret = variable.strip_suffix("_FILE").unwrap_or(variable);
        if NOT_SETTINGS.contains(&variable.as_str()) || SECRETS.contains(&secret) {
            continue;
        }
        let known = names.iter().find(|name| &variable_of(name) == variable);
        match known {
            Some(name) => set(values, name, text, variable, faults),
            None => faults.push(Fault {
                setting: variable.clone(),
                advice: "no such setting; config/default.toml lists them all".into(),
            }),
        }
    }
}

fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_").to_uppercase())
}

fn setting_names(values: &Table, path: &str) -> Vec<String> {
    values
        .iter()
        .flat_map(|(key, value)| {
            let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match value {
                Value::Table(section) => setting_names(section, &name),
                _ => vec![name],
            }
        })
        .collect()
}

/// Sets one value from text, read as the type its default has.
fn set(values: &mut Table, name: &str, text: &str, source: &str, faults: &mut Vec<Fault>) {
    let slot = match name.split_once('.') {
        Some((section, key)) => {
            values.get_mut(section).and_then(Value::as_table_mut).and_then(|table| table.get_mut(key))
        }
        None => values.get_mut(name),
    };
    let Some(slot) = slot else { return };
    let read = match slot {
        Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
        Value::Float(_) => text.trim().parse().ok().map(Value::Float),
        Value::Boolean(_) => text.trim().parse().ok().map(Value::Boolean),
        Value::Array(_) => Some(Value::Array(
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect(),
        )),
        _ => Some(Value::from(text)),
    };
    match read {
        Some(value) => *slot = value,
        None => {
            let advice = format!("must be {}", slot.type_str());
            faults.push(Fault { setting: source.into(), advice });
        }
    }
}

/// A secret from its variable, or from the file that `NAME_FILE` points to.
fn secret(
    environment: &BTreeMap<String, String>,
    name: &str,
    faults: &mut Vec<Fault>,
) -> Option<SecretString> {
    let file = format!("{name}_FILE");
    let text = Zeroizing::new(match (environment.get(name), environment.get(&file)) {
        (Some(_), Some(_)) => {
            let advice = format!("set either this or {name}, not both");
            faults.push(Fault { setting: file, advice });
            return None;
        }
        (Some(text), None) => text.clone(),
        (None, Some(path)) => match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                faults.push(Fault { setting: file, advice: format!("cannot be read: {error}") });
                return None;
            }
        },
        (None, None) => return None,
    });
    // A password may begin and end with blanks; an editor's line end is none of it.
    let text = if name == DATABASE_PASSWORD { text.trim_end_matches(['\r', '\n']) } else { text.trim() };
    (!text.is_empty()).then(|| SecretString::from(text))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_value_that_cannot_be_read_names_its_setting() {
        let environment = [("FLUENCE_SERVER_TRUSTED_PROXIES".to_owned(), "10.0.0.0/8,nonsense".to_owned())];
        let sources = Sources { environment: environment.into(), ..Sources::default() };
        let faults = load(&sources).unwrap_err().0;
        assert_eq!(faults[0].setting, "server.trusted_proxies");
        assert!(faults[0].advice.contains("address"), "{faults:?}");
    }

    fn environment(pairs: &[(&str, &str)]) -> Sources {
        let environment = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Sources { environment, ..Sources::default() }
    }

    fn faulty(sources: &Sources) -> Vec<String> {
        load(sources).unwrap_err().0.into_iter().map(|fault| fault.setting).collect()
    }

    #[test]
    fn the_defaults_are_a_valid_configuration() {
        let settings = load(&Sources::default()).unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:8000");
        assert!(settings.database_url.is_none());
    }

    #[test]
    fn the_environment_wins_over_the_file_and_the_command_line_over_both() {
        let mut sources = environment(&[("FLUENCE_SERVER_DRAIN_S", "7"), ("FLUENCE_LISTEN", "127.0.0.1:2")]);
        sources.file = Some(("f.toml".into(), "listen = \"127.0.0.1:1\"\n[server]\ndrain_s = 3".into()));
        sources.overrides = vec![("listen", "127.0.0.1:3".into())];
        let settings = load(&sources).unwrap();
        assert_eq!((settings.server.drain_s, settings.listen.port()), (7, 3));
    }

    #[test]
    fn every_fault_is_reported_at_once() {
        let mut sources = environment(&[
            ("FLUENCE_SERVER_DRAIN_S", "soon"),
            ("FLUENCE_COLOUR", "red"),
            ("FLUENCE_CALLS_DEADLINE_S", "0"),
        ]);
        sources.file = Some(("f.toml".into(), "region = 3\nshoes = 2".into()));
        let faults = faulty(&sources);
        for expected in [
            "region in f.toml",
            "shoes in f.toml",
            "FLUENCE_SERVER_DRAIN_S",
            "FLUENCE_COLOUR",
            "calls.deadline_s",
        ] {
            assert!(faults.iter().any(|fault| fault == expected), "{expected} is missing in {faults:?}");
        }
    }

    #[test]
    fn a_call_may_not_outlive_its_hold() {
        assert_eq!(faulty(&environment(&[("FLUENCE_CALLS_DEADLINE_S", "60")])), ["calls.deadline_s"]);
    }

    #[test]
    fn an_own_database_needs_a_pepper_where_keys_are_made() {
        let mut sources = environment(&[("DATABASE_URL", "postgresql://me@db.example/fluence")]);
        assert!(load(&sources).is_ok());
        sources.needs_pepper = true;
        assert_eq!(faulty(&sources), ["FLUENCE_PEPPER"]);
    }

    #[test]
    fn a_database_url_that_is_none_is_refused_without_being_shown() {
        let mut sources = environment(&[("DATABASE_URL", "mysql://me:hunter2@db.example/x")]);
        sources.environment.insert("FLUENCE_PEPPER".into(), "0".repeat(64));
        let error = load(&sources).unwrap_err();
        let settings: Vec<_> = error.0.iter().map(|fault| fault.setting.as_str()).collect();
        assert_eq!(settings, ["DATABASE_URL", "FLUENCE_PEPPER"]);
        assert!(!error.to_string().contains("hunter2"));
    }

    #[test]
    fn a_password_of_the_database_may_hold_anything_and_belongs_to_a_url() {
        let url = ("DATABASE_URL", "postgresql://me@db.example/fluence");
        let settings = load(&environment(&[url, ("DATABASE_PASSWORD", " a@b/c:%?# ")])).unwrap();
        assert_eq!(settings.database_password.as_ref().unwrap().expose_secret(), " a@b/c:%?# ");
        let shown = toml::to_string(&settings).unwrap();
        assert!(shown.contains("database_password = \"[REDACTED]\"") && !shown.contains("a@b"), "{shown}");
        assert_eq!(faulty(&environment(&[("DATABASE_PASSWORD", "x")])), ["DATABASE_PASSWORD"]);
    }

    #[test]
    fn what_is_no_redis_url_is_refused_without_being_shown() {
        for url in
            ["http://:hunter2@cache.example", "redis://:hunter2@one.example,unix:///x", "redis://", ","]
        {
            let error = load(&environment(&[("FLUENCE_REDIS_URL", url)])).unwrap_err();
            assert_eq!(error.0[0].setting, "FLUENCE_REDIS_URL", "{url}");
            assert!(!error.to_string().contains("hunter2"));
        }
        for url in
            ["redis://cache.example", "rediss://me:hunter2@one.example:7000, rediss://two.example:7000"]
        {
            assert!(load(&environment(&[("FLUENCE_REDIS_URL", url)])).is_ok(), "{url}");
        }
    }

    #[test]
    fn settings_are_shown_without_their_secrets() {
        let pepper = "0123456789abcdef".repeat(4);
        let url = "postgresql://me:hunter2@db.example/fluence";
        let redis = ("FLUENCE_REDIS_URL", "redis://me:hunter2@cache.example");
        let settings =
            load(&environment(&[("FLUENCE_PEPPER", &pepper), ("DATABASE_URL", url), redis])).unwrap();
        let shown = toml::to_string(&settings).unwrap();
        assert!(shown.contains("pepper = \"[REDACTED]\""), "{shown}");
        assert!(shown.contains("database_url = \"[REDACTED]\""), "{shown}");
        assert!(shown.contains("redis_url = \"[REDACTED]\""), "{shown}");
        assert!(!shown.contains(&pepper) && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_secret_in_the_settings_does_not_show_when_they_are_printed() {
        let pepper = "0123456789abcdef".repeat(4);
        let settings = load(&environment(&[("FLUENCE_PEPPER", &pepper)])).unwrap();
        assert!(!format!("{settings:?}").contains(&pepper));
    }
}
