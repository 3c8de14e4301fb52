//! Settings from every source, and every way to get them wrong.

use secrecy::ExposeSecret;

use super::environment::SECRETS;
use super::fault::variable_of;
use super::layers::setting_names;
use super::*;
use crate::catalogue::plans::{self, Catalogue};
use crate::secret::generate_pepper;

const CANARY: &str = "canarycanary";

fn all_names() -> Vec<String> {
    setting_names(&DEFAULTS.parse().unwrap(), "")
}

fn shown(settings: &Settings) -> String {
    toml::to_string(settings).unwrap()
}

/// A file with this text, removed when the test ends.
struct TextFile(std::path::PathBuf);

impl TextFile {
    fn new(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("fluence-settings-{:016x}", rand::random::<u64>()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for TextFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
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
    let names = SECRETS.map(|name| format!("{name}_FILE"));
    let mut pairs: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(files.iter().map(TextFile::path)).collect();
    pairs.push(("FLUENCE_PEPPER_VERSION", "2"));
    pairs.push(("FLUENCE_PREVIOUS_PEPPER_VERSION", "1"));
    let settings = load(&environment(&pairs)).unwrap();
    assert_eq!(shown(&settings).matches("[REDACTED]").count(), SECRETS.len());
}

#[test]
fn an_empty_variable_counts_as_unset_for_every_setting() {
    let variables = all_names().into_iter().map(|name| variable_of(&name));
    let secrets = SECRETS.into_iter().flat_map(|name| [name.to_owned(), format!("{name}_FILE")]);
    let all: Vec<String> = variables.chain(secrets).chain(["FLUENCE_COLOUR".to_owned()]).collect();
    for empty in ["", " ", "\n"] {
        let pairs: Vec<(&str, &str)> = all.iter().map(|name| (name.as_str(), empty)).collect();
        let settings = load(&environment(&pairs)).unwrap();
        assert_eq!(shown(&settings), shown(&load(&Sources::default()).unwrap()));
        assert!(!settings.has_own_database());
    }
}

#[test]
fn an_empty_secret_beside_its_file_counts_as_unset() {
    let file = TextFile::new(&generate_pepper());
    let pairs = [("FLUENCE_PEPPER", ""), ("FLUENCE_PEPPER_FILE", file.path())];
    assert!(load(&environment(&pairs)).unwrap().peppers().unwrap().is_some());
}

#[test]
fn a_file_that_holds_nothing_is_a_fault_for_every_secret() {
    for name in SECRETS {
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
    for variable in names.chain(SECRETS.map(str::to_owned)) {
        for value in [CANARY.to_owned(), format!("[\"{CANARY}"), format!("http://me:{CANARY}@x y")] {
            let Err(error) = load(&environment(&[(&variable, &value)])) else { continue };
            assert!(!format!("{error} {error:?}").contains(CANARY), "{variable}: {error}");
        }
    }
}

#[test]
fn invalid_toml_is_reported_by_line_and_column() {
    let text = "region = \"sul\"\n[enrichment]\ncredential = hunter2\n".to_owned();
    let error = load(&Sources { file: Some(("f.toml".into(), text)), ..Sources::default() }).unwrap_err();
    assert_eq!(error.0[0].setting, "f.toml, line 3, column 14");
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
fn a_network_with_host_bits_is_refused_with_the_right_one() {
    let error = load(&environment(&[("FLUENCE_SERVER_TRUSTED_PROXIES", "10.0.0.7/8")])).unwrap_err();
    assert_eq!(error.0[0].setting, "FLUENCE_SERVER_TRUSTED_PROXIES");
    assert!(error.0[0].advice.contains("10.0.0.0/8"), "{error}");
}

#[test]
fn an_unknown_name_is_refused_with_a_similar_one() {
    for (wrong, meant) in [
        ("FLUENCE_LISTN", "FLUENCE_LISTEN"),
        ("FLUENCE_DRAIN_S", "FLUENCE_SERVER_DRAIN_S"),
        ("FLUENCE_LOGLEVEL", "FLUENCE_LOG_LEVEL"),
        ("FLUENCE_SERVER_TRUSTED_PROXY", "FLUENCE_SERVER_TRUSTED_PROXIES"),
    ] {
        let error = load(&environment(&[(wrong, "1")])).unwrap_err();
        assert_eq!(error.0[0].advice, format!("no such setting; did you mean {meant}?"), "{wrong}");
    }
    let file = Some(("f.toml".to_owned(), "[server]\ndrain = 3".to_owned()));
    let error = load(&Sources { file, ..Sources::default() }).unwrap_err();
    assert_eq!(error.0[0].advice, "no such setting; did you mean drain_s?");
    let error = load(&environment(&[("FLUENCE_COLOUR", "red")])).unwrap_err();
    assert!(error.0[0].advice.contains("config show --defaults"), "{error}");
}

#[test]
fn names_that_clients_use_are_ignored() {
    let sources = environment(&[("FLUENCE_API_KEY", "x"), ("FLUENCE_ENGLISH_URL", "")]);
    assert!(load(&sources).is_ok());
    assert_eq!(sources.ignored_variables(), ["FLUENCE_API_KEY"]);
}

#[test]
fn a_misspelt_log_level_is_a_fault() {
    assert_eq!(faulty(&environment(&[("FLUENCE_LOG_LEVEL", "infoo")])), ["FLUENCE_LOG_LEVEL"]);
    assert_eq!(faulty(&environment(&[("FLUENCE_LOG_FORMAT", "yaml")])), ["FLUENCE_LOG_FORMAT"]);
}

#[test]
fn a_stage_prefix_that_hides_a_path_is_a_fault() {
    for prefix in ["/v1", "/crm", "/health"] {
        assert_eq!(faulty(&environment(&[("FLUENCE_STAGE_PREFIXES", prefix)])), ["FLUENCE_STAGE_PREFIXES"]);
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
fn believing_every_proxy_and_placeholders_in_public_are_worth_a_warning() {
    let warnings = |pairs: &[(&str, &str)]| load(&environment(pairs)).unwrap().warnings();
    assert!(warnings(&[]).is_empty());
    assert_eq!(warnings(&[("FLUENCE_SERVER_TRUSTED_PROXIES", "0.0.0.0/0")]).len(), 1);
    let public = [("FLUENCE_LISTEN", "0.0.0.0:8000")];
    let warning = &warnings(&public)[0];
    assert!(warning.contains("support_contact"), "{warning}");
    // The gateway's own pages explain the errors and the prices.
    assert!(!warning.contains("docs_url") && !warning.contains("upgrade_url"), "{warning}");
    let elsewhere = [public[0], ("FLUENCE_UPGRADE_URL", "https://example.com/upgrade")];
    assert!(warnings(&elsewhere)[0].contains("upgrade_url"));
}

#[test]
fn every_unreadable_value_is_reported() {
    let pairs = [
        ("FLUENCE_LISTEN", ":8000"),
        ("FLUENCE_METRICS_LISTEN", "9100"),
        ("FLUENCE_PEPPER_VERSION", "99999999999"),
    ];
    assert_eq!(faulty(&environment(&pairs)).len(), 3);
    assert!(load(&environment(&[("FLUENCE_LISTEN", "localhost:9000")])).is_ok());
}

#[test]
fn a_value_that_cannot_be_read_names_its_setting() {
    let environment = [("FLUENCE_SERVER_TRUSTED_PROXIES".to_owned(), "10.0.0.0/8,nonsense".to_owned())];
    let sources = Sources { environment: environment.into(), ..Sources::default() };
    let faults = load(&sources).unwrap_err().0;
    assert_eq!(faults[0].setting, "FLUENCE_SERVER_TRUSTED_PROXIES");
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
    assert_eq!((settings.server.drain.as_secs(), settings.listen.port()), (7, 3));
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
        "region in f.toml, line 1, column 1",
        "shoes in f.toml, line 2, column 1",
        "FLUENCE_SERVER_DRAIN_S",
        "FLUENCE_COLOUR",
        "FLUENCE_CALLS_DEADLINE_S",
    ] {
        assert!(faults.iter().any(|fault| fault == expected), "{expected} is missing in {faults:?}");
    }
}

#[test]
fn a_port_or_host_that_does_not_exist_is_a_fault_of_every_url() {
    for (variable, url) in [
        ("FLUENCE_BASE_URL", "https://HOST"),
        ("FLUENCE_OPERATOR_BASE_URL", "https://HOST"),
        ("FLUENCE_UPGRADE_URL", "https://HOST/plans#prices"),
        ("FLUENCE_DOCS_URL", "https://HOST/errors"),
        ("FLUENCE_ENRICHMENT_URL", "https://HOST/lookup"),
        ("FLUENCE_LEAKS_GITHUB_KEYS_URL", "https://HOST/keys"),
        ("FLUENCE_REDIS_URL", "redis://HOST"),
        ("DATABASE_URL", "postgresql://me@HOST/fluence"),
        ("FLUENCE_MAIL_SMTP_URL", "smtps://me:password@HOST"),
    ] {
        let with = |host: &str| {
            environment(&[(variable, &url.replace("HOST", host)), ("FLUENCE_LEAKS_GITHUB", "true")])
        };
        assert_eq!(faulty(&with("acme.test:99999")), [variable]);
        assert!(load(&with("acme.test:8443")).is_ok(), "{variable}");
        if url.starts_with("https://") {
            assert_eq!(faulty(&with("acme..test")), [variable]);
            assert_eq!(faulty(&with("me:password@acme.test")), [variable]);
        }
    }
    assert!(load(&environment(&[("FLUENCE_UPGRADE_URL", "/plans")])).is_ok());
}

#[test]
fn listeners_have_addresses_of_their_own() {
    for (listen, metrics, is_valid) in [
        ("127.0.0.1:8000", "127.0.0.1:8000", false),
        ("0.0.0.0:8000", "127.0.0.1:8000", false),
        ("127.0.0.1:8000", "0.0.0.0:8000", false),
        ("[::]:8000", "127.0.0.1:8000", false),
        ("0.0.0.0:8000", "[::1]:8000", true),
        ("127.0.0.1:8000", "127.0.0.2:8000", true),
        ("127.0.0.1:8000", "127.0.0.1:9100", true),
        ("127.0.0.1:0", "127.0.0.1:0", true),
    ] {
        let pairs = [("FLUENCE_LISTEN", listen), ("FLUENCE_METRICS_LISTEN", metrics)];
        let faults = load(&environment(&pairs)).err().map(|error| error.0).unwrap_or_default();
        let faults: Vec<_> = faults.into_iter().map(|fault| fault.setting).collect();
        let expected: &[&str] = if is_valid { &[] } else { &["FLUENCE_METRICS_LISTEN"] };
        assert_eq!(faults, expected, "{listen} {metrics}");
    }
}

#[test]
fn a_sender_that_no_e_mail_can_have_is_a_fault_that_names_its_setting() {
    for from in ["nonsense", "a@acme.test, b@acme.test"] {
        assert_eq!(faulty(&environment(&[("FLUENCE_MAIL_FROM", from)])), ["FLUENCE_MAIL_FROM"]);
    }
    assert!(load(&environment(&[("FLUENCE_MAIL_FROM", "Acme <no-reply@acme.test>")])).is_ok());
}

#[test]
fn a_plan_of_sign_ups_that_the_catalogue_lacks_is_worth_a_warning_where_sign_up_is_open() {
    let shipped = Catalogue::shipped().unwrap();
    let sold = plans::SHIPPED.replace("edition = \"start\"", "edition = \"begin\"");
    let other = Catalogue::parse(&sold).unwrap();
    let warning = |pairs: &[(&str, &str)], catalogue: &Catalogue| {
        load(&environment(pairs)).unwrap().sign_up_warning(catalogue)
    };
    assert_eq!(warning(&[], &shipped), None);
    assert!(warning(&[], &other).unwrap().contains("console.sign_up_plan is start/start"));
    let named = ("FLUENCE_CONSOLE_SIGN_UP_PLAN", "begin/start");
    assert_eq!((warning(&[named], &other), warning(&[named], &shipped).is_some()), (None, true));
    for closed in [("FLUENCE_CONSOLE_SIGN_UP", "invited"), ("FLUENCE_CONSOLE_ENABLED", "false")] {
        assert_eq!(warning(&[closed], &other), None);
    }
    let public = [("FLUENCE_LISTEN", "0.0.0.0:8000"), ("FLUENCE_BASE_URL", "https://acme.test")];
    assert_eq!(warning(&public, &other), None, "sign-up is open only on loopback");
}

#[test]
fn a_call_may_not_outlive_its_hold() {
    assert_eq!(faulty(&environment(&[("FLUENCE_CALLS_DEADLINE_S", "60")])), ["FLUENCE_CALLS_DEADLINE_S"]);
}

#[test]
fn an_own_database_needs_a_pepper_where_keys_are_made() {
    let mut sources = environment(&[("DATABASE_URL", "postgresql://me@db.example/fluence")]);
    assert!(load(&sources).is_ok());
    sources.needs_pepper = true;
    assert_eq!(faulty(&sources), ["FLUENCE_PEPPER"]);
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

#[test]
fn a_fault_names_its_place_in_the_file_or_its_variable_or_its_flag() {
    let text = "# settings\n[calls]\ndeadline_s = 0\n\n[server]\n  drain_s = \"soon\"\ndrain = 3\n";
    let mut sources = environment(&[("FLUENCE_KEYS_GUESSES", "0")]);
    sources.file = Some(("f.toml".into(), text.into()));
    sources.overrides = vec![("listen", ":8000".into())];
    let mut faults = faulty(&sources);
    faults.sort();
    assert_eq!(
        faults,
        [
            "--listen",
            "FLUENCE_KEYS_GUESSES",
            "calls.deadline_s in f.toml, line 3, column 1",
            "server.drain in f.toml, line 7, column 1",
            "server.drain_s in f.toml, line 6, column 3",
        ]
    );
}

#[test]
fn a_fault_between_settings_names_the_place_of_its_setting() {
    let text = "calls.deadline_s = 90\nlog.level = \"loud\"\n";
    let sources = Sources { file: Some(("f.toml".into(), text.into())), ..Sources::default() };
    let mut faults = faulty(&sources);
    faults.sort();
    assert_eq!(
        faults,
        ["calls.deadline_s in f.toml, line 1, column 7", "log.level in f.toml, line 2, column 5"]
    );
}

#[test]
fn a_quoted_name_with_a_dot_is_no_setting() {
    let file = Some(("f.toml".to_owned(), "\"server.drain_s\" = 3".to_owned()));
    let error = load(&Sources { file, ..Sources::default() }).unwrap_err();
    assert!(error.0[0].advice.starts_with("no such setting"), "{error}");
}

/// The settings that are whole numbers, with the number that each default has.
fn numbers() -> Vec<(String, i64)> {
    let mut defaults: toml::Table = DEFAULTS.parse().unwrap();
    let names = all_names().into_iter();
    names
        .filter_map(|name| Some((name.clone(), super::layers::slot(&mut defaults, &name)?.as_integer()?)))
        .collect()
}

#[test]
fn no_number_is_so_large_that_it_overflows() {
    for (name, _) in numbers() {
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
