//! Signals of the operating system to a running gateway.

use std::fmt;
use std::io::{self, IsTerminal};

use tokio::signal::unix::{Signal, SignalKind, signal};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignalAction {
    Stop(StopSignal),
    Reload,
}

/// Which signal asks to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM, from a process manager.
    Terminate,
    /// SIGINT, from a terminal.
    Interrupt,
    /// SIGHUP, because the terminal closed.
    TerminalClosed,
}

impl fmt::Display for StopSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
            Self::TerminalClosed => "SIGHUP: its terminal closed",
        })
    }
}

/// The signals that this process catches.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    had_terminal: bool,
}

impl Signals {
    /// Catches signals. Those before [`Signals::next`] are kept.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            had_terminal: has_terminal(),
        })
    }

    /// Waits for the next signal. SIGHUP reloads, as in any service, unless the terminal of the
    /// gateway has closed: then it stops the gateway.
    pub async fn next(&mut self) -> SignalAction {
        tokio::select! {
            _ = self.terminate.recv() => SignalAction::Stop(StopSignal::Terminate),
            _ = self.interrupt.recv() => SignalAction::Stop(StopSignal::Interrupt),
            _ = self.hangup.recv() => match self.had_terminal && !has_terminal() {
                true => SignalAction::Stop(StopSignal::TerminalClosed),
                false => SignalAction::Reload,
            },
        }
    }
}

/// Whether a standard stream is a terminal.
fn has_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}
