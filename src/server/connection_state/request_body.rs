//! What is known of the body of the request that is being served.

use std::sync::atomic::Ordering::Relaxed;
use std::task::Waker;
use std::time::Duration;

use hyper::body::Incoming;

use super::ConnectionState;
use crate::server::tail::Tail;

impl ConnectionState {
    /// Records that the service waits for the body, and has `waited` for it before without
    /// progress.
    pub(in crate::server) fn start_body_wait(&self, waited: Duration) {
        let waited_ms = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        self.body_wait.0.store(self.now_ms().saturating_sub(waited_ms) + 1, Relaxed);
    }

    /// Ends the wait for the body, and returns how long it has been in all.
    pub(in crate::server) fn end_body_wait(&self) -> Duration {
        let since = self.body_wait.since();
        self.body_wait.0.store(0, Relaxed);
        since.map_or(Duration::ZERO, |since| Duration::from_millis(self.now_ms()).saturating_sub(since))
    }

    /// Records the task to wake if the body fails.
    pub(in crate::server) fn body_is_read_by(&self, reader: &Waker) {
        self.body_reader.register(reader);
    }

    /// Fails the body for which the service waits: it took too long.
    pub(in crate::server) fn fail_body(&self) {
        self.body_failed.store(true, Relaxed);
        self.body_wait.0.store(0, Relaxed);
        self.body_reader.wake();
    }

    pub(in crate::server) fn body_has_failed(&self) -> bool {
        self.body_failed.load(Relaxed)
    }

    pub(in crate::server) fn note_unread_body(&self) {
        self.has_unread_body.store(true, Relaxed);
    }

    pub(in crate::server) fn has_unread_body(&self) -> bool {
        self.has_unread_body.load(Relaxed)
    }

    /// Stores the unread part of a request body.
    pub(in crate::server) fn leave_unread_body(&self, body: Incoming) {
        *self.unread_body.lock() = Some(body);
    }

    /// Takes the unread part of a request body.
    pub(in crate::server) fn take_unread_body(&self) -> Option<Incoming> {
        self.unread_body.lock().take()
    }

    /// Records bytes of a request body.
    pub(in crate::server) fn note_body(&self, bytes: &[u8]) {
        self.body_tail.store(self.body_tail().push(bytes).to_bits(), Relaxed);
    }

    /// The last bytes of the request body. Empty without a body, and for a chunked one.
    pub(in crate::server) fn body_tail(&self) -> Tail {
        Tail::from_bits(self.body_tail.load(Relaxed))
    }
}
