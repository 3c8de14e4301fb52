//! When a connection has stayed in a phase for too long.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::time::Instant;

use super::{ConnectionState, PHASE_BITS, Phase};

/// How long a connection may stay in a phase.
#[derive(Clone, Copy, Debug)]
pub(in crate::server) struct Timeouts {
    /// A whole head, from its first byte, or for a client to stop sending.
    pub(in crate::server) head: Duration,
    /// Between requests.
    pub(in crate::server) idle: Duration,
    /// Progress of a request body.
    pub(in crate::server) body: Duration,
    /// Progress of reading an answer.
    pub(in crate::server) write: Duration,
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) enum TimedOut {
    /// The body of a request that is not answered yet.
    Body,
    /// Anything else of the connection.
    Connection,
}

impl ConnectionState {
    /// When the earliest timeout ends, and of what, unless only the service works.
    fn deadline(&self, timeouts: &Timeouts) -> Option<(Instant, TimedOut)> {
        let since = Duration::from_millis(self.phase.load(Relaxed) >> PHASE_BITS);
        let phase = match self.phase() {
            Phase::Head | Phase::Closing => Some(since + timeouts.head),
            Phase::Idle => Some(since + timeouts.idle),
            Phase::Serving | Phase::Sending => None,
        };
        let body = self.body_wait.since().map(|since| since + timeouts.body);
        let write = self.write_wait.since().map(|since| since + timeouts.write);
        // An answer that has begun cannot be replaced.
        let of_body = if self.phase() == Phase::Serving { TimedOut::Body } else { TimedOut::Connection };
        [(phase, TimedOut::Connection), (body, of_body), (write, TimedOut::Connection)]
            .into_iter()
            .filter_map(|(deadline, what)| Some((self.opened + deadline?, what)))
            .min_by_key(|(deadline, _)| *deadline)
    }

    /// Resolves once the body or the connection has timed out.
    ///
    /// Never sleeps longer than the shortest timeout, so that no phase that begins meanwhile is
    /// missed.
    pub(in crate::server) async fn timed_out(&self, timeouts: Timeouts) -> TimedOut {
        let shortest = timeouts.head.min(timeouts.idle).min(timeouts.body).min(timeouts.write);
        loop {
            let now = Instant::now();
            let latest = now + shortest;
            match self.deadline(&timeouts) {
                Some((deadline, what)) if deadline <= now => return what,
                later => tokio::time::sleep_until(later.map_or(latest, |(at, _)| at.min(latest))).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const TIMEOUTS: Timeouts = Timeouts {
        head: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        body: Duration::from_secs(15),
        write: Duration::from_secs(20),
    };

    async fn timed_out_after_s(state: &ConnectionState) -> u64 {
        let start = Instant::now();
        state.timed_out(TIMEOUTS).await;
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn each_phase_has_its_own_timeout() {
        let state = ConnectionState::new();
        assert_eq!(timed_out_after_s(&state).await, 10);
        state.enter(Phase::Idle);
        assert_eq!(timed_out_after_s(&state).await, 60);
        state.enter(Phase::Serving);
        state.start_write_wait();
        assert_eq!(timed_out_after_s(&state).await, 20);
        state.end_write_wait();
        state.start_body_wait(Duration::ZERO);
        assert_eq!(timed_out_after_s(&state).await, 15);
    }

    #[tokio::test(start_paused = true)]
    async fn only_waits_for_a_body_count() {
        let state = ConnectionState::new();
        state.enter(Phase::Serving);
        let wait_s = async |waited, seconds| {
            state.start_body_wait(waited);
            tokio::time::advance(Duration::from_secs(seconds)).await;
            state.end_body_wait()
        };
        let waited = wait_s(Duration::ZERO, 10).await;
        assert_eq!(waited, Duration::from_secs(10));
        // The service does not read.
        assert!(tokio::time::timeout(Duration::from_secs(3_600), state.timed_out(TIMEOUTS)).await.is_err());
        assert_eq!(wait_s(waited, 2).await, Duration::from_secs(12));
        state.start_body_wait(Duration::from_secs(12));
        assert_eq!(timed_out_after_s(&state).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_phase_that_begins_during_sleep_is_timed_exactly() {
        let state = Arc::new(ConnectionState::new());
        state.enter(Phase::Idle);
        let teller = tokio::spawn({
            let state = state.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(13)).await;
                state.enter(Phase::Head);
            }
        });
        assert_eq!(timed_out_after_s(&state).await, 23);
        teller.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_working_service_is_never_hurried() {
        let state = ConnectionState::new();
        state.enter(Phase::Serving);
        let waited = tokio::time::timeout(Duration::from_secs(3600), state.timed_out(TIMEOUTS)).await;
        assert!(waited.is_err());
    }
}
