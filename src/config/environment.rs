//! Settings from environment variables, and secrets from the files that variables name.
//!
//! A variable without a value counts as unset, for every setting: compose files and unit files pass such variables for
//! whatever is not filled in. A *file* without a value is a fault: it was meant to hold a secret, and a gateway without
//! its `DATABASE_URL` would serve another, empty database.

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use toml::Table;

use super::Sources;
use super::values::{Fault, set, setting_names};

/// Prefix of the variables.
const PREFIX: &str = "FLUENCE_";
pub(super) const DATABASE_URL: &str = "DATABASE_URL";
/// The password of the database, which may hold any characters; in a URL some mean something else.
pub(super) const DATABASE_PASSWORD: &str = "DATABASE_PASSWORD";
pub(super) const PEPPER: &str = "FLUENCE_PEPPER";
pub(super) const PREVIOUS_PEPPER: &str = "FLUENCE_PREVIOUS_PEPPER";
pub(super) const ENRICHMENT_CREDENTIAL: &str = "FLUENCE_ENRICHMENT_CREDENTIAL";
pub(super) const REDIS_URL: &str = "FLUENCE_REDIS_URL";
/// Settings that may also come from a file, named by the variable with `_FILE` behind it.
pub(super) const SECRETS: [&str; 6] =
    [DATABASE_URL, DATABASE_PASSWORD, PEPPER, PREVIOUS_PEPPER, ENRICHMENT_CREDENTIAL, REDIS_URL];
/// Names that begin with the prefix and are no settings.
const NOT_SETTINGS: [&str; 4] = ["FLUENCE_CONFIG", "FLUENCE_KEY", "FLUENCE_ESSAYS", "FLUENCE_OPERATOR"];
/// Names that documents for clients use for the variables of a client's own program.
const CLIENT_VARIABLES: [&str; 3] = ["FLUENCE_API_KEY", "FLUENCE_PORTUGUESE_URL", "FLUENCE_ENGLISH_URL"];
/// Names that are less alike are not suggested.
const LEAST_LIKENESS: f64 = 0.6;

impl Sources {
    /// The value of a variable that is set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The variables that are set though they belong to clients; the program ignores them.
    pub fn ignored_variables(&self) -> Vec<&'static str> {
        CLIENT_VARIABLES.into_iter().filter(|name| self.variable(name).is_some()).collect()
    }
}

/// Lays the environment over what other sources say.
pub(super) fn apply(values: &mut Table, sources: &Sources, faults: &mut Vec<Fault>) {
    let names = setting_names(values, "");
    for variable in sources.environment.keys().map(String::as_str).filter(|name| name.starts_with(PREFIX)) {
        let Some(text) = sources.variable(variable) else { continue };
        let secret = variable.strip_suffix("_FILE").unwrap_or(variable);
        if NOT_SETTINGS.contains(&variable)
            || CLIENT_VARIABLES.contains(&variable)
            || SECRETS.contains(&secret)
        {
            continue;
        }
        match names.iter().find(|name| variable_of(name) == variable) {
            Some(name) => set(values, name, text.trim(), variable, faults),
            None => {
                let known = names.iter().map(|name| variable_of(name));
                faults.push(no_such_setting(variable.to_owned(), variable, known));
            }
        }
    }
}

/// The variable of a setting.
pub(super) fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.replace('.', "_").to_uppercase())
}

/// The fault of a name that is no setting's, with the one that was probably meant.
pub(super) fn no_such_setting(setting: String, name: &str, known: impl Iterator<Item = String>) -> Fault {
    let bare = name.strip_prefix(PREFIX).unwrap_or(name);
    let likeness = |other: &str| {
        let other = other.strip_prefix(PREFIX).unwrap_or(other);
        // Most often the section is left out.
        let is_end = other.strip_suffix(bare).is_some_and(|section| section.ends_with(['_', '.']));
        if is_end { 1.0 } else { strsim::normalized_damerau_levenshtein(bare, other) }
    };
    let nearest = known.map(|other| (likeness(&other), other)).max_by(|a, b| a.0.total_cmp(&b.0));
    let advice = match nearest {
        Some((likeness, meant)) if likeness >= LEAST_LIKENESS => {
            format!("no such setting; did you mean {meant}?")
        }
        _ => "no such setting; `fluence config show --defaults` lists them all".to_owned(),
    };
    Fault { setting, advice }
}

/// A secret without the blanks around it. A password may begin and end with blanks; an editor's line end is none of it.
fn trimmed<'s>(name: &str, text: &'s str) -> &'s str {
    if name == DATABASE_PASSWORD { text.trim_end_matches(['\r', '\n']) } else { text.trim() }
}

/// A secret from its variable, or from the file that `NAME_FILE` names.
pub(super) fn secret(sources: &Sources, name: &str, faults: &mut Vec<Fault>) -> Option<SecretString> {
    let file = format!("{name}_FILE");
    let mut faulty = |advice: String| {
        faults.push(Fault { setting: file.clone(), advice });
        None
    };
    match (sources.variable(name), sources.variable(&file)) {
        (Some(_), Some(_)) => faulty(format!("set either this or {name}, not both")),
        (Some(text), None) => Some(SecretString::from(trimmed(name, text))),
        (None, Some(path)) => match std::fs::read_to_string(path.trim()).map(Zeroizing::new) {
            Ok(text) if text.trim().is_empty() => faulty("names a file that holds nothing".to_owned()),
            Ok(text) => Some(SecretString::from(trimmed(name, &text))),
            Err(error) => faulty(format!("names a file that cannot be read: {error}")),
        },
        (None, None) => None,
    }
}
