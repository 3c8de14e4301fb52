//! The real program as a gateway, and what it logs.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::support::processes::signal;

/// Ends a test that would wait for ever; no test passes by it.
const HANG: Duration = Duration::from_secs(60);

/// A gateway and the lines it logs.
pub(super) struct Serving {
    child: Child,
    log: Receiver<Value>,
}

impl Serving {
    pub(super) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let (sender, log) = channel();
        std::thread::spawn(move || {
            lines.for_each(|line| drop(sender.send(serde_json::from_str(&line).unwrap_or_default())));
        });
        Self { child, log }
    }

    #[track_caller]
    pub(super) fn next_line(&self) -> Value {
        self.log.recv_timeout(HANG).expect("a line is logged")
    }

    /// Waits for a line.
    #[track_caller]
    pub(super) fn line_where(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.next_line();
            if is_it(&line) {
                return line;
            }
        }
    }

    /// Waits for a line with a message that begins like this.
    #[track_caller]
    pub(super) fn line(&self, beginning: &str) -> Value {
        self.line_where(|line| line["message"].as_str().is_some_and(|message| message.starts_with(beginning)))
    }

    /// Waits for the line of a request.
    #[track_caller]
    pub(super) fn request(&self) -> Value {
        self.line_where(|line| line["target"] == "fluence::request")
    }

    /// Waits until it serves, and says where.
    #[track_caller]
    pub(super) fn address(&self) -> String {
        let serving = self.line_where(|line| line["message"] == "serving");
        format!("http://{}", serving["address"].as_str().unwrap())
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn hang_up(&self) {
        signal("HUP", self.child.id());
    }

    pub(super) fn stop(mut self) {
        signal("TERM", self.child.id());
        self.line("stopped");
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Serving {
    /// After a failed test.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
