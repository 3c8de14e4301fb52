//! `fluence with-postgres`: the command's environment, its exit status, and that nothing stays
//! behind.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use fluence::command::with_postgres::{TEMPLATE_VARIABLE, URL_VARIABLE};
use sqlx::{Connection, PgConnection};

use crate::support::processes::{alive, named_in, signal};
use crate::support::scratch::Scratch;

/// The program with a shell script beside a server of its own, whatever server this test runs
/// beside.
fn with_postgres(script: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fluence"));
    command
        .args(["with-postgres", "--", "sh", "-c", script])
        .env_remove(URL_VARIABLE)
        .env_remove(TEMPLATE_VARIABLE)
        .stdin(Stdio::null());
    command
}

/// A folder where a script leaves word.
fn notes() -> Scratch {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path()).unwrap();
    scratch
}

/// A run whose command waits to be ended.
struct Waiting {
    program: Child,
    command: u32,
    postmaster: u32,
    data_dir: PathBuf,
}

fn waiting(notes: &Path) -> Waiting {
    let note = notes.join("note");
    let script =
        format!("echo $$ \"${URL_VARIABLE}\" > {0}.new && mv {0}.new {0}; exec sleep 600", note.display());
    let program = with_postgres(&script).spawn().unwrap();
    let note = eventually("the command has started", || std::fs::read_to_string(&note).ok());
    let (command, url) = note.trim().split_once(' ').unwrap();
    let data_dir = data_dir(url);
    let postmaster = named_in(&data_dir.join("postgres/cluster/postmaster.pid")).unwrap();
    Waiting { program, command: command.parse().unwrap(), postmaster, data_dir }
}

fn data_dir(url: &str) -> PathBuf {
    let (_, folder) = url.split_once("?host=").unwrap();
    Path::new(folder).parent().unwrap().to_owned()
}

fn ended(child: &mut Child) -> ExitStatus {
    eventually("the program has ended", || child.try_wait().unwrap())
}

#[expect(clippy::panic, reason = "a test that waits in vain has failed")]
fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        if begun.elapsed() > Duration::from_secs(60) {
            panic!("not within 60 s: {what}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_commands_exit_status_is_handed_on() {
    let status = with_postgres("exit 7").status().unwrap();
    assert_eq!(status.code(), Some(7));
}

#[test]
fn nothing_stays_behind_when_the_command_fails() {
    let output = with_postgres(&format!("printf %s \"${URL_VARIABLE}\"; exit 1")).output().unwrap();
    let data_dir = data_dir(&String::from_utf8(output.stdout).unwrap());
    assert!(!data_dir.exists());
}

#[test]
fn a_command_that_does_not_exist_is_named_and_nothing_stays_behind() {
    let output = Command::new(env!("CARGO_BIN_EXE_fluence"))
        .args(["with-postgres", "--", "/no/such/command"])
        .env_remove(URL_VARIABLE)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot run /no/such/command"));
}

#[test]
fn a_signalled_program_ends_its_command_and_its_server() {
    let notes = notes();
    let mut run = waiting(notes.path());
    signal("TERM", run.program.id());
    assert_eq!(ended(&mut run.program).code(), Some(128 + 15));
    assert!(!alive(run.command));
    assert!(!alive(run.postmaster));
    assert!(!run.data_dir.exists());
}

#[test]
fn a_later_run_removes_what_a_killed_one_left() {
    let notes = notes();
    let mut run = waiting(notes.path());
    signal("KILL", run.program.id());
    ended(&mut run.program);
    signal("TERM", run.command);

    // Another test's run may be at it at this moment, and then ours does not touch it.
    assert!(with_postgres("true").status().unwrap().success());
    eventually("what the killed run left is gone", || (!run.data_dir.exists()).then_some(()));
    assert!(!alive(run.postmaster));
}

#[test]
fn a_run_leaves_the_server_of_another_run_alone() {
    let notes = notes();
    let mut run = waiting(notes.path());
    assert!(with_postgres("true").status().unwrap().success());
    let survived = alive(run.postmaster);
    signal("TERM", run.program.id());
    ended(&mut run.program);
    assert!(survived);
}

#[tokio::test]
async fn a_server_that_is_named_is_used_and_gets_the_template_once() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    let script = format!("printf %s \"${TEMPLATE_VARIABLE}\"");
    let first = with_postgres(&script).env(URL_VARIABLE, server.url()).output().unwrap();
    let second = with_postgres(&script).env(URL_VARIABLE, server.url()).output().unwrap();
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(first.stdout, second.stdout);

    let mut connection = PgConnection::connect(&server.url()).await.unwrap();
    let templates: Vec<String> = sqlx::query_scalar(
        "select datname from pg_database where datistemplate and not datallowconn and datname like 'fluence%'",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(templates, [String::from_utf8(first.stdout).unwrap()]);
    connection.close().await.unwrap();
    server.stop().await.unwrap();
}
