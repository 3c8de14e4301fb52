//! The load generator: `wrk`, one thread, keep-alive connections.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::process::Command;

use crate::customers::BODY;
use crate::machine;

const SCRIPT: &str = include_str!("requests.lua");
/// The path that is called, except of forwarded routes.
pub(crate) const PATH: &str = "/crm_basico";

/// A prepared load.
pub(crate) struct Load {
    script: PathBuf,
}

/// The expected answers to a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    /// All succeed: a server must not be fast because it refuses.
    Success,
    /// All but one in a hundred are refused.
    Refusals,
}

impl Answers {
    fn are_met_by(self, requests: u64, failed: u64) -> bool {
        match self {
            Self::Success => failed == 0 && requests > 0,
            Self::Refusals => failed > requests - requests / 100,
        }
    }
}

/// The result of one turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    /// Answers.
    pub(crate) requests: u64,
    /// How long the turn took.
    pub(crate) elapsed: Duration,
    /// Half of the answers took at most this long.
    pub(crate) p50: Duration,
    /// 99 of 100 took at most this long.
    pub(crate) p99: Duration,
    /// CPU time of the generator.
    pub(crate) cpu: Duration,
}

impl Load {
    pub(crate) fn prepare(folder: &Path) -> anyhow::Result<Self> {
        let script = folder.join("requests.lua");
        std::fs::write(&script, SCRIPT)?;
        Ok(Self { script })
    }

    /// Sends requests with the keys of a file for `turn`. Unexpected answers fail the run.
    pub(crate) async fn run(
        &self,
        (server, path): (SocketAddr, &str),
        keys: &Path,
        answers: Answers,
        connections: usize,
        turn: Duration,
    ) -> anyhow::Result<Answered> {
        let cpu_before = machine::cpu_of_ended_children();
        let output = Command::new("wrk")
            .args(["--threads", "1", "--connections", &connections.to_string()])
            .args(["--duration", &format!("{}s", turn.as_secs())])
            .args(["--timeout", "10s", "--script"])
            .arg(&self.script)
            .arg(format!("http://{server}{path}"))
            .arg("--")
            .arg(keys)
            .arg(BODY)
            .kill_on_drop(true)
            .output()
            .await
            .context("cannot run wrk: `make bench` installs it")?;
        let cpu = machine::cpu_of_ended_children() - cpu_before;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr));
        let line =
            text.lines().find_map(|line| line.strip_prefix("RESULT ")).context("wrk gave no result")?;
        let figures: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let &[requests, elapsed_us, failed, p50_us, p99_us] = figures.as_slice() else {
            bail!("wrk gave another result than its script writes: {line}");
        };
        ensure!(answers.are_met_by(requests, failed), "{failed} of {requests} requests failed: {text}");
        let us = Duration::from_micros;
        Ok(Answered { requests, elapsed: us(elapsed_us), p50: us(p50_us), p99: us(p99_us), cpu })
    }
}
