//! What a pool counts. It keeps the handles: a lookup by labels on each call costs more than
//! counting.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// How a call ended, or what was done for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Answered,
    Busy,
    Failed,
    Left,
    Refused,
    Repeated,
    TimedOut,
}

/// Number of variants of [`Ended`].
const ENDS: usize = 7;

impl Ended {
    const fn label(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Busy => "busy",
            Self::Failed => "failed",
            Self::Left => "left",
            Self::Refused => "refused",
            Self::Repeated => "repeated",
            Self::TimedOut => "timed_out",
        }
    }
}

/// Series appear with their first call.
pub(super) struct PoolMetrics {
    upstream: String,
    requests: [OnceLock<Counter>; ENDS],
    duration: OnceLock<Histogram>,
    breaker: OnceLock<Gauge>,
}

impl PoolMetrics {
    pub(super) fn new(upstream: &str) -> Self {
        Self {
            upstream: upstream.to_owned(),
            requests: [const { OnceLock::new() }; ENDS],
            duration: OnceLock::new(),
            breaker: OnceLock::new(),
        }
    }

    pub(super) fn count(&self, ended: Ended) {
        let register = || {
            let upstream = self.upstream.clone();
            counter!("gateway_upstream_requests_total", "upstream" => upstream, "outcome" => ended.label())
        };
        self.requests[ended as usize].get_or_init(register).increment(1);
    }

    pub(super) fn took(&self, time: Duration) {
        let register =
            || histogram!("gateway_upstream_duration_seconds", "upstream" => self.upstream.clone());
        self.duration.get_or_init(register).record(time.as_secs_f64());
    }

    pub(super) fn breaker_is(&self, level: f64) {
        let register = || gauge!("gateway_breaker_state", "upstream" => self.upstream.clone());
        self.breaker.get_or_init(register).set(level);
    }
}
