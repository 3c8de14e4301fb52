//! The store's connection and its health check.
//!
//! The connection exists only while the store answers within the budget. Without a connection no
//! request is sent, so an unavailable store costs nothing. The health check looks for the store and
//! reconnects.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use metrics::{counter, gauge};
use parking_lot::Mutex;
use redis::RedisResult;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::connection::{CONNECT_WITHIN, Connection, Servers};
use crate::clock;

/// Consecutive failures after which the connection is closed. One late answer does not close it.
const FAILURES: u32 = 3;

const NO_ANSWER: &str = "no answer within limits.decision_ms";

/// The store is not connected or did not answer in time. The caller decides without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

pub(super) struct Store {
    servers: Servers,
    /// The longest wait of a request for the store.
    budget: Duration,
    state: Mutex<State>,
    lost: Notify,
    came_back: Notify,
}

enum State {
    Present(Link),
    Unavailable {
        since: DateTime<Utc>,
        /// The reason that was logged last, so that each reason is logged only once.
        reason: Option<String>,
    },
}

/// A connection and its consecutive failures.
#[derive(Clone)]
struct Link {
    connection: Connection,
    failures: Arc<AtomicU32>,
}

impl Store {
    /// Starts without a connection.
    pub(super) fn new(servers: Servers, budget: Duration) -> Self {
        set_gauges(false);
        let state = Mutex::new(State::Unavailable { since: clock::now(), reason: None });
        Self { servers, budget, state, lost: Notify::new(), came_back: Notify::new() }
    }

    /// Sends a command to the store and waits for at most the budget.
    pub(super) async fn query<T, F>(&self, command: impl FnOnce(Connection) -> F) -> Result<T, Unavailable>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let link = self.link().ok_or(Unavailable)?;
        match timeout(self.budget, command(link.connection.clone())).await {
            Ok(Ok(answer)) => {
                link.failures.store(0, Ordering::Relaxed);
                return Ok(answer);
            }
            Ok(Err(error)) => {
                let kind = if error.is_io_error() { "connection" } else { "answer" };
                counter!("gateway_redis_errors_total", "kind" => kind).increment(1);
                let is_torn = error.is_unrecoverable_error();
                self.failed(&link, is_torn, &error.to_string());
            }
            Err(_) => {
                counter!("gateway_redis_errors_total", "kind" => "timeout").increment(1);
                self.failed(&link, false, NO_ANSWER);
            }
        }
        Err(Unavailable)
    }

    /// Since when the store has been unavailable, or `None` while it is connected.
    pub(super) fn away_since(&self) -> Option<DateTime<Utc>> {
        match &*self.state.lock() {
            State::Present(_) => None,
            State::Unavailable { since, .. } => Some(*since),
        }
    }

    /// Waits until the store is connected again.
    pub(super) async fn came_back(&self) {
        self.came_back.notified().await;
    }

    /// Looks for the store, and then checks it every `period`, until `stop`. `command` is like
    /// that of a decision.
    pub(super) async fn watch<F>(
        &self,
        period: Duration,
        command: impl Fn(Connection) -> F,
        stop: CancellationToken,
    ) where
        F: Future<Output = RedisResult<()>>,
    {
        let mut looked_at = Instant::now();
        while !stop.is_cancelled() {
            if self.away_since().is_some() {
                self.reconnect(&command).await;
                looked_at = Instant::now();
            } else {
                let _ = self.query(&command).await;
            }
            tokio::select! {
                () = tokio::time::sleep(period) => {}
                // A connection that only broke is replaced at once, but not a store that is lost
                // again as soon as it is found.
                () = self.lost.notified(), if looked_at.elapsed() >= period => {}
                () = stop.cancelled() => {}
            }
        }
    }

    /// Connects, and uses the store again if it answers within the budget.
    pub(super) async fn reconnect<F>(&self, command: impl Fn(Connection) -> F)
    where
        F: Future<Output = RedisResult<()>>,
    {
        match self.connect_and_probe(command).await {
            Ok(connection) => self.found(connection),
            Err(reason) => self.still_unavailable(reason),
        }
    }

    /// Returns a connection on which the store answers within the budget, or the error as a text.
    async fn connect_and_probe<F>(&self, command: impl Fn(Connection) -> F) -> Result<Connection, String>
    where
        F: Future<Output = RedisResult<()>>,
    {
        let connecting = timeout(CONNECT_WITHIN, self.servers.connect()).await;
        let connection = connecting
            .map_err(|_| format!("no connection within {} s", CONNECT_WITHIN.as_secs()))?
            .map_err(|error| error.to_string())?;
        // Sent twice: the first answer may take longer, because the store must first load the
        // script.
        let _ = timeout(CONNECT_WITHIN, command(connection.clone())).await;
        match timeout(self.budget, command(connection.clone())).await {
            Ok(Ok(())) => Ok(connection),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(NO_ANSWER.to_owned()),
        }
    }

    /// Logs why the store is unavailable, unless that reason was logged last.
    fn still_unavailable(&self, error: String) {
        match &mut *self.state.lock() {
            State::Unavailable { reason, .. } if reason.as_ref() != Some(&error) => {
                *reason = Some(error.clone());
            }
            _ => return,
        }
        tracing::warn!(store = self.servers.address(), error, "Redis unavailable, limits are local");
    }

    fn link(&self) -> Option<Link> {
        match &*self.state.lock() {
            State::Present(link) => Some(link.clone()),
            State::Unavailable { .. } => None,
        }
    }

    fn found(&self, connection: Connection) {
        let link = Link { connection, failures: Arc::default() };
        *self.state.lock() = State::Present(link);
        set_gauges(true);
        self.came_back.notify_one();
        tracing::info!(store = self.servers.address(), "Redis connected, limits are shared");
    }

    fn failed(&self, link: &Link, is_torn: bool, error: &str) {
        let failures = link.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if !is_torn && failures < FAILURES {
            return;
        }
        let mut state = self.state.lock();
        // Another request may have noticed first, and another connection may be in use by now.
        match &*state {
            State::Present(present) if Arc::ptr_eq(&present.failures, &link.failures) => {
                *state = State::Unavailable { since: clock::now(), reason: Some(error.to_owned()) };
            }
            _ => return,
        }
        drop(state);
        set_gauges(false);
        tracing::warn!(store = self.servers.address(), error, "Redis connection lost, limits are local");
        self.lost.notify_one();
    }
}

fn set_gauges(is_present: bool) {
    gauge!("gateway_redis_up").set(f64::from(is_present));
    gauge!("gateway_degraded", "reason" => "redis").set(f64::from(!is_present));
}

impl std::fmt::Debug for Store {
    /// Omits the address, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("away_since", &self.away_since()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
