//! Settings from environment variables, and secrets from the files that variables name.
//!
//! A variable without a value counts as unset: compose files and unit files pass such variables for
//! what is not filled in. An empty *file* is a fault: it was meant to contain a secret, and a
//! gateway without its `DATABASE_URL` would serve another, empty database.

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::Sources;
use super::fault::{Fault, PREFIX, SECRET_SETTINGS, no_such_setting, variable_of};
use super::layers::{Layers, setting_names};
use super::renamed::{RENAMED, both_names};

pub(super) const DATABASE_URL: &str = "DATABASE_URL";
/// The password of the database. Unlike in a URL, no character has a special meaning.
pub(super) const DATABASE_PASSWORD: &str = "DATABASE_PASSWORD";
/// Names with the prefix that are not settings.
const NOT_SETTINGS: [&str; 4] = ["FLUENCE_CONFIG", "FLUENCE_KEY", "FLUENCE_ESSAYS", "FLUENCE_OPERATOR"];
/// Names that the documents use for variables of client programs.
const CLIENT_VARIABLES: [&str; 3] = ["FLUENCE_API_KEY", "FLUENCE_PORTUGUESE_URL", "FLUENCE_ENGLISH_URL"];

/// Variables whose value may also come from a file, which the variable `NAME_FILE` names.
pub(super) fn secret_variables() -> impl Iterator<Item = String> {
    let of_database = [DATABASE_URL, DATABASE_PASSWORD].map(str::to_owned);
    of_database.into_iter().chain(SECRET_SETTINGS.map(variable_of))
}

impl Sources {
    /// The value of a variable. A blank value counts as unset.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The files that hold secrets, with the variables that name them.
    pub fn secret_files(&self) -> Vec<(String, &str)> {
        let variables = secret_variables().map(|name| format!("{name}_FILE"));
        variables
            .filter_map(|variable| self.variable(&variable).map(|path| (variable.clone(), path.trim())))
            .collect()
    }

    /// The variables that are set and belong to client programs. The gateway ignores them.
    pub fn ignored_variables(&self) -> Vec<&'static str> {
        CLIENT_VARIABLES.into_iter().filter(|name| self.variable(name).is_some()).collect()
    }
}

pub(super) fn overlay(layers: &mut Layers, sources: &Sources) {
    let names = setting_names(&layers.values, "");
    for variable in sources.environment.keys().map(String::as_str).filter(|name| name.starts_with(PREFIX)) {
        let Some(text) = sources.variable(variable) else { continue };
        let secret = variable.strip_suffix("_FILE").unwrap_or(variable);
        if NOT_SETTINGS.contains(&variable)
            || CLIENT_VARIABLES.contains(&variable)
            || secret_variables().any(|name| name == secret)
        {
            continue;
        }
        if let Some(name) = names.iter().find(|name| variable_of(name) == variable) {
            layers.overlay_text(name, text.trim(), variable.to_owned());
        } else if let Some((_, current)) = RENAMED.iter().find(|(name, _)| variable_of(name) == variable) {
            let current_variable = variable_of(current);
            if sources.variable(&current_variable).is_some() {
                layers.faults.push(Fault::new(variable, both_names(&current_variable)));
            } else {
                layers.overlay_text(current, text.trim(), variable.to_owned());
            }
        } else {
            let known = names.iter().map(|name| variable_of(name));
            layers.faults.push(no_such_setting(variable.to_owned(), variable, known));
        }
    }
}

/// Trims a secret. A password may begin and end with blanks, so only the line end of an editor is
/// removed from it.
fn trimmed<'s>(name: &str, text: &'s str) -> &'s str {
    if name == DATABASE_PASSWORD { text.trim_end_matches(['\r', '\n']) } else { text.trim() }
}

/// Reads a secret from its variable, or from the file that `NAME_FILE` names.
pub(super) fn secret(sources: &Sources, name: &str, layers: &mut Layers) -> Option<SecretString> {
    let file = format!("{name}_FILE");
    let (origin, text) = match (sources.variable(name), sources.variable(&file)) {
        (Some(_), Some(_)) => (file, Err(format!("and {name} are both set: set one of them"))),
        (Some(text), None) => (name.to_owned(), Ok(SecretString::from(trimmed(name, text)))),
        (None, Some(path)) => {
            let text = match std::fs::read_to_string(path.trim()).map(Zeroizing::new) {
                Ok(text) if text.trim().is_empty() => Err("names an empty file".to_owned()),
                Ok(text) => Ok(SecretString::from(trimmed(name, &text))),
                Err(error) => Err(format!("names a file that cannot be read: {error}")),
            };
            (file, text)
        }
        (None, None) => return None,
    };
    match text {
        Ok(secret) => {
            if let Some(setting) = SECRET_SETTINGS.into_iter().find(|setting| variable_of(setting) == name) {
                layers.came_from(setting, origin);
            }
            Some(secret)
        }
        Err(advice) => {
            layers.faults.push(Fault::new(origin, advice));
            None
        }
    }
}
