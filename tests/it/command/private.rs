//! Commands on the private database: started for them, left to a gateway that uses it, and its
//! pepper.

use std::process::Command;

use super::program::{Ran, bare, mode, text};
use crate::support::scratch::Scratch;

fn command(scratch: &Scratch, words: &[&str]) -> Command {
    let mut command = bare(words);
    command.args(["--data-dir", scratch.path().to_str().unwrap()]);
    command
}

fn run(scratch: &Scratch, words: &[&str]) -> Ran {
    command(scratch, words).output().unwrap().into()
}

fn with_account(scratch: &Scratch) -> String {
    run(scratch, &["migrate", "--json"]).json();
    let words =
        ["account", "create", "--name", "A", "--email", "a@b.example", "--plan", "business", "--json"];
    text(&run(scratch, &words).json(), "id")
}

#[test]
fn the_server_runs_no_longer_than_the_command_and_keeps_what_it_did() {
    let scratch = Scratch::new();
    let account = with_account(&scratch);
    assert_eq!(scratch.postmaster(), None);
    assert_eq!(run(&scratch, &["account", "show", &account, "--json"]).json()["balance"], 100_000);
    assert_eq!(scratch.postmaster(), None);
}

#[tokio::test]
async fn the_server_of_a_gateway_is_used_and_left_running() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    let pid = scratch.postmaster().unwrap();
    with_account(&scratch);
    assert_eq!(scratch.postmaster(), Some(pid));
    server.stop().await.unwrap();
    assert_eq!(scratch.postmaster(), None);
}

#[test]
fn the_server_stops_after_a_command_that_failed() {
    let scratch = Scratch::new();
    with_account(&scratch);
    let failed = run(&scratch, &["account", "show", &uuid::Uuid::nil().to_string()]);
    assert!(failed.failure().contains("account"), "{}", failed.err);
    assert_eq!(scratch.postmaster(), None);
}

#[test]
fn a_mistyped_data_folder_becomes_no_database() {
    let scratch = Scratch::new();
    let expected = format!("there is no database in {}. Check --data-dir", scratch.path().display());
    for words in [
        &["account", "list"][..],
        &["ledger", "verify"],
        &["key", "list", "--account", "00000000-0000-0000-0000-000000000000"],
        &["leak", "list"],
        &["backup", "create", "--to", "/nonexistent", "--without-pepper"],
    ] {
        let failed = run(&scratch, words);
        assert!(failed.failure().starts_with(&expected), "{words:?}: {}", failed.err);
    }
    assert!(!scratch.path().exists(), "nothing was made");
}

#[test]
fn the_pepper_is_created_once_readable_only_by_its_owner_and_never_shown() {
    let scratch = Scratch::new();
    let account = with_account(&scratch);
    let words = ["key", "create", "--account", &account, "--name", "k", "--json"];
    run(&scratch, &words).json();
    let path = scratch.path().join("pepper");
    let pepper = std::fs::read_to_string(&path).unwrap();
    assert_eq!((mode(&path), pepper.trim().len()), (0o600, 64));
    run(&scratch, &words).json();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), pepper);
    assert!(!run(&scratch, &["config", "show"]).out.contains(pepper.trim()));
}

#[test]
fn a_pepper_that_is_gone_is_not_replaced_while_keys_need_it() {
    let scratch = Scratch::new();
    let account = with_account(&scratch);
    let words = ["key", "create", "--account", &account, "--name", "k", "--json"];
    run(&scratch, &words).json();
    std::fs::remove_file(scratch.path().join("pepper")).unwrap();
    let failed = run(&scratch, &words);
    assert!(failed.failure().contains("pepper is missing"), "{}", failed.err);
    assert!(!scratch.path().join("pepper").exists());
}

#[test]
fn two_commands_at_once_share_the_server() {
    let scratch = Scratch::new();
    let account = with_account(&scratch);
    let words = ["key", "create", "--account", &account, "--name", "k"];
    let runs: Vec<_> = (0..3).map(|_| command(&scratch, &words).spawn().unwrap()).collect();
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let keys = run(&scratch, &["key", "list", "--account", &account, "--json"]).json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 3);
}
