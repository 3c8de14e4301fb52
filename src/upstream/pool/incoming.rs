//! The body of an answer as a client reads it.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use super::http1::Http1Body;

/// The body of an answer. Dropping it closes an HTTP/1 connection, and resets an HTTP/2 stream.
pub(super) enum IncomingBody {
    Http1(Http1Body),
    Http2(Incoming),
}

impl IncomingBody {
    /// Lets the request go on by itself: the answer came before all of it was sent.
    pub(super) fn detach_request(&mut self) {
        if let Self::Http1(body) = self {
            body.detach_request();
        }
    }
}

impl Body for IncomingBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut *self {
            Self::Http1(body) => Pin::new(body).poll_frame(cx),
            Self::Http2(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Http1(body) => body.is_end_stream(),
            Self::Http2(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Http1(body) => body.size_hint(),
            Self::Http2(body) => body.size_hint(),
        }
    }
}
