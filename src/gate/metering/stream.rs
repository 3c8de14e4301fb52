//! An answer that is passed on while it comes. Its body owns the hold: whatever ends the body settles the call, once.

mod finish;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::task::TaskTracker;

use super::figures;
use crate::domain::credits::Credits;
use crate::domain::forwarding::WhenLeft;
use crate::domain::ids::CallId;
use crate::domain::price::PriceDetail;
use crate::domain::settlement::{Outcome, Settlement, SettlementTable};
use crate::gate::auth::caller::Caller;
use crate::gate::limits::account::Slot;
use crate::ledger::writer::OpenHold;

/// What an upstream's body is read as.
pub type UpstreamBody = Pin<Box<dyn HttpBody<Data = Bytes, Error = BodyFault> + Send>>;

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyFault {
    #[error("the upstream broke off: {0}")]
    BrokeOff(String),
    #[error("the upstream was silent for too long")]
    Silent,
    #[error("the call took too long")]
    TooLate,
    #[error("the answer is longer than its route allows")]
    TooLong,
}

/// A body that is passed on, and what decides its price.
pub struct StreamedBody {
    pub body: UpstreamBody,
    pub meter: Box<dyn StreamMeter>,
    pub limits: StreamLimits,
    /// Whether the price depends on the body. Otherwise it is known before.
    pub is_priced_at_end: bool,
}

impl fmt::Debug for StreamedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamedBody").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Counts what a stream costs.
pub trait StreamMeter: Send {
    fn read(&mut self, data: &[u8]);

    /// The charge of a stream that ended like this.
    fn charge(&mut self, end: StreamEnd) -> StreamCharge;
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    Whole,
    BrokeOff {
        was_sent: bool,
    },
    /// The client left, and the upstream was stopped.
    Left {
        was_sent: bool,
    },
}

pub struct StreamCharge {
    pub credits: Credits,
    pub outcome: Outcome,
    pub price: Option<Box<PriceDetail>>,
}

/// Limits of a stream.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    pub idle: Duration,
    pub ends_at: Instant,
    pub max_bytes: u64,
    pub left: WhenLeft,
    /// Interval of comments while an event stream is silent.
    pub ping: Option<Duration>,
    /// Whether the client reads trailers, and the price is not known before.
    pub tells_price: bool,
}

/// The money of a stream.
pub(super) struct Bill {
    pub(super) hold: OpenHold,
    pub(super) caller: Caller,
    pub(super) table: Arc<SettlementTable>,
}

/// What stays with a stream until it has ended.
pub(in crate::gate) struct Attached {
    /// `None` for calls that hold nothing.
    pub(super) bill: Option<Bill>,
    pub(super) call_id: CallId,
    pub(super) _slot: Slot,
    /// Reads streams to their end whose clients have left.
    pub(super) tasks: TaskTracker,
}

impl Attached {
    /// For a call that costs nothing.
    pub(in crate::gate) fn free(call_id: CallId, slot: Slot, tasks: TaskTracker) -> Self {
        Self { bill: None, call_id, _slot: slot, tasks }
    }
}

/// A stream that has not ended.
struct Stream {
    body: UpstreamBody,
    meter: Box<dyn StreamMeter>,
    limits: StreamLimits,
    attached: Attached,
    /// Bytes of the upstream so far.
    bytes: u64,
    silence: Pin<Box<Sleep>>,
    deadline: Pin<Box<Sleep>>,
    ping: Option<Pin<Box<Sleep>>>,
    /// Whether the last byte ended an event, so that a comment may follow.
    is_between_events: bool,
}

/// The body of an answer that is passed on.
struct PassedOnBody {
    /// `None` once the call is settled.
    stream: Option<Box<Stream>>,
    /// Why the stream was cut short, until the client has got what came before.
    fault: Option<BodyFault>,
    /// Whether the client has got all that was passed on, the head included.
    is_flushed: bool,
}

impl StreamedBody {
    /// The body of the answer.
    pub(in crate::gate) fn attached_to(self, attached: Attached) -> Body {
        let Self { body, meter, limits, .. } = self;
        let now = Instant::now();
        let stream = Stream {
            body,
            meter,
            attached,
            bytes: 0,
            silence: Box::pin(sleep_until(now + limits.idle)),
            deadline: Box::pin(sleep_until(limits.ends_at)),
            ping: limits.ping.map(|every| Box::pin(sleep_until(now + every))),
            limits,
            is_between_events: true,
        };
        Body::new(PassedOnBody { stream: Some(Box::new(stream)), fault: None, is_flushed: false })
    }
}

