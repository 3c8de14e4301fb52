//! The parts of a streamed body as they are sent on.

use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use parking_lot::MutexGuard;
use tokio::time::Instant;

use super::{AnswerTimeouts, State, StreamedUpload, UploadFault};

impl StreamedUpload {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock()
    }

    /// The length of the whole body, as far as the client declared it.
    pub(super) fn length(&self) -> SizeHint {
        self.0.length
    }

    pub(super) fn has_ended_well(&self) -> bool {
        let state = self.state();
        state.has_ended && state.fault.is_none()
    }

    pub(super) fn deadline(&self, timeouts: AnswerTimeouts) -> Instant {
        let state = self.state();
        state.moved_at + if state.has_ended { timeouts.first_byte } else { timeouts.idle }
    }

    pub(super) fn poll_part(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, UploadFault>>> {
        let mut state = self.state();
        state.has_begun = true;
        state.sender = None;
        loop {
            let Some(body) = &mut state.body else {
                let is_cut = state.fault.is_some() || !state.has_ended;
                return Poll::Ready(is_cut.then_some(Err(state.fault.unwrap_or(UploadFault::Stopped))));
            };
            let Poll::Ready(frame) = body.as_mut().poll_frame(cx) else {
                state.sender = Some(cx.waker().clone());
                return Poll::Pending;
            };
            let is_last = body.is_end_stream();
            state.moved_at = Instant::now();
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => {
                    let passed = state.pass(&data, self.0.max_bytes);
                    if is_last || passed.is_err() {
                        self.end(state, passed.err());
                    }
                    return Poll::Ready(Some(passed.map(|()| data)));
                }
                // Trailers of a client are not passed on.
                Some(Ok(Err(_))) => {}
                Some(Err(fault)) => {
                    self.end(state, Some(fault));
                    return Poll::Ready(Some(Err(fault)));
                }
                None => {
                    self.end(state, None);
                    return Poll::Ready(None);
                }
            }
        }
    }

    pub(super) fn end(&self, mut state: MutexGuard<'_, State>, fault: Option<UploadFault>) {
        state.has_ended = true;
        state.fault = fault;
        state.body = None;
        drop(state);
        self.0.ended.notify_one();
    }
}

impl State {
    pub(super) fn waits_for_client(&self) -> bool {
        self.sender.is_some() && !self.has_ended
    }

    /// Counts a part of the body, and refuses what is beyond the limit.
    pub(super) fn pass(&mut self, data: &Bytes, max_bytes: u64) -> Result<(), UploadFault> {
        let bytes = self.bytes.saturating_add(data.len() as u64);
        if bytes > max_bytes {
            return Err(UploadFault::TooLong);
        }
        self.bytes = bytes;
        Ok(())
    }
}
