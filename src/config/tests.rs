//! Settings from every source, and every way to get them wrong.

mod check;
mod faults;
mod renamed;
mod secrets;

use super::environment::secret_variables;
use super::fault::variable_of;
use super::layers::{setting_names, slot};
use super::*;

fn environment(pairs: &[(&str, &str)]) -> Sources {
    let environment = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Sources { environment, ..Sources::default() }
}

fn faulty(sources: &Sources) -> Vec<String> {
    load(sources).unwrap_err().0.into_iter().map(|fault| fault.setting).collect()
}

fn all_names() -> Vec<String> {
    setting_names(&DEFAULTS.parse().unwrap(), "")
}

fn shown(settings: &Settings) -> String {
    toml::to_string(settings).unwrap()
}

#[test]
fn an_empty_variable_counts_as_unset_for_every_setting() {
    let variables = all_names().into_iter().map(|name| variable_of(&name));
    let secrets = secret_variables().flat_map(|name| [format!("{name}_FILE"), name]);
    let all: Vec<String> = variables.chain(secrets).chain(["FLUENCE_COLOUR".to_owned()]).collect();
    for empty in ["", " ", "\n"] {
        let pairs: Vec<(&str, &str)> = all.iter().map(|name| (name.as_str(), empty)).collect();
        let settings = load(&environment(&pairs)).unwrap();
        assert_eq!(shown(&settings), shown(&load(&Sources::default()).unwrap()));
        assert!(!settings.has_own_database());
    }
}

#[test]
fn a_list_is_written_with_commas_or_as_in_a_file() {
    for text in ["10.0.0.0/8,127.0.0.1", " 10.0.0.0/8 , 127.0.0.1 ", "[\"10.0.0.0/8\", \"127.0.0.1\"]"] {
        let settings = load(&environment(&[("FLUENCE_SERVER_TRUSTED_PROXIES", text)])).unwrap();
        let networks: Vec<String> = settings.server.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(networks, ["10.0.0.0/8", "127.0.0.1/32"], "{text}");
    }
    let none = load(&environment(&[("FLUENCE_STAGE_PREFIXES", "[]")])).unwrap();
    assert!(none.stage_prefixes.is_empty());
    let error = load(&environment(&[("FLUENCE_STAGE_PREFIXES", "[/prod")])).unwrap_err();
    assert!(error.0[0].advice.contains("commas"), "{error}");
}

#[test]
fn names_that_clients_use_are_ignored() {
    let sources = environment(&[("FLUENCE_API_KEY", "x"), ("FLUENCE_ENGLISH_URL", "")]);
    assert!(load(&sources).is_ok());
    assert_eq!(sources.ignored_variables(), ["FLUENCE_API_KEY"]);
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
    assert_eq!((settings.server.drain.as_secs(), settings.listen.port()), (7, 3));
}

/// The settings that are whole numbers.
fn numbers() -> Vec<String> {
    let mut defaults: toml::Table = DEFAULTS.parse().unwrap();
    let is_number = |name: &String| slot(&mut defaults, name).is_some_and(|value| value.is_integer());
    all_names().into_iter().filter(is_number).collect()
}

#[test]
fn no_number_is_so_large_that_it_overflows() {
    for name in numbers() {
        let largest = i64::MAX.to_string();
        let error = load(&environment(&[(&variable_of(&name), &largest)])).unwrap_err();
        assert_eq!(error.0[0].setting, variable_of(&name), "{error}");
        assert!(!error.to_string().contains(&largest), "{error}");
    }
}

#[test]
fn the_settings_have_every_name_of_the_defaults_and_no_other() {
    let shown: toml::Table = shown(&load(&Sources::default()).unwrap()).parse().unwrap();
    assert_eq!(shown, DEFAULTS.parse().unwrap());
}
