//! The body of a request to an upstream: read whole, or streamed.

mod body;
mod streamed;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, SizeHint};
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};

pub(super) use self::body::UploadBody;

/// The body that a client sends.
pub type ClientBody = Pin<Box<dyn Body<Data = Bytes, Error = UploadFault> + Send>>;

/// Cheap to clone; all clones are the same body.
#[derive(Clone, Debug)]
pub enum Upload {
    Whole(Bytes),
    Streamed(StreamedUpload),
}

/// Why a streamed body ended before its end. The upstream cannot help it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadFault {
    #[error("the body of the request is longer than its route allows")]
    TooLong,
    #[error("the client broke off its request")]
    BrokeOff,
    #[error("the body of the request did not arrive for {timeout_s} s")]
    TooSlow { timeout_s: u64 },
    /// The call ended first.
    #[error("the rest of the request is not needed")]
    Stopped,
}

/// A streamed body. It can be sent once.
#[derive(Clone)]
pub struct StreamedUpload(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    length: SizeHint,
    max_bytes: u64,
    /// Notified at the end of the body.
    ended: Notify,
}

struct State {
    /// Present until its end, or until the call has ended.
    body: Option<ClientBody>,
    /// Whether a part of it was asked for.
    has_begun: bool,
    has_ended: bool,
    bytes: u64,
    moved_at: Instant,
    fault: Option<UploadFault>,
    /// Of the task that sends it, while it waits for the client.
    sender: Option<Waker>,
}

#[derive(Clone, Copy, Debug)]
pub struct AnswerTimeouts {
    /// Of its head, from the end of the request's body.
    pub first_byte: Duration,
    /// Longest pause of a body, of the request or of the answer.
    pub idle: Duration,
    /// When the answer must have been read, unless it is streamed.
    pub ends_at: Instant,
}

impl AnswerTimeouts {
    /// The deadline of the head of an answer to a request that was sent now.
    fn of_head(self) -> Instant {
        (Instant::now() + self.first_byte).min(self.ends_at)
    }
}

impl Upload {
    /// A streamed body, as far as `max_bytes`.
    pub fn streamed(body: ClientBody, max_bytes: u64) -> Self {
        let length = body.size_hint();
        let has_ended = body.is_end_stream();
        let state = State {
            body: Some(body),
            has_begun: false,
            has_ended,
            bytes: 0,
            moved_at: Instant::now(),
            fault: None,
            sender: None,
        };
        let shared = Shared { state: Mutex::new(state), length, max_bytes, ended: Notify::new() };
        Self::Streamed(StreamedUpload(Arc::new(shared)))
    }

    /// Bytes that were read so far: all of them, or what was streamed.
    pub fn bytes(&self) -> u64 {
        match self {
            Self::Whole(body) => body.len() as u64,
            Self::Streamed(streamed) => streamed.state().bytes,
        }
    }

    /// Whether all of it was read.
    pub fn has_ended(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Streamed(streamed) => streamed.state().has_ended,
        }
    }

    /// Why the body ended before its end, if that is not the upstream's doing.
    pub fn fault(&self) -> Option<UploadFault> {
        match self {
            Self::Whole(_) => None,
            Self::Streamed(streamed) => streamed.state().fault,
        }
    }

    /// Whether it can be sent from its beginning.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Streamed(streamed) => !streamed.state().has_begun,
        }
    }

    /// What a client of an upstream sends.
    pub(super) fn body(&self) -> UploadBody {
        match self {
            Self::Whole(body) => UploadBody::Whole(Some(body.clone()).filter(|body| !body.is_empty())),
            Self::Streamed(streamed) => UploadBody::Streamed(streamed.clone()),
        }
    }

    /// Ends a body that is still streamed: the call has ended. The client's connection is free for
    /// the answer.
    pub(super) fn stop(&self) {
        let Self::Streamed(streamed) = self else { return };
        let mut state = streamed.state();
        let (body, sender) = (state.body.take(), state.sender.take());
        drop(state);
        drop(body);
        sender.into_iter().for_each(Waker::wake);
    }

    /// Whether the upstream has taken all that has come, and the client is to send more.
    pub(super) fn waits_for_client(&self) -> bool {
        match self {
            Self::Whole(_) => false,
            Self::Streamed(streamed) => streamed.state().waits_for_client(),
        }
    }

    /// Blames the client for a silence of `silent`, if its body is what the upstream waits for.
    pub(super) fn blame_silence(&self, silent: Duration) {
        let Self::Streamed(streamed) = self else { return };
        let mut state = streamed.state();
        if state.waits_for_client()
            && let Some(sender) = state.sender.take()
        {
            streamed.end(state, Some(UploadFault::TooSlow { timeout_s: silent.as_secs() }));
            sender.wake();
        }
    }

    /// Waits for an answer, and returns `None` if it is late. The time that a body takes to be
    /// passed on does not count, as long as it moves.
    pub(super) async fn answered<F: Future>(
        &self,
        timeouts: AnswerTimeouts,
        answering: F,
    ) -> Option<F::Output> {
        let Self::Streamed(streamed) = self else {
            return timeout_at(timeouts.of_head(), answering).await.ok();
        };
        let mut answering = std::pin::pin!(answering);
        loop {
            let deadline = streamed.deadline(timeouts).min(timeouts.ends_at);
            tokio::select! {
                biased;
                answered = &mut answering => return Some(answered),
                () = streamed.0.ended.notified() => {}
                () = sleep_until(deadline) => {
                    if streamed.deadline(timeouts) <= Instant::now() {
                        self.blame_silence(timeouts.idle);
                        return None;
                    }
                    if timeouts.ends_at <= Instant::now() {
                        return None;
                    }
                }
            }
        }
    }
}

impl fmt::Debug for StreamedUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedUpload").field("length", &self.0.length).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
