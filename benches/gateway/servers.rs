//! The servers of a run, each a process of its own, so that their CPU times are separate.

use std::env;
use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use crate::customers::BODY;
use crate::load::PATH;

/// How long a server may take to answer.
const START_TRIES: u32 = 200;
const START_PAUSE: Duration = Duration::from_millis(50);

/// A server that runs until it is dropped.
pub(crate) struct ServerProcess {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Its process.
    pub(crate) process: u32,
    _child: Child,
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // The whole group: a server may have started workers.
        if let Some(group) = i32::try_from(self.process).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// The gateway of this build.
pub(crate) const GATEWAY: &str = env!("CARGO_BIN_EXE_fluence");

/// A gateway, of this build or another.
pub(crate) fn gateway(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.arg("serve");
    command
}

/// This program in another part.
pub(crate) fn this_program(part: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(env::current_exe().context("cannot find this program")?);
    command.arg(part);
    Ok(command)
}

/// The gateway's environment.
pub(crate) fn environment(command: &mut Command, database_url: &str, pepper: &str) {
    command.env("DATABASE_URL", database_url).env("FLUENCE_PEPPER", pepper);
    // One line a request, as in production; the output is discarded.
    command.env("FLUENCE_LOG_LEVEL", "info").env("FLUENCE_LOG_FORMAT", "json");
}

/// Starts a server on a free port and waits until it answers a request with this key.
pub(crate) async fn start(mut command: Command, keys: &Path) -> anyhow::Result<ServerProcess> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    command.env("FLUENCE_LISTEN", address.to_string());
    start_at(address, command, keys).await
}

/// The same with another path.
pub(crate) async fn start_answering(
    mut command: Command,
    keys: &Path,
    path: &str,
) -> anyhow::Result<ServerProcess> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    command.env("FLUENCE_LISTEN", address.to_string());
    started(address, command, keys, path).await
}

/// Starts a server that listens there.
pub(crate) async fn start_at(
    address: SocketAddr,
    command: Command,
    keys: &Path,
) -> anyhow::Result<ServerProcess> {
    started(address, command, keys, PATH).await
}

async fn started(
    address: SocketAddr,
    mut command: Command,
    keys: &Path,
    path: &str,
) -> anyhow::Result<ServerProcess> {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .context("cannot start a server")?;
    let process = child.id().context("the server has ended")?;
    let server = ServerProcess { address, process, _child: child };
    let keys = std::fs::read_to_string(keys)?;
    let key = keys.lines().next().context("no key")?;
    for _ in 0..START_TRIES {
        if ask_at(address, path, key).await.is_ok() {
            return Ok(server);
        }
        tokio::time::sleep(START_PAUSE).await;
    }
    let answer = ask_at(address, path, key).await;
    bail!("the server did not start: {answer:?}");
}

/// One paid call; the body of its answer.
pub(crate) async fn ask(address: SocketAddr, key: &str) -> anyhow::Result<Vec<u8>> {
    ask_at(address, PATH, key).await
}

async fn ask_at(address: SocketAddr, path: &str, key: &str) -> anyhow::Result<Vec<u8>> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
    let request = client
        .post(format!("http://{address}{path}"))
        .header("x-api-key", key)
        .header("content-type", "application/json")
        .body(BODY);
    Ok(request.send().await?.error_for_status()?.bytes().await?.to_vec())
}

/// One call for each of these keys, all at once.
pub(crate) async fn ask_all(address: SocketAddr, path: &str, keys: &[String]) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?;
    let calls = keys.iter().map(|key| {
        let request = client
            .post(format!("http://{address}{path}"))
            .header("x-api-key", key)
            .header("content-type", "application/json")
            .body(BODY);
        async move { request.send().await?.error_for_status() }
    });
    futures_util::future::try_join_all(calls).await?;
    Ok(())
}
