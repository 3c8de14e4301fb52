//! `fluence with-postgres -- COMMAND...`: runs a command, such as the tests, with a temporary
//! PostgreSQL.
//!
//! `TEST_DATABASE_URL` is the URL of the server, for a user who may create databases, and
//! `TEST_TEMPLATE` the name of a migrated database to clone. If `TEST_DATABASE_URL` is already set,
//! that server is used.

use std::env;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use anyhow::Context;
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use crate::local_postgres::{Throwaway, template};
use crate::storage::schema::MIGRATIONS;

/// The variable with the server's URL.
pub const URL_VARIABLE: &str = "TEST_DATABASE_URL";
/// The variable with the name of the database to clone.
pub const TEMPLATE_VARIABLE: &str = "TEST_TEMPLATE";

/// Time for an interrupted command to end before the next, stronger signal.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs the command and returns its exit status, or 128 plus the number of the signal that ended
/// it. The server is removed however the command ends.
///
/// # Errors
/// When there is no command, no server can be started, a migration fails, or the command cannot be
/// run.
pub async fn run(command: Vec<OsString>) -> anyhow::Result<i32> {
    // First, so that no signal ends this process before the server is stopped.
    let mut signals = Signals::new().context("cannot listen for signals")?;
    if let Some(url) = env::var(URL_VARIABLE).ok().filter(|url| !url.trim().is_empty()) {
        return run_beside(&url, command, &mut signals).await;
    }
    let server = Throwaway::start().await?;
    let outcome = run_beside(&server.url(), command, &mut signals).await;
    server.stop().await?;
    outcome
}

async fn run_beside(url: &str, command: Vec<OsString>, signals: &mut Signals) -> anyhow::Result<i32> {
    let template = template::ensure(url, &MIGRATIONS).await.context("cannot create the template database")?;
    let mut words = command.into_iter();
    let program = words.next().context("the command is missing: fluence with-postgres -- COMMAND...")?;
    let mut child = Command::new(&program)
        .args(words)
        .env(URL_VARIABLE, url)
        .env(TEMPLATE_VARIABLE, template)
        .spawn()
        .with_context(|| format!("cannot run {}", program.display()))?;
    let status = wait(&mut child, signals).await.context("cannot wait for the command")?;
    Ok(status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0)))
}

/// Waits for the command, and ends it when this process is asked to end: with TERM, then with KILL.
async fn wait(child: &mut Child, signals: &mut Signals) -> io::Result<ExitStatus> {
    let from_terminal = tokio::select! {
        status = child.wait() => return status,
        from_terminal = signals.next() => from_terminal,
    };
    // Ctrl-C reached the command too; a second signal could make it quit at once.
    if from_terminal && let Ok(status) = timeout(PATIENCE, child.wait()).await {
        return status;
    }
    if let Some(pid) = child.id() {
        // std has no call to send a signal other than KILL; every shell has.
        Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().await?;
    }
    if let Ok(status) = timeout(PATIENCE, child.wait()).await {
        return status;
    }
    child.kill().await?;
    child.wait().await
}

/// The signals that end a program.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal. Returns whether a terminal sends it to all of its programs.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.interrupt.recv() => true,
            // A terminal that closes.
            _ = self.hangup.recv() => true,
            _ = self.terminate.recv() => false,
        }
    }
}
