//! The real program as a process.

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};

use fluence::kill_point::KillPoint;
use serde_json::Value;

/// A gateway process. Killed when dropped.
pub(super) struct Serving {
    child: Child,
    pub(super) address: String,
}

/// The signal of a process that aborts.
const SIGABRT: i32 = 6;

impl Serving {
    /// Starts a gateway and waits until it listens.
    pub(super) fn start(command: Command) -> Self {
        Self::try_start(command).unwrap_or_else(|status| panic!("the gateway did not start: {status}"))
    }

    /// The same with a gateway that may die before it listens.
    pub(super) fn try_start(mut command: Command) -> Result<Self, ExitStatus> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        match address(&mut lines) {
            Some(address) => {
                // Drains the log, so that the gateway never blocks on it.
                std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                Ok(Self { child, address })
            }
            None => Err(child.wait().unwrap()),
        }
    }

    /// `kill -9`.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until it aborts at its kill point.
    pub(super) fn wait_for_abort(mut self) {
        assert_aborted(self.child.wait().unwrap());
    }

    /// Stops it with SIGTERM.
    pub(super) fn stop(mut self) {
        crate::support::processes::signal("TERM", self.child.id());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

pub(super) fn assert_aborted(status: ExitStatus) {
    assert_eq!(status.signal(), Some(SIGABRT), "{status}");
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(lines: &mut Lines<BufReader<ChildStderr>>) -> Option<String> {
    lines.map_while(Result::ok).find_map(|line| {
        let line: Value = serde_json::from_str(&line).ok()?;
        if line["message"] == "serving" { Some(line["address"].as_str()?.to_owned()) } else { None }
    })
}

/// Sets the kill point of a gateway.
pub(super) fn with_kill_point(mut command: Command, point: KillPoint, nth: u32) -> Command {
    command.env("KILL_AT", format!("{}:{nth}", point.name()));
    command
}
