//! Output that cannot be written.

use std::fs::File;
use std::process::Stdio;

use super::program::{Program, Ran};

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
