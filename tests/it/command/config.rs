//! Settings as the program reads them, and the help.

use super::program::{Ran, bare, names};
use crate::support::scratch::Scratch;

const URL: &str = "postgresql://me:hunter2@127.0.0.1:1/fluence";

fn run(words: &[&str], environment: &[(&str, &str)]) -> Ran {
    bare(words).envs(environment.iter().copied()).output().unwrap().into()
}

#[test]
fn every_configuration_fault_is_reported_at_once() {
    let ran = run(
        &["key", "create", "--account", "01900000-0000-7000-8000-000000000000", "--name", "k"],
        &[
            ("DATABASE_URL", URL),
            ("FLUENCE_CONFIG", "/no/such/file"),
            ("FLUENCE_COLOUR", "red"),
            ("FLUENCE_CALLS_DEADLINE_S", "0"),
            ("FLUENCE_SERVER_DRAIN_S", "soon"),
        ],
    );
    assert_eq!(ran.status, 1);
    for fault in [
        "FLUENCE_PEPPER",
        "FLUENCE_CONFIG",
        "FLUENCE_COLOUR",
        "FLUENCE_CALLS_DEADLINE_S",
        "FLUENCE_SERVER_DRAIN_S",
    ] {
        assert!(ran.err.contains(&format!("\n  {fault}: ")), "{fault} is not in {}", ran.err);
    }
    assert!(!ran.err.contains("hunter2"));
}

#[test]
fn a_change_of_nothing_names_what_could_change() {
    const ID: &str = "01900000-0000-7000-8000-000000000000";
    let ran = run(&["key", "change", ID], &[("DATABASE_URL", URL)]);
    for option in
        ["--name", "--scope", "--expires-at", "--region", "--allow-ip", "--daily-cap", "--monthly-cap"]
    {
        assert!(ran.usage().contains(&format!("{option} <")), "{option}: {}", ran.err);
    }
    let ran = run(&["account", "change", ID], &[("DATABASE_URL", URL)]);
    assert!(ran.usage().contains("<--name <NAME>|--email <EMAIL>>"), "{}", ran.err);
    let two = ["key", "change", ID, "--name", "n", "--daily-cap", "5"];
    assert!(run(&two, &[("DATABASE_URL", URL)]).failure().contains("cannot connect"));
}

#[test]
fn a_url_of_a_gateway_has_a_port_that_exists() {
    for (url, reason) in [
        ("http://127.0.0.1:99999", "has a port that does not exist"),
        ("http://x..y:8000", "has a host that is neither a name nor an address"),
        ("127.0.0.1:8000", "must be a URL such as"),
    ] {
        let ran = run(&["healthcheck", "--url", url], &[]);
        assert!(ran.usage().contains(reason), "{url}: {}", ran.err);
    }
}

#[test]
fn an_instant_beyond_the_year_9999_is_refused_at_its_option() {
    const ID: &str = "01900000-0000-7000-8000-000000000000";
    for words in [
        &["key", "create", "--account", ID, "--name", "k", "--expires-at"][..],
        &["key", "change", ID, "--expires-at"],
        &["credit", "grant", "--account", ID, "--credits", "5", "--reason", "r", "--expires-at"],
        &["ledger", "verify", "--since"],
        &["usage", "--account", ID, "--to"],
        &["retention", "export", "--to", "/nowhere", "--month"],
    ] {
        for text in ["+10000-01-01", "+262141-12-31"] {
            let text = if words.ends_with(&["--month"]) { &text[..text.len() - 3] } else { text };
            let ran = run(&[words, &[text]].concat(), &[("DATABASE_URL", URL)]);
            assert!(ran.usage().contains("must be a"), "{words:?} {text}: {}", ran.err);
        }
    }
}

#[test]
fn a_pepper_is_asked_for_only_where_keys_are_made() {
    let ran = run(&["account", "list"], &[("DATABASE_URL", URL)]);
    assert!(ran.failure().starts_with("cannot connect to the database at 127.0.0.1:1: "));
}

#[test]
fn an_unavailable_database_is_reported_in_one_line_without_the_password() {
    let ran = run(&["account", "list"], &[("DATABASE_URL", URL)]);
    assert!(!ran.failure().contains("hunter2") && ran.failure().contains("refused"), "{}", ran.err);
}

