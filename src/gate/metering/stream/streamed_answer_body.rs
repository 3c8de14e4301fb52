//! The body of a streamed answer.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::HttpBody;
use axum::http::{HeaderMap, HeaderValue};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

use super::bill::Attached;
use super::running::Stream;
use super::{BodyFault, StreamEnd, finish};
use crate::domain::credits::Credits;
use crate::domain::forwarding::WhenLeft;
use crate::gate::metering::delivery::MAX_UNREAD_BYTES;
use crate::http::billing_info::X_CREDITS_USED;

/// The body of a streamed answer.
pub(super) struct StreamedAnswerBody {
    /// `None` once the call is settled.
    stream: Option<Box<Stream>>,
    /// Why the stream was cut short, until the client has got what came before.
    fault: Option<BodyFault>,
    /// Whether the client has got everything so far, the head included.
    is_flushed: bool,
    /// Whether a part of the body was written to the client's connection.
    was_sent: bool,
}

impl StreamedAnswerBody {
    pub(super) fn new(stream: Stream) -> Self {
        Self { stream: Some(Box::new(stream)), fault: None, is_flushed: false, was_sent: false }
    }

    fn settle(&mut self, end: StreamEnd) -> Credits {
        self.stream.take().map_or(Credits::ZERO, |stream| stream.settle(end))
    }

    fn settle_whole(&mut self) -> Credits {
        self.stream.take().map_or(Credits::ZERO, |stream| stream.settle_whole(self.was_sent))
    }
}

impl HttpBody for StreamedAnswerBody {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        if let Some(fault) = self.fault.take() {
            return Poll::Ready(Some(Err(fault)));
        }
        let this = &mut *self;
        let Some(stream) = &mut this.stream else { return Poll::Ready(None) };
        let (tells_price, was_passed) = (stream.limits.tells_price, stream.bytes > 0);
        // A connection on which writing failed does not ask for more.
        this.was_sent |= (was_passed && this.is_flushed) || stream.bytes > MAX_UNREAD_BYTES;
        match stream.poll_part(cx) {
            // The server sends what it has before it waits.
            Poll::Pending => {
                this.is_flushed = true;
                Poll::Pending
            }
            Poll::Ready(Some(Ok(data))) => {
                this.is_flushed = false;
                if stream.is_at_end() {
                    this.settle_whole();
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(Some(Err(fault))) => {
                let Attached { call_id: call, account, .. } = &stream.attached;
                tracing::warn!(%call, %account, bytes = stream.bytes, %fault, "an answer was cut short");
                let end = fault.end(was_passed, this.was_sent);
                this.settle(end);
                if this.is_flushed {
                    return Poll::Ready(Some(Err(fault)));
                }
                this.fault = Some(fault);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(None) => {
                let credits = this.settle_whole();
                let trailers = tells_price.then(|| {
                    let used = (X_CREDITS_USED, HeaderValue::from(credits.as_i64()));
                    Ok(Frame::trailers(HeaderMap::from_iter([used])))
                });
                Poll::Ready(trailers)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_none() && self.fault.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.stream {
            // Comments add to what the upstream sends.
            Some(stream) if stream.ping.is_none() => stream.body.size_hint(),
            Some(_) => SizeHint::default(),
            None if self.fault.is_none() => SizeHint::with_exact(0),
            None => SizeHint::default(),
        }
    }
}

impl Drop for StreamedAnswerBody {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        match stream.limits.left {
            _ if stream.attached.delivery.is_cut_off() => {
                stream.settle(StreamEnd::CutOff);
            }
            WhenLeft::Finish => finish::in_the_background(stream),
            WhenLeft::Stop => {
                stream.settle(StreamEnd::Left { was_sent: self.was_sent });
            }
        }
    }
}
