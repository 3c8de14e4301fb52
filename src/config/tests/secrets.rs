//! Secrets: where they may come from, and that nothing shows them.

use secrecy::ExposeSecret;

use super::super::environment::secret_variables;
use super::super::fault::variable_of;
use super::super::{Fault, Sources, load};
use super::{all_names, environment, faulty, shown};
use crate::scratch::Scratch;
use crate::secret::generate_pepper;

const CANARY: &str = "canarycanary";

/// A file with this text, removed when the test ends.
struct TextFile {
    path: std::path::PathBuf,
    _folder: Scratch,
}

impl TextFile {
    fn new(text: &str) -> Self {
        let folder = Scratch::new("settings");
        let path = folder.join("secret");
        std::fs::write(&path, text).unwrap();
        Self { path, _folder: folder }
    }

    fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

#[test]
fn every_secret_of_the_settings_is_one_that_may_come_from_a_file() {
    let files: Vec<TextFile> = [
        "postgresql://me@db.example/fluence",
        "any characters: @/?#",
        &generate_pepper(),
        &generate_pepper(),
        "credential",
        "redis://cache.example",
        "smtps://me:password@mail.example:465",
    ]
    .into_iter()
    .map(TextFile::new)
    .collect();
    let names: Vec<String> = secret_variables().map(|name| format!("{name}_FILE")).collect();
    let mut pairs: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(files.iter().map(TextFile::path)).collect();
    pairs.push(("FLUENCE_PEPPER_VERSION", "2"));
    pairs.push(("FLUENCE_PREVIOUS_PEPPER_VERSION", "1"));
    let settings = load(&environment(&pairs)).unwrap();
    assert_eq!(shown(&settings).matches("[REDACTED]").count(), names.len());
}

#[test]
fn an_empty_secret_beside_its_file_counts_as_unset() {
    let file = TextFile::new(&generate_pepper());
    let pairs = [("FLUENCE_PEPPER", ""), ("FLUENCE_PEPPER_FILE", file.path())];
    assert!(load(&environment(&pairs)).unwrap().peppers().unwrap().is_some());
}

#[test]
fn a_file_that_holds_nothing_is_a_fault_for_every_secret() {
    for name in secret_variables() {
        for text in ["", " \n"] {
            let file = TextFile::new(text);
            let variable = format!("{name}_FILE");
            let error = load(&environment(&[(&variable, file.path())])).unwrap_err();
            let advice = "names an empty file".to_owned();
            assert_eq!(error.0, [Fault { setting: variable, advice }]);
        }
    }
}

#[test]
fn no_fault_of_a_file_shows_a_value() {
    let names = ["pepper", "previous_pepper", "redis_url", "enrichment.credential", "enrichment.url"];
    for name in names.into_iter().map(str::to_owned).chain(all_names()) {
        for line in [
            format!("{name} = \"{CANARY}"),
            format!("{name} = '{CANARY}"),
            format!("{name} = \"\"\"{CANARY}"),
            format!("{name} = {CANARY}"),
            format!("{name} = 1{CANARY}"),
            format!("{name} = \"{CANARY}\" {CANARY}"),
            format!("{name} = \"\\q{CANARY}\""),
            format!("{name}: {CANARY}"),
            format!("{name} {CANARY}"),
            format!("{name} = \"{CANARY}\"\n{name} = \"{CANARY}\""),
            format!("{name} = [\"{CANARY}\"]"),
            format!("{name} = {{ value = \"{CANARY}\" }}"),
            format!("{name} = \"https://me:{CANARY}@a b\""),
        ] {
            let file = Some(("f.toml".to_owned(), format!("# settings\n{line}\n")));
            let Err(error) = load(&Sources { file, ..Sources::default() }) else { continue };
            assert!(!error.to_string().contains(CANARY), "{line}: {error}");
            assert!(!format!("{error:?}").contains(CANARY), "{line}: {error:?}");
        }
    }
}

#[test]
fn no_fault_of_a_variable_shows_its_value() {
    let names = all_names().into_iter().map(|name| variable_of(&name));
    for variable in names.chain(secret_variables()) {
        for value in [CANARY.to_owned(), format!("[\"{CANARY}"), format!("http://me:{CANARY}@x y")] {
            let Err(error) = load(&environment(&[(&variable, &value)])) else { continue };
            assert!(!format!("{error} {error:?}").contains(CANARY), "{variable}: {error}");
        }
    }
}

#[test]
fn a_weak_pepper_is_refused_but_may_be_replaced() {
    let weak = "0123456789abcdef".repeat(4);
    assert_eq!(faulty(&environment(&[("FLUENCE_PEPPER", &weak)])), ["FLUENCE_PEPPER"]);
    let strong = generate_pepper();
    let replacing = environment(&[
        ("FLUENCE_PEPPER", &strong),
        ("FLUENCE_PEPPER_VERSION", "2"),
        ("FLUENCE_PREVIOUS_PEPPER", &weak),
        ("FLUENCE_PREVIOUS_PEPPER_VERSION", "1"),
    ]);
    assert!(load(&replacing).is_ok());
}

#[test]
fn an_own_database_needs_a_pepper_where_keys_are_made() {
    let mut sources = environment(&[("DATABASE_URL", "postgresql://me@db.example/fluence")]);
    assert!(load(&sources).is_ok());
    sources.needs_pepper = true;
    assert_eq!(faulty(&sources), ["FLUENCE_PEPPER"]);
}

#[test]
fn a_file_of_a_secret_that_cannot_be_used_is_the_only_fault() {
    let empty = TextFile::new("\n");
    let url = ("DATABASE_URL", "postgresql://me@db.example/fluence");
    for file in ["/nope", empty.path()] {
        let previous = generate_pepper();
        let replaced = ("FLUENCE_PREVIOUS_PEPPER", &*previous);
        let mut sources = environment(&[url, ("FLUENCE_PEPPER_FILE", file), replaced]);
        sources.needs_pepper = true;
        assert_eq!(faulty(&sources), ["FLUENCE_PEPPER_FILE"], "{file}");
        let sources = environment(&[("DATABASE_URL_FILE", file), ("DATABASE_PASSWORD", "x")]);
        assert_eq!(faulty(&sources), ["DATABASE_URL_FILE"], "{file}");
    }
}

#[test]
fn an_invalid_database_url_is_refused_without_being_shown() {
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
    for url in ["http://:hunter2@cache.example", "redis://:hunter2@one.example,unix:///x", "redis://", ","] {
        let error = load(&environment(&[("FLUENCE_REDIS_URL", url)])).unwrap_err();
        assert_eq!(error.0[0].setting, "FLUENCE_REDIS_URL", "{url}");
        assert!(!error.to_string().contains("hunter2"));
    }
    for url in ["redis://cache.example", "rediss://me:hunter2@one.example:7000, rediss://two.example:7000"] {
        assert!(load(&environment(&[("FLUENCE_REDIS_URL", url)])).is_ok(), "{url}");
    }
}

#[test]
fn settings_are_shown_without_their_secrets() {
    let pepper = generate_pepper();
    let url = "postgresql://me:hunter2@db.example/fluence";
    let redis = ("FLUENCE_REDIS_URL", "redis://me:hunter2@cache.example");
    let settings = load(&environment(&[("FLUENCE_PEPPER", &pepper), ("DATABASE_URL", url), redis])).unwrap();
    let shown = toml::to_string(&settings).unwrap();
    assert!(shown.contains("pepper = \"[REDACTED]\""), "{shown}");
    assert!(shown.contains("database_url = \"[REDACTED]\""), "{shown}");
    assert!(shown.contains("redis_url = \"[REDACTED]\""), "{shown}");
    assert!(!shown.contains(&pepper) && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_secret_in_the_settings_does_not_show_when_they_are_printed() {
    let pepper = generate_pepper();
    let settings = load(&environment(&[("FLUENCE_PEPPER", &pepper)])).unwrap();
    assert!(!format!("{settings:?}").contains(&pepper));
}
