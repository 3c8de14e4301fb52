//! What `fluence serve` does before it serves: its ports, a database that is not there yet, a
//! process that leaves no trace.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::fs::{FileExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use fluence::command::error::one_line;
use fluence::secret::generate_pepper;
use fluence::storage::error::StorageError;
use memchr::memmem;
use sqlx::migrate::MigrateError;
use sqlx::{ConnectOptions, Executor};

use super::program::{Program, Ran, bare};
use crate::support::processes::signal;
use crate::support::scratch::Scratch;

/// `serve` on any port, against a database of the operator's own.
fn serve(url: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = bare(&["serve", "--listen", "127.0.0.1:0"]);
    command.env("DATABASE_URL", url).env("FLUENCE_PEPPER", generate_pepper());
    command.envs(environment.iter().copied()).stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Reads the log until a line says this. Fails at its end.
fn read_until(log: &mut BufReader<ChildStderr>, words: &str) -> String {
    let mut read = String::new();
    while !read.contains(words) {
        assert!(log.read_line(&mut read).unwrap() > 0, "`{words}` is not in {read}");
    }
    read
}

fn log_of(child: &mut Child) -> BufReader<ChildStderr> {
    BufReader::new(child.stderr.take().unwrap())
}

#[tokio::test]
async fn serve_waits_for_a_late_database_and_logs_it_once() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    let url = server.url();
    server.stop().await.unwrap();

    let mut child = serve(&url, &[]).spawn().unwrap();
    let mut log = log_of(&mut child);
    let before = read_until(&mut log, "does not accept connections yet");
    assert!(before.contains("cannot connect to the database at"), "{before}");
    let server = scratch.start().await.unwrap();
    let meanwhile = read_until(&mut log, "\"serving\"");
    assert!(!meanwhile.contains("does not accept connections yet"), "{meanwhile}");
    signal("TERM", child.id());
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    server.stop().await.unwrap();
}

#[test]
fn a_database_that_does_not_come_in_time_is_the_end() {
    let url = "postgresql://me:hunter2@127.0.0.1:1/fluence";
    let ran: Ran = serve(url, &[("FLUENCE_DATABASE_START_WAIT_S", "1")]).output().unwrap().into();
    assert_eq!(ran.status, 1);
    let last = ran.err.lines().last().unwrap();
    assert!(last.starts_with("fluence: cannot connect to the database at 127.0.0.1:1: "), "{last}");
    assert_eq!(ran.err.matches("does not accept connections yet").count(), 1, "{}", ran.err);
    assert!(!ran.err.contains("hunter2"));
}

#[test]
fn a_signal_ends_the_wait_for_a_database() {
    let mut child = serve("postgresql://me@127.0.0.1:1/fluence", &[]).spawn().unwrap();
    let mut log = log_of(&mut child);
    read_until(&mut log, "does not accept connections yet");
    signal("TERM", child.id());
    read_until(&mut log, "SIGTERM");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn wrong_database_names_and_passwords_are_reported_plainly_without_a_wait() {
    let program = Program::new().await;
    let url = program.database.url();
    let (before, after) = url.split_once("fluence_test_").unwrap();
    let rest = after.split_once('?').map_or(String::new(), |(_, rest)| format!("?{rest}"));
    let url = format!("{before}nosuch{rest}");
    let ran: Ran = serve(&url, &[]).output().unwrap().into();
    let last = ran.err.lines().last().unwrap();
    assert!(last.ends_with(": database \"nosuch\" does not exist"), "{last}");
    assert!(!ran.err.contains("does not accept connections yet"), "{}", ran.err);
}

#[test]
fn a_port_in_use_is_found_before_a_database_is_made() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for environment in [
        [("FLUENCE_METRICS_LISTEN", ""), ("FLUENCE_LISTEN", &*address)],
        [("FLUENCE_LISTEN", "127.0.0.1:0"), ("FLUENCE_METRICS_LISTEN", &*address)],
        [("FLUENCE_LISTEN", "127.0.0.1:0"), ("FLUENCE_OPERATOR_LISTEN", &*address)],
    ] {
        let scratch = Scratch::new();
        let mut command = bare(&["serve", "--data-dir", scratch.path().to_str().unwrap()]);
        let failed: Ran = command.envs(environment).output().unwrap().into();
        let reason = format!("cannot listen on {address} ({}): Address already in use", environment[1].0);
        assert!(failed.failure().starts_with(&reason), "{}", failed.err);
        assert!(!scratch.path().exists(), "a data folder was made for nothing");
    }
}

#[test]
fn a_log_in_json_ends_in_json_when_the_gateway_does_not_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = bare(&["serve", "--listen", &address, "--data-dir", "/nowhere/made"]);
    let failed: Ran = command.env("FLUENCE_LOG_FORMAT", "json").output().unwrap().into();
    assert_eq!(failed.status, 1);
    let lines: Vec<serde_json::Value> = failed
        .err
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let last = lines.last().unwrap();
    assert_eq!((&last["level"], &last["message"]), (&"ERROR".into(), &"the gateway has failed".into()));
    assert!(last["error"].as_str().unwrap().starts_with("cannot listen on"), "{last}");
}

