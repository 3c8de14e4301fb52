//! What a connection is doing, and since when: told by its socket and its service, watched by one timer.
//!
//! The timer is not moved with every request. It wakes, reads how things stand and sleeps again, which costs a busy
//! connection nothing but two clock readings a request.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::Instant;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The rest of a request's head, or the first one on a fresh connection.
    Head = 0,
    /// Our own answer; the body has a clock of its own.
    Serving = 1,
    /// The next request.
    Idle = 2,
    /// A client to stop sending, after the last answer.
    Closing = 3,
}

/// How long a connection may stay in a phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// For a whole head, from its first byte; also for a client to stop sending.
    pub(super) head: Duration,
    /// Between requests.
    pub(super) idle: Duration,
    /// For so many bytes of a request's body as count as progress.
    pub(super) body: Duration,
    /// For a client that takes no more bytes of our answer.
    pub(super) write: Duration,
}

/// One connection's state. All its tellers run in one task; the atomics only make it shareable.
pub(super) struct Pulse {
    opened: Instant,
    /// Milliseconds since `opened`, shifted by two, and the phase in the low bits.
    phase: AtomicU64,
    /// Since when the service waits for progress of a body.
    body_wait: Wait,
    /// Since when the client takes no bytes.
    write_wait: Wait,
    /// A `#` was seen in the request line that is being read.
    fragment: AtomicBool,
    /// An answer was given before the request's body was read to its end.
    unread_body: AtomicBool,
}

/// A wait that may be under way: milliseconds since the connection opened plus one, or 0.
#[derive(Default)]
struct Wait(AtomicU64);

impl Wait {
    fn since(&self) -> Option<Duration> {
        self.0.load(Relaxed).checked_sub(1).map(Duration::from_millis)
    }
}

impl Pulse {
    pub(super) fn new() -> Self {
        Self {
            opened: Instant::now(),
            phase: AtomicU64::new(Phase::Head as u64),
            body_wait: Wait::default(),
            write_wait: Wait::default(),
            fragment: AtomicBool::new(false),
            unread_body: AtomicBool::new(false),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX >> 2)
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(self.now_ms() << 2 | phase as u64, Relaxed);
    }

    pub(super) fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) & 3 {
            0 => Phase::Head,
            1 => Phase::Serving,
            2 => Phase::Idle,
            _ => Phase::Closing,
        }
    }

    pub(super) fn body_waits(&self) {
        self.body_wait.0.store(self.now_ms() + 1, Relaxed);
    }

    pub(super) fn body_moves(&self) {
        self.body_wait.0.store(0, Relaxed);
    }

    pub(super) fn write_waits(&self) {
        self.write_wait.0.store(self.now_ms() + 1, Relaxed);
    }

    pub(super) fn write_moves(&self) {
        self.write_wait.0.store(0, Relaxed);
    }

    pub(super) fn note_fragment(&self) {
        self.fragment.store(true, Relaxed);
    }

    pub(super) fn take_fragment(&self) -> bool {
        self.fragment.load(Relaxed) && self.fragment.swap(false, Relaxed)
    }

    pub(super) fn note_unread_body(&self) {
        self.unread_body.store(true, Relaxed);
    }

    pub(super) fn has_unread_body(&self) -> bool {
        self.unread_body.load(Relaxed)
    }

    /// When patience ends as things stand; none while only the service works.
    fn deadline(&self, patience: &Patience) -> Option<Instant> {
        let since = Duration::from_millis(self.phase.load(Relaxed) >> 2);
        let phase = match self.phase() {
            Phase::Head | Phase::Closing => Some(since + patience.head),
            Phase::Idle => Some(since + patience.idle),
            Phase::Serving => None,
        };
        let body = self.body_wait.since().map(|since| since + patience.body);
        let write = self.write_wait.since().map(|since| since + patience.write);
        [phase, body, write].into_iter().flatten().min().map(|earliest| self.opened + earliest)
    }

    /// Ends when the connection has outstayed its phase.
    ///
    /// It never sleeps longer than the shortest patience, so a phase that begins while it sleeps is not overlooked.
    pub(super) async fn outstayed(&self, patience: Patience) {
        let shortest = patience.head.min(patience.idle).min(patience.body).min(patience.write);
        loop {
            let now = Instant::now();
            let latest = now + shortest;
            match self.deadline(&patience) {
                Some(deadline) if deadline <= now => return,
                deadline => tokio::time::sleep_until(deadline.map_or(latest, |it| it.min(latest))).await,
            }
        }
    }
}

/// The body of an answer. When it is gone, the request is over and the connection idle.
pub(super) struct AnswerBody {
    body: Body,
    pulse: Arc<Pulse>,
}

impl AnswerBody {
    pub(super) fn new(body: Body, pulse: Arc<Pulse>) -> Self {
        Self { body, pulse }
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.pulse.enter(Phase::Idle);
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        head: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        body: Duration::from_secs(15),
        write: Duration::from_secs(20),
    };

    async fn outstayed_after_s(pulse: &Pulse) -> u64 {
        let start = Instant::now();
        pulse.outstayed(PATIENCE).await;
        start.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn each_phase_has_its_own_patience() {
        let pulse = Pulse::new();
        assert_eq!(outstayed_after_s(&pulse).await, 10);
        pulse.enter(Phase::Idle);
        assert_eq!(outstayed_after_s(&pulse).await, 60);
        pulse.enter(Phase::Serving);
        pulse.write_waits();
        assert_eq!(outstayed_after_s(&pulse).await, 20);
        pulse.write_moves();
        pulse.body_waits();
        assert_eq!(outstayed_after_s(&pulse).await, 15);
    }

    #[tokio::test(start_paused = true)]
    async fn a_phase_that_begins_during_sleep_is_timed_exactly() {
        let pulse = Arc::new(Pulse::new());
        pulse.enter(Phase::Idle);
        let teller = tokio::spawn({
            let pulse = pulse.clone();
            async move {
                tokio::time::sleep(Duration::from_secs(13)).await;
                pulse.enter(Phase::Head);
            }
        });
        assert_eq!(outstayed_after_s(&pulse).await, 23);
        teller.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_working_service_is_never_hurried() {
        let pulse = Pulse::new();
        pulse.enter(Phase::Serving);
        let waited = tokio::time::timeout(Duration::from_secs(3600), pulse.outstayed(PATIENCE)).await;
        assert!(waited.is_err());
    }
}
