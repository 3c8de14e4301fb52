//! Settings as the program reads them, and the help.

use super::program::{Ran, bare, names};

const URL: &str = "postgresql://me:hunter2@127.0.0.1:1/fluence";

fn run(words: &[&str], environment: &[(&str, &str)]) -> Ran {
    bare(words).envs(environment.iter().copied()).output().unwrap().into()
}

#[test]
fn every_fault_of_the_configuration_is_told_at_once() {
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
    for fault in
        ["FLUENCE_PEPPER", "FLUENCE_CONFIG", "FLUENCE_COLOUR", "calls.deadline_s", "FLUENCE_SERVER_DRAIN_S"]
    {
        assert!(ran.err.contains(&format!("\n  {fault}: ")), "{fault} is not in {}", ran.err);
    }
    assert!(!ran.err.contains("hunter2"));
}

#[test]
fn a_pepper_is_asked_for_only_where_keys_are_made() {
    let ran = run(&["account", "list"], &[("DATABASE_URL", URL)]);
    assert!(ran.failure().starts_with("cannot connect to the database at 127.0.0.1:1: "));
}

#[test]
fn a_database_that_is_away_is_told_in_one_line_without_the_password() {
    let ran = run(&["account", "list"], &[("DATABASE_URL", URL)]);
    assert!(!ran.failure().contains("hunter2") && ran.failure().contains("refused"), "{}", ran.err);
}

#[test]
fn settings_are_shown_without_secrets() {
    let pepper = "0123456789abcdef".repeat(4);
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