#[test]
fn settings_are_shown_without_secrets() {
    let pepper = fluence::secret::generate_pepper();
    let environment = [("DATABASE_URL", URL), ("FLUENCE_PEPPER", &*pepper), ("FLUENCE_REGION", "sul")];
    let text = run(&["config", "show"], &environment).out;
    assert!(text.contains("region = \"sul\"") && text.contains("[ledger]"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains(&pepper), "{text}");
    let json = run(&["config", "show", "--json"], &environment);
    assert_eq!(json.json()["database_url"], "[REDACTED]");
    assert!(!json.out.contains("hunter2") && !json.out.contains(&pepper));
}

#[test]
fn the_command_line_wins_over_the_environment() {
    let environment = [("FLUENCE_DATA_DIR", "/from/environment")];
    let shown = run(&["config", "show", "--json", "--data-dir", "/from/command/line"], &environment).json();
    assert_eq!(shown["data_dir"], "/from/command/line");
    assert!(names(&shown).contains(&"server"));
}

/// The private ledger would be verified, and the other one reported as clean.
#[test]
fn a_data_folder_beside_a_database_of_ones_own_is_a_fault() {
    let pepper = fluence::secret::generate_pepper();
    let environment = [("DATABASE_URL", URL), ("FLUENCE_PEPPER", &*pepper)];
    for words in [&["ledger", "verify"][..], &["migrate"], &["serve"], &["doctor"], &["config", "check"]] {
        let refused = run(&[words, &["--data-dir", "/new"]].concat(), &environment);
        let text = format!("{}{}", refused.out, refused.err);
        let expected = "names a private database, but DATABASE_URL is set";
        assert!(text.contains("--data-dir") && text.contains(expected), "{words:?}: {text}");
        assert_ne!(refused.status, 0, "{words:?}");
    }
}

#[test]
fn wrong_usage_is_status_2_and_help_is_status_0() {
    run(&[], &[]).usage();
    run(&["acount", "list"], &[]).usage();
    run(&["account"], &[]).usage();
    let help = run(&["--help"], &[]);
    assert_eq!(help.status, 0);
    for noun in ["serve", "migrate", "account", "key", "environment", "credit", "ledger", "directory", "demo"]
    {
        assert!(help.out.contains(&format!("\n  {noun} ")), "{noun} is not in {}", help.out);
    }
}

#[test]
fn a_secret_file_that_holds_nothing_keeps_the_gateway_from_starting() {
    for variable in ["DATABASE_URL_FILE", "FLUENCE_REDIS_URL_FILE", "FLUENCE_PEPPER_FILE"] {
        let ran = run(&["serve", "--listen", "127.0.0.1:0"], &[(variable, "/dev/null")]);
        assert_eq!(ran.status, 1);
        assert!(ran.err.contains(&format!("\n  {variable}: names an empty file")), "{}", ran.err);
    }
}

#[test]
fn a_slip_in_the_settings_file_does_not_show_its_line() {
    let scratch = Scratch::new();
    std::fs::create_dir_all(scratch.path()).unwrap();
    let file = scratch.path().join("fluence.toml");
    for line in ["pepper = \"hunter2", "redis_url = hunter2", "[enrichment]\ncredential: hunter2"] {
        std::fs::write(&file, line).unwrap();
        let ran = run(&["serve"], &[("FLUENCE_CONFIG", file.to_str().unwrap())]);
        assert_eq!(ran.status, 1);
        assert!(ran.err.contains(", line ") && !ran.err.contains("hunter2"), "{}", ran.err);
    }
}

#[test]
fn the_defaults_are_shown_with_their_explanations_though_the_settings_are_faulty() {
    let faulty = [("FLUENCE_COLOUR", "red")];
    let ran = run(&["config", "show", "--defaults"], &faulty);
    assert_eq!(ran.out, include_str!("../../../config/default.toml"));
    assert_eq!(run(&["config", "show", "--defaults", "--json"], &faulty).json()["log"]["level"], "info");
}

#[test]
fn client_variables_are_ignored_with_a_note() {
    let shown = run(&["config", "show"], &[("FLUENCE_API_KEY", "hunter2")]);
    assert!(shown.out.starts_with("# FLUENCE_API_KEY is set and ignored"), "{}", shown.out);
    assert!(!shown.out.contains("hunter2"));
}

#[test]
fn a_listen_address_without_a_host_is_refused_with_a_correction() {
    let refused = run(&["serve", "--listen", ":8000"], &[]);
    assert!(refused.usage().contains("127.0.0.1:8000"), "{}", refused.err);
}

/// `serve` would not start with any of these.
#[test]
fn files_that_the_settings_name_are_checked_too() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path()).unwrap();
    let file = |name: &str, text: &str| {
        let path = scratch.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (certificate, key) = (file("cert.pem", "no certificate\n"), file("key.pem", "no key\n"));
    let catalogue = file("catalogue.toml", "editions = 7\n");
    let environment = [
        ("FLUENCE_TLS_CERT_FILE", certificate.as_str()),
        ("FLUENCE_TLS_KEY_FILE", &key),
        ("FLUENCE_CATALOGUE", &catalogue),
        ("FLUENCE_ROUTES", "/nowhere/routes.toml"),
    ];
    let checked = run(&["config", "check"], &environment);
    assert_eq!((checked.status, checked.out.as_str()), (1, ""));
    let unread = "FLUENCE_ROUTES: cannot read /nowhere/routes.toml: ";
    for fault in ["[tls]: ", &format!("FLUENCE_CATALOGUE: {catalogue}: line 1: "), unread] {
        assert!(checked.err.contains(fault), "{fault}: {}", checked.err);
    }
    assert_eq!(checked.err.matches("/nowhere/routes.toml").count(), 1, "{}", checked.err);
    let missing = [("FLUENCE_TLS_CERT_FILE", "/nowhere/cert.pem"), ("FLUENCE_TLS_KEY_FILE", key.as_str())];
    let checked = run(&["config", "check"], &missing);
    assert_eq!(checked.err.matches("os error 2").count(), 1, "{}", checked.err);
}