/// Credits of the call, where its client learns them after the body.
const X_CREDITS_USED: HeaderName = HeaderName::from_static("x-credits-used");
const PING: &[u8] = b": ping\n\n";

impl Stream {
    /// Settles the call. Returns what it costs.
    fn settle(mut self: Box<Self>, end: StreamEnd) -> Credits {
        let StreamCharge { credits, outcome, price } = self.meter.charge(end);
        let Self { attached: Attached { bill, call_id, .. }, bytes, .. } = *self;
        let credits = bill.map_or(Credits::ZERO, |bill| bill.pay(credits, outcome, price));
        let outcome = outcome.as_str();
        tracing::info!(call = %call_id, bytes, outcome, credits = credits.as_i64(), "stream ended");
        credits
    }

    /// The next part of the body, or why there is none.
    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFault>>> {
        loop {
            match self.body.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) if !data.is_empty() => return Poll::Ready(Some(self.passed(data))),
                    // Trailers of an upstream are for the gateway alone.
                    _ => {}
                },
                Poll::Ready(Some(Err(fault))) => return Poll::Ready(Some(Err(fault))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return self.poll_timers(cx),
            }
        }
    }

    fn passed(&mut self, data: Bytes) -> Result<Bytes, BodyFault> {
        self.bytes = self.bytes.saturating_add(data.len() as u64);
        if self.bytes > self.limits.max_bytes {
            return Err(BodyFault::TooLong);
        }
        self.meter.read(&data);
        let now = Instant::now();
        self.silence.as_mut().reset(now + self.limits.idle);
        if let (Some(ping), Some(every)) = (&mut self.ping, self.limits.ping) {
            ping.as_mut().reset(now + every);
            self.is_between_events = data.ends_with(b"\n\n") || data.ends_with(b"\r\n\r\n");
        }
        Ok(data)
    }

    fn poll_timers(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFault>>> {
        if self.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(BodyFault::TooLate)));
        }
        if self.silence.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err(BodyFault::Silent)));
        }
        if let (Some(ping), Some(every)) = (&mut self.ping, self.limits.ping) {
            while ping.as_mut().poll(cx).is_ready() {
                ping.as_mut().reset(Instant::now() + every);
                if self.is_between_events {
                    return Poll::Ready(Some(Ok(Bytes::from_static(PING))));
                }
            }
        }
        Poll::Pending
    }

    /// Whether all of the body was read. A client that knows the length asks for nothing after its last byte.
    fn is_at_end(&self) -> bool {
        self.body.is_end_stream() && !self.limits.tells_price
    }
}

impl Bill {
    /// Ends the hold, and returns what was charged.
    fn pay(mut self, credits: Credits, outcome: Outcome, price: Option<Box<PriceDetail>>) -> Credits {
        let held = self.hold.amount();
        let (used, refund) = match self.table.settle(outcome) {
            Settlement::Capture => {
                let used = credits.min(self.hold.amount());
                self.hold.explain(price);
                (used, self.hold.capture_unkept(used, outcome))
            }
            Settlement::Release => (Credits::ZERO, self.hold.release(outcome)),
        };
        self.caller.account.apply_refund(refund);
        figures::count(&self.caller.key.plan.plan, held, used);
        used
    }
}

impl PassedOnBody {
    fn settle(&mut self, end: StreamEnd) -> Credits {
        self.stream.take().map_or(Credits::ZERO, |stream| stream.settle(end))
    }
}

impl HttpBody for PassedOnBody {
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
        let (tells_price, was_sent) = (stream.limits.tells_price, stream.bytes > 0);
        match stream.poll_part(cx) {
            // The server sends what it has before it waits.
            Poll::Pending => {
                this.is_flushed = true;
                Poll::Pending
            }
            Poll::Ready(Some(Ok(data))) => {
                this.is_flushed = false;
                if stream.is_at_end() {
                    this.settle(StreamEnd::Whole);
                }
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            Poll::Ready(Some(Err(fault))) => {
                tracing::warn!(%fault, "an answer was cut short");
                this.settle(StreamEnd::BrokeOff { was_sent });
                if this.is_flushed {
                    return Poll::Ready(Some(Err(fault)));
                }
                this.fault = Some(fault);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Poll::Ready(None) => {
                let credits = this.settle(StreamEnd::Whole);
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

impl Drop for PassedOnBody {
    fn drop(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        match stream.limits.left {
            WhenLeft::Finish => finish::in_the_background(stream),
            WhenLeft::Stop => {
                let was_sent = stream.bytes > 0;
                stream.settle(StreamEnd::Left { was_sent });
            }
        }
    }
}
