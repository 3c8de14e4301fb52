//! What systemd learns from a service of `Type=notify`: that it serves, reloads, stops, and is
//! alive. Elsewhere nothing happens.

use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use crate::background::readiness::Readiness;

const SOCKET: &str = "NOTIFY_SOCKET";
const WATCHDOG: &str = "WATCHDOG_USEC";
const WATCHDOG_PID: &str = "WATCHDOG_PID";

/// The socket of the service manager, if one started the program.
#[derive(Debug, Default)]
pub(super) struct ServiceManager {
    socket: Option<(UnixDatagram, SocketAddr)>,
    /// The longest pause between two signs of life.
    watchdog: Option<Duration>,
}

impl ServiceManager {
    /// Reads what the service manager set in the environment.
    pub(super) fn of_environment() -> Self {
        let text = |name| std::env::var(name).ok();
        let is_ours = text(WATCHDOG_PID).is_none_or(|pid| pid.parse() == Ok(std::process::id()));
        let watchdog = text(WATCHDOG).filter(|_| is_ours).and_then(|micros| micros.parse().ok());
        let socket = std::env::var_os(SOCKET).and_then(|name| connect(&name));
        Self { socket, watchdog: watchdog.map(Duration::from_micros) }
    }

    /// Requests are answered.
    pub(super) fn ready(&self) {
        self.send("READY=1");
    }

    pub(super) fn reloading(&self) {
        self.send("RELOADING=1");
    }

    pub(super) fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// Sends signs of life until it is dropped. They end while the ledger's writer is stuck: a
    /// restart helps then. They go on while the database is unavailable, which a restart would not
    /// bring back.
    pub(super) async fn keep_alive(&self, readiness: &Readiness) {
        let Some(watchdog) = self.watchdog.filter(|pause| !pause.is_zero()) else {
            return std::future::pending().await;
        };
        let mut tick = tokio::time::interval(watchdog / 3);
        loop {
            tick.tick().await;
            if !readiness.is_stuck() {
                self.send("WATCHDOG=1");
            }
        }
    }

    /// A message that is lost is no reason to stop serving.
    fn send(&self, message: &str) {
        if let Some((socket, manager)) = &self.socket
            && let Err(error) = socket.send_to_addr(message.as_bytes(), manager)
        {
            tracing::warn!(%error, message, "the service manager did not take a message");
        }
    }
}

/// A name that begins with `@` is in the abstract namespace.
fn connect(name: &OsStr) -> Option<(UnixDatagram, SocketAddr)> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    };
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    Some((socket, address.ok()?))
}
