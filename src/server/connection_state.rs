//! Connection state for timeouts: the socket and the service record phases, and one timer checks
//! them.
//!
//! The timer is not moved with every request. It wakes, reads the state and sleeps again, which
//! costs a busy connection two clock readings a request.

mod request_body;
mod timeouts;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use hyper::body::Incoming;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

pub(super) use self::timeouts::{TimedOut, Timeouts};
use super::tail::Tail;
use super::unsent::UnsentAnswer;

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The rest of a request head, or the first head of a new connection.
    Head = 0,
    /// The answer of the service. The request body has a timeout of its own.
    Serving = 1,
    /// A client to read the rest of an answer, which has a timeout of its own.
    Sending = 2,
    /// The next request.
    Idle = 3,
    /// A client to stop sending after the last answer.
    Closing = 4,
}

/// Bits that a phase takes.
const PHASE_BITS: u32 = 3;

/// Since when a connection waits for a request. Earlier instants sort first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WaitingSince(Instant);

/// The state of one connection. One task writes it; the atomics make it shareable.
#[derive(Debug)]
pub(super) struct ConnectionState {
    opened: Instant,
    /// Milliseconds since `opened`, shifted, and the phase in the low bits.
    phase: AtomicU64,
    /// Since when the service waits for progress of the body.
    body_wait: Wait,
    /// The body took too long.
    body_failed: AtomicBool,
    /// Of the task that waits for the body.
    body_reader: AtomicWaker,
    /// Since when the client reads nothing.
    write_wait: Wait,
    /// The request line that is being read contains a `#`.
    fragment: AtomicBool,
    /// The answer was given before the end of the request body.
    has_unread_body: AtomicBool,
    /// The part of the request body that the service did not read.
    unread_body: Mutex<Option<Incoming>>,
    /// The last bytes of the request body so far. Empty without a body, and for a chunked one.
    body_tail: AtomicU64,
    /// The answer that is being sent.
    answer: Mutex<Option<UnsentAnswer>>,
    /// The connection must make room for another.
    is_evicted: AtomicBool,
    eviction: Notify,
}

/// A wait: milliseconds since the connection opened plus one, or 0 without a wait.
#[derive(Debug, Default)]
struct Wait(AtomicU64);

impl Wait {
    fn since(&self) -> Option<Duration> {
        self.0.load(Relaxed).checked_sub(1).map(Duration::from_millis)
    }
}

impl ConnectionState {
    pub(super) fn new() -> Self {
        Self {
            opened: Instant::now(),
            phase: AtomicU64::new(Phase::Head as u64),
            body_wait: Wait::default(),
            body_failed: AtomicBool::new(false),
            body_reader: AtomicWaker::new(),
            write_wait: Wait::default(),
            fragment: AtomicBool::new(false),
            has_unread_body: AtomicBool::new(false),
            unread_body: Mutex::default(),
            body_tail: AtomicU64::default(),
            answer: Mutex::default(),
            is_evicted: AtomicBool::new(false),
            eviction: Notify::new(),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX >> PHASE_BITS)
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(self.now_ms() << PHASE_BITS | phase as u64, Relaxed);
    }

    /// Records that the service has a request.
    pub(super) fn serve(&self) {
        self.body_tail.store(Tail::default().to_bits(), Relaxed);
        self.enter(Phase::Serving);
    }

    pub(super) fn phase(&self) -> Phase {
        phase_in(self.phase.load(Relaxed))
    }

    /// Since when the connection waits for a request head, unless it serves a request.
    pub(super) fn waiting_since(&self) -> Option<WaitingSince> {
        let word = self.phase.load(Relaxed);
        match phase_in(word) {
            Phase::Head | Phase::Idle | Phase::Closing if !self.is_evicted() => {
                Some(WaitingSince(self.opened + Duration::from_millis(word >> PHASE_BITS)))
            }
            _ => None,
        }
    }

    /// Asks the connection to make room for another.
    pub(super) fn evict(&self) {
        self.is_evicted.store(true, Relaxed);
        self.eviction.notify_one();
    }

    pub(super) fn is_evicted(&self) -> bool {
        self.is_evicted.load(Relaxed)
    }

    /// Resolves once the connection is asked to make room.
    pub(super) async fn evicted(&self) {
        self.eviction.notified().await;
    }

    /// Whether a connection that was asked to make room must close: one that received a request
    /// stays.
    pub(super) fn has_to_leave(&self) -> bool {
        let is_waiting = !matches!(self.phase(), Phase::Serving | Phase::Sending);
        self.is_evicted.store(is_waiting, Relaxed);
        is_waiting
    }

    pub(super) fn start_write_wait(&self) {
        self.write_wait.0.store(self.now_ms() + 1, Relaxed);
    }

    pub(super) fn end_write_wait(&self) {
        self.write_wait.0.store(0, Relaxed);
    }

    pub(super) fn note_fragment(&self) {
        self.fragment.store(true, Relaxed);
    }

    pub(super) fn take_fragment(&self) -> bool {
        self.fragment.load(Relaxed) && self.fragment.swap(false, Relaxed)
    }

    /// Records the answer that is about to be sent.
    pub(super) fn begin_answer(&self, answer: UnsentAnswer) {
        *self.answer.lock() = Some(answer);
    }

    /// The answer that is being sent.
    pub(super) fn answer(&self) -> Option<UnsentAnswer> {
        self.answer.lock().clone()
    }

    /// Records that the client read the answer to its end; `phase` follows.
    pub(super) fn finish_answer(&self, phase: Phase) {
        let answer = self.answer.lock().take();
        if let Some(delivery) = answer.and_then(|answer| answer.delivery) {
            delivery.complete();
        }
        self.enter(phase);
    }

    /// Records that the gateway closes the connection before the client has the answer.
    pub(super) fn cut_off(&self) {
        if let Some(delivery) = self.answer().and_then(|answer| answer.delivery) {
            delivery.cut_off();
        }
    }
}

fn phase_in(word: u64) -> Phase {
    match word & ((1 << PHASE_BITS) - 1) {
        0 => Phase::Head,
        1 => Phase::Serving,
        2 => Phase::Sending,
        3 => Phase::Idle,
        _ => Phase::Closing,
    }
}
