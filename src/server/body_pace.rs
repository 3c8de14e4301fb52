//! A request body that must keep arriving.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use super::connection_state::ConnectionState;

/// A body that reports its waits and its progress to the connection state.
struct PacedBody {
    /// Present until this is dropped.
    body: Option<Incoming>,
    /// Bytes that count as progress: fewer do not restart the timeout.
    min_bytes: usize,
    received_bytes: usize,
    is_waiting: bool,
    has_ended: bool,
    /// Whether the length was declared.
    has_length: bool,
    state: Arc<ConnectionState>,
}

/// Wraps the body of a request from a connection.
pub(super) fn paced(body: Incoming, min_bytes: usize, state: &Arc<ConnectionState>) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let has_length = body.size_hint().exact().is_some();
    Body::new(PacedBody {
        body: Some(body),
        min_bytes,
        received_bytes: 0,
        is_waiting: false,
        has_ended: false,
        has_length,
        state: state.clone(),
    })
}

impl PacedBody {
    fn moves(&mut self) {
        self.received_bytes = 0;
        if std::mem::take(&mut self.is_waiting) {
            self.state.body_moves();
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
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        match &polled {
            Poll::Pending if !self.is_waiting => {
                self.is_waiting = true;
                self.state.body_waits();
            }
            Poll::Pending => {}
            Poll::Ready(Some(Ok(frame))) => {
                let data = frame.data_ref().map_or(&[][..], |data| data);
                self.received_bytes += data.len();
                if self.has_length {
                    self.state.note_body(data);
                }
                if self.received_bytes >= self.min_bytes {
                    self.moves();
                }
            }
            Poll::Ready(Some(Err(_)) | None) => self.has_ended = true,
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for PacedBody {
    fn drop(&mut self) {
        self.moves();
        if let Some(body) = self.body.take().filter(|body| !self.has_ended && !body.is_end_stream()) {
            self.state.leave_rest(body);
        }
    }
}
