//! What a listener allows, and what it counts.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// What one listener allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// Most connections at once. Beyond it, one that waits for a request makes room.
    pub max_connections: usize,
    /// Most connections at once from one IPv4 address or one IPv6 network of 64 bits, trusted proxies apart.
    pub max_connections_per_client: usize,
    /// For a whole request head, from its first byte; for the first byte of a connection; and for a client to stop
    /// sending once it has been refused.
    pub head_timeout: Duration,
    /// For `body_min_bytes` more of a request's body, or its end.
    pub body_timeout: Duration,
    /// What counts as progress of a body, in bytes.
    pub body_min_bytes: usize,
    /// Between two requests of a connection.
    pub idle_timeout: Duration,
    /// For a client to take `write_min_bytes` more of an answer, or its end.
    pub write_timeout: Duration,
    /// What counts as progress of an answer, in bytes.
    pub write_min_bytes: usize,
    /// Most bytes of answers to one account, or to one client without an account, that wait to be taken.
    pub max_unsent_bytes_per_account: usize,
    /// The same for all accounts and clients together.
    pub max_unsent_bytes: usize,
    /// Largest request head, in bytes; 8 KiB at least.
    pub max_head_bytes: usize,
    /// Most header lines.
    pub max_headers: usize,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_connections: 20_000,
            max_connections_per_client: 20_000,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(15),
            body_min_bytes: 4 * 1024,
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(30),
            write_min_bytes: 64 * 1024,
            max_unsent_bytes_per_account: 16 * 1024 * 1024,
            max_unsent_bytes: 128 * 1024 * 1024,
            max_head_bytes: 32 * 1024,
            max_headers: 64,
        }
    }
}

/// Counters of a listener, for metrics.
#[derive(Debug, Default)]
pub struct ListenerStats {
    /// Connections served, now and before.
    pub accepted: AtomicU64,
    /// Connections closed as they came, because there were too many.
    pub refused: AtomicU64,
    /// Connections beyond the limits that were served for one request, and answered as a probe or with 503.
    pub overflowed: AtomicU64,
    /// Connections closed while they waited for a request, to make room for another.
    pub evicted: AtomicU64,
    /// Connections closed because the client was too slow or too long idle.
    pub outstayed: AtomicU64,
    /// Failures to accept.
    pub accept_errors: AtomicU64,
}
