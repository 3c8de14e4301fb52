//! `fluence pepper`.

use fluence::secret::generate_pepper;
use serde_json::{Value, json};

use super::program::{Program, Ran, text};
use super::serving::Serving;

/// A command under a newer pepper than the program's own, which it replaces.
fn under(program: &Program, newer: &str, words: &[&str]) -> Ran {
    let mut command = program.command(words);
    command.env("FLUENCE_PEPPER", newer).env("FLUENCE_PEPPER_VERSION", "2");
    command.env("FLUENCE_PREVIOUS_PEPPER", &program.pepper).env("FLUENCE_PREVIOUS_PEPPER_VERSION", "1");
    command.output().unwrap().into()
}

fn status(ran: &Ran) -> Vec<(i64, i64, i64)> {
    let number = |value: &Value| value.as_i64().unwrap();
    let peppers = ran.json()["peppers"].as_array().unwrap().clone();
    peppers.iter().map(|p| (number(&p["version"]), number(&p["secrets"]), number(&p["needed_by"]))).collect()
}

#[tokio::test]
async fn a_pepper_of_the_settings_is_added_by_setting_it() {
    let program = Program::new().await;
    let added = program.json(&["pepper", "add"]);
    assert_eq!((&added["version"], &added["previous_version"]), (&json!(2), &json!(1)));
    assert_eq!(text(&added, "pepper").len(), 64);
    let printed = program.run(&["pepper", "add"]).out;
    assert!(
        printed.contains("FLUENCE_PREVIOUS_PEPPER_VERSION") && !printed.contains(&program.pepper),
        "{printed}"
    );
}

#[tokio::test]
async fn a_command_that_reads_makes_no_version_known_and_a_new_pepper_gets_a_free_one() {
    let program = Program::new().await;
    let known = || status(&program.run(&["pepper", "status", "--json"]));
    let words = ["key", "create", "--account", &program.account("2025-01", "professional"), "--name", "k"];
    program.run(&words);
    let tried = generate_pepper();
    assert_eq!(under(&program, &tried, &["pepper", "status"]).status, 0);
    assert_eq!(known(), [(1, 1, 1)], "looking is not using");
    assert_eq!(program.json(&["pepper", "add"])["version"], 2);
    assert_eq!(under(&program, &tried, &["migrate"]).status, 0);
    assert_eq!(known(), [(2, 0, 0), (1, 1, 1)]);
    assert_eq!(program.json(&["pepper", "add"])["version"], 3, "2 is taken");
}

#[tokio::test]
async fn a_version_under_which_nothing_was_hashed_can_be_given_to_another_pepper() {
    let program = Program::new().await;
    let words = ["key", "create", "--account", &program.account("2025-01", "professional"), "--name", "k"];
    program.run(&words);
    let (lost, right) = (generate_pepper(), generate_pepper());
    assert_eq!(under(&program, &lost, &["migrate"]).status, 0);
    let refused = under(&program, &right, &["migrate"]);
    assert!(refused.failure().starts_with("the pepper of version 2 is not the one"), "{}", refused.err);
    assert!(refused.err.contains("fluence pepper retire 2"), "{}", refused.err);
    assert_eq!(under(&program, &right, &["pepper", "retire", "2", "--json"]).json()["version"], 2);
    assert_eq!(under(&program, &right, &["migrate"]).status, 0);
    under(&program, &right, &words);
    let refused = program.run(&["pepper", "retire", "2"]);
    assert!(refused.failure().contains("version 2 is the newest pepper"), "{}", refused.err);
}

/// A gateway without it would be ready, and refuse the keys of every customer.
#[tokio::test]
async fn a_pepper_that_live_secrets_need_must_be_set_or_given_up_as_lost() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let create = ["key", "create", "--account", &account, "--name", "k", "--json"];
    let id = text(&program.run(&create).json(), "id");
    let newer = generate_pepper();
    let without = |words: &[&str]| -> Ran {
        let mut command = program.command(words);
        command.env("FLUENCE_PEPPER", &newer).env("FLUENCE_PEPPER_VERSION", "2").output().unwrap().into()
    };
    for words in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"], &create, &["pepper", "status"]] {
        let refused = without(words);
        let expected = "the pepper of version 1 is missing, and valid secrets (1) need it";
        assert!(refused.failure().contains(expected), "{words:?}: {}", refused.err);
        assert!(refused.err.contains("`fluence pepper retire 1 --lost`"), "{}", refused.err);
    }
    let found = without(&["doctor"]);
    assert!(found.out.contains("version 1 is missing: 1 valid secret cannot be checked"), "{}", found.out);
    assert_eq!(status(&program.run(&["pepper", "status", "--json"])), [(1, 1, 1)], "2 is not known");

    assert_eq!(without(&["pepper", "retire", "1", "--lost", "--json"]).json()["digests_forgotten"], 1);
    assert_eq!(without(&["migrate"]).status, 0);
    assert_eq!(without(&["key", "rotate", &id]).status, 0, "its owner gets another secret");
    assert_eq!(status(&without(&["pepper", "status", "--json"])), [(2, 1, 1), (1, 0, 0)]);
}

