//! What the operating system's signals ask of a running gateway.

use std::fmt;
use std::io::{self, IsTerminal};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To stop.
    Stop(StopSignal),
    /// To read the settings again.
    Reload,
}

/// Which signal asks to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM, from whatever runs the gateway.
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

/// The signals of this process. None of them ends it by itself.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
    had_terminal: bool,
}

impl Signals {
    /// Catches signals from now on; those that come before [`Signals::next`] is called are kept.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            had_terminal: has_terminal(),
        })
    }

    /// Waits for the next one. SIGHUP means to reload, as for any service, unless the terminal in which the gateway was
    /// started has closed: then nobody sees the gateway any more, and it stops.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::Stop(StopSignal::Terminate),
            _ = self.interrupt.recv() => Asked::Stop(StopSignal::Interrupt),
            _ = self.hangup.recv() => match self.had_terminal && !has_terminal() {
                true => Asked::Stop(StopSignal::TerminalClosed),
                false => Asked::Reload,
            },
        }
    }
}

/// A terminal that was closed is none any more.
fn has_terminal() -> bool {
    io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
}
