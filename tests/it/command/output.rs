//! Output that cannot be written.

use std::fs::File;
use std::process::{Command, Stdio};

use super::program::{Program, Ran, bare};

/// The same command, started as `>&-` starts it.
fn without_output(command: &Command) -> Ran {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", r#"exec "$0" "$@" >&-"#]).arg(command.get_program()).args(command.get_args());
    let environment = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    shell.env_clear().envs(environment).stdin(Stdio::null()).output().unwrap().into()
}

#[tokio::test]
async fn a_command_without_standard_output_does_nothing_and_fails() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    let before = program.dump().await;
    for words in [
        &["account", "list", "--json"][..],
        &["account", "create", "--name", "B", "--email", "b@acme.example", "--plan", "business"],
        &["key", "create", "--account", &account, "--name", "server"],
        &["ledger", "statement", "--account", &account, "--csv"],
        &["openapi"],
        &["config", "show"],
        &["--version"],
        &["key", "--help"],
    ] {
        let ran = without_output(&program.command(words));
        assert_eq!(ran.failure(), "standard output is closed; nothing was done", "{words:?}");
    }
    assert_eq!(program.dump().await, before);
}

#[tokio::test]
async fn a_command_whose_output_cannot_be_written_fails() {
    let program = Program::new().await;
    let account = program.account("2025-06", "business");
    for words in [
        &["account", "list", "--json"][..],
        &["ledger", "statement", "--account", &account],
        &["openapi"],
        &["config", "show"],
        &["--version"],
        &["key", "--help"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let ran: Ran = program.command(words).stdout(full).output().unwrap().into();
        assert!(ran.failure().contains("No space left on device"), "{words:?}: {}", ran.err);
    }
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_ends_a_command_in_silence() {
    let program = Program::new().await;
    program.account("2025-06", "business");
    for words in [&["account", "list"][..], &["openapi"], &["--help"]] {
        let piped = program.command(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = piped.unwrap();
        drop(child.stdout.take());
        let ran: Ran = child.wait_with_output().unwrap().into();
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{words:?}");
    }
}

#[test]
fn the_exit_status_of_a_wrong_command_line_needs_no_output() {
    assert_eq!(without_output(&bare(&["account", "nonsense"])).status, 2);
}
