//! What a pool counts. It keeps the handles: a lookup by labels on each call costs more than
//! counting.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

/// What is counted of calls: how they ended, and that one was retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallEvent {
    Answered,
    Busy,
    Failed,
    Left,
    Refused,
    Retried,
    TimedOut,
}

#[derive(Default)]
struct Counters {
    answered: OnceLock<Counter>,
    busy: OnceLock<Counter>,
    failed: OnceLock<Counter>,
    left: OnceLock<Counter>,
    refused: OnceLock<Counter>,
    retried: OnceLock<Counter>,
    timed_out: OnceLock<Counter>,
}

impl Counters {
    /// The counter of an event, and its label.
    const fn of(&self, event: CallEvent) -> (&OnceLock<Counter>, &'static str) {
        match event {
            CallEvent::Answered => (&self.answered, "answered"),
            CallEvent::Busy => (&self.busy, "busy"),
            CallEvent::Failed => (&self.failed, "failed"),
            CallEvent::Left => (&self.left, "left"),
            CallEvent::Refused => (&self.refused, "refused"),
            CallEvent::Retried => (&self.retried, "retried"),
            CallEvent::TimedOut => (&self.timed_out, "timed_out"),
        }
    }
}

/// Series appear with their first call.
pub(super) struct PoolMetrics {
    upstream: String,
    requests: Counters,
    duration: OnceLock<Histogram>,
    breaker: OnceLock<Gauge>,
}

impl PoolMetrics {
    pub(super) fn new(upstream: &str) -> Self {
        Self {
            upstream: upstream.to_owned(),
            requests: Counters::default(),
            duration: OnceLock::new(),
            breaker: OnceLock::new(),
        }
    }

    pub(super) fn count(&self, event: CallEvent) {
        let (counter, outcome) = self.requests.of(event);
        let register = || {
            let upstream = self.upstream.clone();
            counter!("gateway_upstream_requests_total", "upstream" => upstream, "outcome" => outcome)
        };
        counter.get_or_init(register).increment(1);
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
