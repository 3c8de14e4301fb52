//! The body of an answer. It keeps the call's place until it has been read, and reports how it
//! ended.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, timeout_at};

use super::Pool;
use super::choice::Target;
use super::incoming::IncomingBody;
use super::metrics::CallEvent;
use crate::upstream::breaker::Admission;
use crate::upstream::bulkhead::Permit;
use crate::upstream::error::UpstreamError;
use crate::upstream::upload::{AnswerTimeouts, Upload};

/// A target that answers a call. Counts as a call in progress.
pub(super) struct Answering {
    pub(super) target: Arc<Target>,
    /// Present until it was reported.
    admission: Option<Admission>,
}

impl Answering {
    pub(super) fn new(target: Arc<Target>, admission: Admission) -> Self {
        target.running.fetch_add(1, Ordering::Relaxed);
        Self { target, admission: Some(admission) }
    }

    /// Reports to the breaker, once.
    pub(super) fn report(&mut self, is_sound: bool) {
        if let Some(admission) = self.admission.take() {
            self.target.breaker().report(admission, is_sound, std::time::Instant::now());
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        // A call that was given up says nothing of the target: its admission is not reported.
        self.target.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A call whose answer has begun.
pub(super) struct InProgress {
    pub(super) pool: Arc<Pool>,
    pub(super) answering: Answering,
    pub(super) begun: std::time::Instant,
    pub(super) upload: Upload,
    pub(super) _permit: Permit,
}

/// A body that is still to be read. Dropping it closes the connection, so that the server may stop.
pub struct AnswerBody {
    incoming: IncomingBody,
    /// Longest pause between two parts.
    idle: Duration,
    /// When all of it must have been read, unless it is streamed.
    ends_at: Instant,
    /// Present until the answer has ended.
    call: Option<InProgress>,
}

/// What was read of a body.
pub enum Read {
    Whole(Bytes),
    /// The body is longer than was asked for: its beginning, and the rest.
    Longer(Bytes, AnswerBody),
}

impl AnswerBody {
    pub(super) fn new(incoming: IncomingBody, timeouts: AnswerTimeouts, call: InProgress) -> Self {
        let AnswerTimeouts { idle, ends_at, .. } = timeouts;
        Self { incoming, idle, ends_at, call: Some(call) }
    }

    /// Reports a status that means the server fails. With any other, the end of the body decides
    /// for the breaker.
    pub fn report_status(&mut self, status: u16) {
        if let (Some(call), 502..=504) = (&mut self.call, status) {
            call.answering.report(false);
        }
    }

    /// Reports success now, because the body may take long to end.
    pub fn report_started(&mut self) {
        if let Some(call) = &mut self.call {
            call.answering.report(true);
        }
    }

    /// Reads the body as far as `most` bytes, within its timeouts.
    ///
    /// # Errors
    /// When it breaks off or falls silent.
    pub async fn read(mut self, most: usize) -> Result<Read, UpstreamError> {
        let mut read = BytesMut::new();
        loop {
            let by = (Instant::now() + self.idle).min(self.ends_at);
            let Ok(frame) = timeout_at(by, self.incoming.frame()).await else {
                let upload = self.call.as_ref().map(|call| &call.upload);
                let waits_for_client = upload.is_some_and(Upload::waits_for_client);
                if let Some(upload) = upload.filter(|_| by < self.ends_at) {
                    upload.blame_silence(self.idle);
                }
                self.end(CallEvent::TimedOut, waits_for_client);
                return Err(UpstreamError::Timeout);
            };
            match frame {
                None => {
                    self.end(CallEvent::Answered, true);
                    return Ok(Read::Whole(read.freeze()));
                }
                Some(Err(error)) => {
                    self.end(CallEvent::Failed, false);
                    return Err(UpstreamError::Failed(format!("broke off: {error}")));
                }
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    if read.is_empty() && self.incoming.is_end_stream() && data.len() <= most {
                        self.end(CallEvent::Answered, true);
                        return Ok(Read::Whole(data));
                    }
                    read.extend_from_slice(&data);
                    if read.len() > most {
                        return Ok(Read::Longer(read.freeze(), self));
                    }
                }
            }
        }
    }

    fn end(&mut self, ended: CallEvent, is_sound: bool) {
        if let Some(InProgress { pool, answering, begun, upload, .. }) = self.call.take() {
            // An answer may come before the whole request was sent.
            upload.stop();
            pool.ended(begun, ended);
            let is_fault_of_client = upload.fault().is_some();
            pool.report(answering, is_sound || is_fault_of_client);
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.incoming).poll_frame(cx));
        match &frame {
            Some(Ok(_)) if self.incoming.is_end_stream() => self.end(CallEvent::Answered, true),
            Some(Ok(_)) => {}
            None => self.end(CallEvent::Answered, true),
            Some(Err(_)) => self.end(CallEvent::Failed, false),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.end(CallEvent::Left, true);
    }
}
