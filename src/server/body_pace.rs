//! A request body that must keep coming.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::pulse::Pulse;

/// A body that tells the connection's watch when it waits and when it moves on.
struct PacedBody {
    body: Incoming,
    /// Bytes that count as progress: fewer than these do not start the wait anew.
    min_bytes: usize,
    received_bytes: usize,
    is_waiting: bool,
    has_ended: bool,
    pulse: Arc<Pulse>,
}

/// Wraps the body of a request as it comes from the connection.
pub(super) fn paced(body: Incoming, min_bytes: usize, pulse: &Arc<Pulse>) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let pulse = pulse.clone();
    Body::new(PacedBody { body, min_bytes, received_bytes: 0, is_waiting: false, has_ended: false, pulse })
}

impl PacedBody {
    fn moves(&mut self) {
        self.received_bytes = 0;
        if std::mem::take(&mut self.is_waiting) {
            self.pulse.body_moves();
        }
    }
}

impl HttpBody for PacedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Pending if !self.is_waiting => {
                self.is_waiting = true;
                self.pulse.body_waits();
            }
            Poll::Pending => {}
            Poll::Ready(Some(Ok(frame))) => {
                self.received_bytes += frame.data_ref().map_or(0, Bytes::len);
                if self.received_bytes >= self.min_bytes {
                    self.moves();
                }
            }
            Poll::Ready(Some(Err(_)) | None) => self.has_ended = true,
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for PacedBody {
    fn drop(&mut self) {
        self.moves();
        if !self.has_ended && !self.body.is_end_stream() {
            self.pulse.note_unread_body();
        }
    }
}
