//! Earlier names of settings.

use super::*;
use crate::config::renamed::RENAMED;

fn file(text: String) -> Sources {
    Sources { file: Some(("f.toml".to_owned(), text)), ..Sources::default() }
}

/// A setting in a file, with its section.
fn line(name: &str, value: i64) -> String {
    let (section, key) = name.split_once('.').unwrap();
    format!("[{section}]\n{key} = {value}\n")
}

/// A valid value that is not the default.
fn other_value(setting: &str) -> i64 {
    slot(&mut DEFAULTS.parse().unwrap(), setting).unwrap().as_integer().unwrap() - 1
}

#[test]
fn earlier_names_are_no_settings_and_stand_for_one() {
    let names = all_names();
    for (earlier, current) in RENAMED {
        let is_setting = |name: &str| names.iter().any(|setting| setting == name);
        assert!(!is_setting(earlier) && is_setting(current), "{earlier}");
        assert_eq!(earlier.split_once('.').unwrap().0, current.split_once('.').unwrap().0);
    }
}

#[test]
fn an_earlier_name_sets_what_the_current_one_sets() {
    let defaults = shown(&load(&Sources::default()).unwrap());
    for (earlier, current) in RENAMED {
        let value = other_value(current);
        let expected = shown(&load(&file(line(current, value))).unwrap());
        assert_ne!(expected, defaults, "{current}");
        assert_eq!(shown(&load(&file(line(earlier, value))).unwrap()), expected, "{earlier}");
        for name in [earlier, current] {
            let variable = environment(&[(&variable_of(name), &value.to_string())]);
            assert_eq!(shown(&load(&variable).unwrap()), expected, "{name}");
        }
    }
}

#[test]
fn both_names_in_one_source_are_a_fault() {
    let text = "[keys]\ntrust_ms = 1\ncache_ttl_ms = 1\n".to_owned();
    let error = load(&file(text)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the configuration has 1 fault:\n  keys.trust_ms in f.toml, line 2, column 1: is the earlier name of \
         keys.cache_ttl_ms, and both are set. Set only keys.cache_ttl_ms"
    );
    for (earlier, current) in RENAMED {
        let (earlier, current) = (variable_of(earlier), variable_of(current));
        let value = "3";
        let error = load(&environment(&[(&earlier, value), (&current, value)])).unwrap_err();
        let both = error.0.iter().find(|fault| fault.setting == earlier).unwrap();
        assert!(both.advice.ends_with(&format!("Set only {current}")), "{error}");
    }
    let one_is_empty = environment(&[("FLUENCE_KEYS_TRUST_MS", "20"), ("FLUENCE_KEYS_CACHE_TTL_MS", "")]);
    assert!(load(&one_is_empty).is_ok());
}

#[test]
fn a_later_source_wins_under_either_name() {
    let mut sources = environment(&[("FLUENCE_KEYS_TRUST_MS", "7")]);
    sources.file = Some(("f.toml".to_owned(), line("keys.cache_ttl_ms", 3)));
    assert_eq!(load(&sources).unwrap().keys.cache_ttl.as_millis(), 7);
    let mut sources = environment(&[("FLUENCE_KEYS_CACHE_TTL_MS", "7")]);
    sources.file = Some(("f.toml".to_owned(), line("keys.trust_ms", 3)));
    assert_eq!(load(&sources).unwrap().keys.cache_ttl.as_millis(), 7);
}

#[test]
fn a_fault_names_the_earlier_name_that_was_written() {
    assert_eq!(
        faulty(&environment(&[("FLUENCE_KEYS_UNHEARD_TRUST_MS", "5000")])),
        ["FLUENCE_KEYS_UNHEARD_TRUST_MS"]
    );
    assert_eq!(
        faulty(&file(line("console.password_min", 3))),
        ["console.password_min in f.toml, line 2, column 1"]
    );
}

#[test]
fn a_quoted_earlier_name_with_a_dot_is_no_setting() {
    let error = load(&file("\"keys.trust_ms\" = 3".to_owned())).unwrap_err();
    assert!(error.0[0].advice.starts_with("no such setting"), "{error}");
}