#[tokio::test]
async fn an_old_pepper_goes_when_no_live_secret_needs_it() {
    let program = Program::new().await;
    let newer = generate_pepper();
    let account = program.account("2025-01", "professional");
    let words = ["key", "create", "--account", &account, "--name", "k", "--json"];
    let old = text(&program.run(&words).json(), "id");
    // New keys are found by gateways with either pepper.
    under(&program, &newer, &words).json();
    let shown = ["pepper", "status", "--json"];
    assert_eq!(status(&under(&program, &newer, &shown)), [(2, 1, 1), (1, 2, 1)]);

    let refused = under(&program, &newer, &["pepper", "retire", "1"]);
    assert!(
        refused.failure().starts_with(
            "pepper version 1 or an older one is still needed by valid secrets (1). Secrets are rehashed"
        ),
        "{}",
        refused.err
    );
    let refused = under(&program, &newer, &["pepper", "retire", "2"]);
    assert!(refused.failure().contains("add a newer one first"), "{}", refused.err);
    program.json(&["key", "revoke", &old]);
    assert_eq!(
        program.run(&["pepper", "retire"]).failure(),
        "no rotation is in progress; give the version to retire"
    );
    assert_eq!(under(&program, &newer, &["pepper", "retire", "--json"]).json()["digests_forgotten"], 2);
    assert_eq!(status(&under(&program, &newer, &shown)), [(2, 1, 1), (1, 0, 0)]);
}

#[tokio::test]
async fn an_old_pepper_stays_while_a_running_gateway_knows_no_newer_one() {
    let program = Program::new().await;
    let newer = generate_pepper();
    let listen = ["serve", "--listen", "127.0.0.1:0"];
    let old = Serving::start(program.command(&listen));
    old.address();
    under(&program, &newer, &["pepper", "status"]);
    let retire = || under(&program, &newer, &["pepper", "retire", "--json"]);
    let refused = retire();
    assert!(
        refused.failure().contains("has no pepper newer than version 1 and would reject every key"),
        "{}",
        refused.err
    );
    old.stop();
    let mut command = program.command(&listen);
    command.env("FLUENCE_PEPPER", &newer).env("FLUENCE_PEPPER_VERSION", "2");
    command.env("FLUENCE_PREVIOUS_PEPPER", &program.pepper).env("FLUENCE_PREVIOUS_PEPPER_VERSION", "1");
    let new = Serving::start(command);
    new.address();
    assert_eq!(retire().json()["version"], 1);
    new.stop();
    let late = program.run(&["pepper", "status"]);
    assert!(late.failure().starts_with("the pepper of version 1 is retired"), "{}", late.err);
}

#[tokio::test]
async fn a_rotated_key_needs_the_old_pepper_until_its_old_secret_ends() {
    let program = Program::new().await;
    let newer = generate_pepper();
    let account = program.account("2025-01", "professional");
    let words = ["key", "create", "--account", &account, "--name", "k", "--json"];
    let id = text(&program.run(&words).json(), "id");
    let shown = ["pepper", "status", "--json"];
    under(&program, &newer, &["key", "rotate", &id, "--overlap", "1h", "--json"]).json();
    assert_eq!(status(&under(&program, &newer, &shown)), [(2, 1, 1), (1, 2, 1)]);
    under(&program, &newer, &["key", "end-overlap", &id, "--json"]).json();
    assert_eq!(status(&under(&program, &newer, &shown)), [(2, 1, 1), (1, 2, 0)]);
}

#[tokio::test]
async fn a_pepper_that_is_another_than_the_one_in_use_is_noticed() {
    let program = Program::new().await;
    let account = program.account("2025-01", "professional");
    let words = ["key", "create", "--account", &account, "--name", "k"];
    assert_eq!(program.run(&words).status, 0);
    let wrong: Ran =
        program.command(&words).env("FLUENCE_PEPPER", generate_pepper()).output().unwrap().into();
    assert!(
        wrong.failure().starts_with("the pepper of version 1 is not the one that keys were hashed under")
    );
}

#[tokio::test]
async fn settings_that_cannot_be_both_are_refused() {
    let program = Program::new().await;
    let with = |version: &str| -> Ran {
        let mut command = program.command(&["pepper", "status"]);
        command.env("FLUENCE_PREVIOUS_PEPPER", generate_pepper());
        command.env("FLUENCE_PREVIOUS_PEPPER_VERSION", version).output().unwrap().into()
    };
    let refused = with("1");
    assert!(refused.err.contains("FLUENCE_PREVIOUS_PEPPER_VERSION: must be lower"), "{}", refused.err);
    for version in ["1", "3"] {
        let mut command = program.command(&["config", "check"]);
        let missing: Ran = command.env("FLUENCE_PREVIOUS_PEPPER_VERSION", version).output().unwrap().into();
        let reason = "FLUENCE_PREVIOUS_PEPPER_VERSION: needs FLUENCE_PREVIOUS_PEPPER";
        assert!(missing.err.contains(reason), "{}", missing.err);
    }
}