#[tokio::test]
async fn a_password_of_any_characters_comes_from_a_file() {
    let scratch = Scratch::new();
    let server = scratch.start().await.unwrap();
    let mut owner = server.connect_options().connect().await.unwrap();
    let settings = "create role tester login superuser password 'it''s a@b/c:%?#'";
    owner.execute(settings).await.unwrap();
    let file = scratch.cluster().join("pg_hba.conf");
    let trusting = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("local all tester scram-sha-256\n{trusting}")).unwrap();
    owner.execute("select pg_reload_conf()").await.unwrap();
    drop(owner);

    let secret = scratch.path().join("password");
    fs::write(&secret, "it's a@b/c:%?#\n").unwrap();
    let url = server.url().replace("//fluence@", "//tester@");
    let run = |variable: &str, value: &str| -> Ran {
        let mut command = bare(&["migrate"]);
        command.env("DATABASE_URL", &url).env("FLUENCE_PEPPER", generate_pepper()).env(variable, value);
        command.output().unwrap().into()
    };
    let refused = run("DATABASE_PASSWORD", "wrong");
    assert!(
        refused.failure().ends_with("password authentication failed for user \"tester\""),
        "{}",
        refused.err
    );
    assert_eq!(run("DATABASE_PASSWORD_FILE", secret.to_str().unwrap()).status, 0);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_gateway_leaves_no_core_file_and_keeps_no_text_of_its_pepper() {
    let program = Program::new().await;
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    let file = scratch.path().join("pepper");
    fs::write(&file, &program.pepper).unwrap();
    let mut command = serve(&program.database.url(), &[]);
    command.env_remove("FLUENCE_PEPPER").env("FLUENCE_PEPPER_FILE", &file);
    let mut child = command.spawn().unwrap();
    let mut log = log_of(&mut child);
    read_until(&mut log, "\"serving\"");
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{limits}");
    let found = memory_holds(child.id(), program.pepper.as_bytes());
    // A control: another value of the environment is found.
    let other = memory_holds(child.id(), b"FLUENCE_PEPPER_FILE");
    signal("TERM", child.id());
    child.wait().unwrap();
    match (found, other) {
        (Some(found), Some(other)) => assert!(other && !found, "the text of the pepper is in memory"),
        // On systems that forbid reading other processes there is nothing to test.
        _ => eprintln!("the memory of another process cannot be read here"),
    }
}

/// Whether the writable memory of a process holds these bytes; none where it may not be read.
fn memory_holds(pid: u32, wanted: &[u8]) -> Option<bool> {
    let memory = fs::File::open(format!("/proc/{pid}/mem")).ok()?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut has_read = false;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_whitespace().next()?.split_once('-')?;
        let (from, to) = (u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?);
        let mut block = vec![0; 1 << 20];
        // Blocks overlap by what is looked for, less one byte.
        for at in (from..to).step_by(block.len() - wanted.len()) {
            let most = usize::try_from(to - at).unwrap().min(block.len());
            let Ok(read) = memory.read_at(&mut block[..most], at) else { break };
            has_read |= read > 0;
            if memmem::find(&block[..read], wanted).is_some() {
                return Some(true);
            }
        }
    }
    has_read.then_some(false)
}

/// A copy of the program and a folder that a user without rights may use.
fn for_nobody(scratch: &Scratch) -> Command {
    const NOBODY_UID: u32 = 65_534;
    let (program, data) = (scratch.path().join("program"), scratch.path().join("data"));
    fs::create_dir_all(&data).unwrap();
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(Path::new(env!("CARGO_BIN_EXE_fluence")), &program).unwrap();
    chown(&data, Some(NOBODY_UID), Some(NOBODY_UID)).unwrap();
    let mut command = Command::new(program);
    std::os::unix::process::CommandExt::uid(&mut command, NOBODY_UID);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.args(["migrate", "--data-dir", data.to_str().unwrap()]).stdin(Stdio::null());
    command
}

#[test]
fn an_unprivileged_user_runs_a_private_database_from_a_non_dumpable_process() {
    if !is_root() {
        return; // only root may change its user
    }
    let scratch = Scratch::new();
    let ran: Ran = for_nobody(&scratch).output().unwrap().into();
    assert_eq!(ran.status, 0, "{}", ran.err);
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid() == 0
}

#[tokio::test]
async fn database_errors_are_logged_once_without_their_source_line() {
    let program = Program::new().await;
    let nonsense =
        || async { sqlx::query("select nothing_here").execute(program.database.pool()).await.unwrap_err() };
    let said = "column \"nothing_here\" does not exist";
    let plain = anyhow::Error::new(nonsense().await);
    assert_eq!(one_line(&plain), said);
    let stored = anyhow::Error::new(StorageError::from(nonsense().await)).context("cannot list");
    assert_eq!(one_line(&stored), format!("cannot list: the database is not available: {said}"));
    let migrated = anyhow::Error::new(MigrateError::ExecuteMigration(nonsense().await, 7));
    let line = one_line(&migrated);
    assert!(line.contains(said) && !line.contains(" at line "), "{line}");
}
