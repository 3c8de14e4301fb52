//! What a listener counts.

use std::sync::atomic::AtomicU64;

/// Counters of a listener, for metrics.
#[derive(Debug, Default)]
pub struct ListenerStats {
    /// Connections served, now and before.
    pub accepted: AtomicU64,
    /// Connections closed as they came, because there were too many.
    pub refused: AtomicU64,
    /// Connections beyond the limits that were served for one request, and answered as a probe or
    /// with 503.
    pub overflowed: AtomicU64,
    /// Connections closed while they waited for a request, to make room for another.
    pub evicted: AtomicU64,
    /// Connections closed because the client was too slow or too long idle.
    pub timed_out: AtomicU64,
    pub accept_errors: AtomicU64,
}
