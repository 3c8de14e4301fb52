//! A stream that has not ended: its parts, its timeouts, and the settlement of its call.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::Frame;
use tokio::time::{Instant, Sleep, sleep_until};

use super::bill::Attached;
use super::{BodyFault, StreamEnd, StreamLimits, StreamMeter, StreamedBody, UpstreamBody};
use crate::domain::credits::Credits;
use crate::domain::forwarding::WhenLeft;
use crate::gate::metering::delivery::{IfLeft, MAX_UNREAD_BYTES};

const PING: &[u8] = b": ping\n\n";

/// A stream that has not ended.
pub(super) struct Stream {
    pub(super) body: UpstreamBody,
    meter: Box<dyn StreamMeter>,
    pub(super) limits: StreamLimits,
    pub(super) attached: Attached,
    /// Bytes of the upstream so far.
    pub(super) bytes: u64,
    silence: Pin<Box<Sleep>>,
    deadline: Pin<Box<Sleep>>,
    pub(super) ping: Option<Pin<Box<Sleep>>>,
    has_ended: bool,
    /// Whether the upstream had nothing to pass on when it was last asked. Otherwise the client is
    /// the slower one.
    is_waiting: bool,
    /// Whether the last byte ended an event, so that a comment may follow.
    is_between_events: bool,
}

impl Stream {
    pub(super) fn new(streamed: StreamedBody, attached: Attached) -> Self {
        let StreamedBody { body, meter, limits, .. } = streamed;
        let now = Instant::now();
        Self {
            body,
            meter,
            attached,
            bytes: 0,
            silence: Box::pin(sleep_until(now + limits.idle)),
            deadline: Box::pin(sleep_until(limits.ends_at)),
            ping: limits.ping.map(|every| Box::pin(sleep_until(now + every))),
            limits,
            has_ended: false,
            is_waiting: false,
            is_between_events: true,
        }
    }

    /// Settles the call. Returns what it costs.
    pub(super) fn settle(self: Box<Self>, end: StreamEnd) -> Credits {
        self.pay(end, None)
    }

    /// Settles the call of a body that is whole. Returns what it costs.
    ///
    /// `was_sent`: whether a part of it was written to the client's connection.
    pub(super) fn settle_whole(self: Box<Self>, was_sent: bool) -> Credits {
        let if_left = match self.limits.left {
            WhenLeft::Stop if !was_sent => Some(IfLeft::Nothing),
            _ => (self.bytes > MAX_UNREAD_BYTES).then_some(IfLeft::Charged),
        };
        self.pay(StreamEnd::Whole, if_left)
    }

    /// With `if_left`, pays at the end of the delivery.
    fn pay(mut self: Box<Self>, end: StreamEnd, if_left: Option<IfLeft>) -> Credits {
        let charge = self.meter.charge(end);
        let outcome = charge.outcome.as_str();
        let Self { attached: Attached { bill, call_id, delivery, .. }, bytes, .. } = *self;
        let credits = match (bill, if_left) {
            (Some(bill), Some(if_left)) => bill.pay_when_delivered(charge, call_id, &delivery, if_left),
            (Some(bill), None) => bill.pay(charge),
            (None, _) => Credits::ZERO,
        };
        tracing::info!(call = %call_id, bytes, outcome, credits = credits.as_i64(), "stream ended");
        credits
    }

    /// The next part of the body, or why it is missing.
    pub(super) fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFault>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        let now = Instant::now();
        if now >= self.limits.ends_at {
            let late = if self.is_waiting { BodyFault::TooLate } else { BodyFault::NotRead };
            return Poll::Ready(Some(Err(late)));
        }
        loop {
            match self.body.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    self.is_waiting = false;
                    if let Some(part) = self.part_of(frame) {
                        return Poll::Ready(Some(part));
                    }
                }
                Poll::Ready(Some(Err(fault))) => return Poll::Ready(Some(Err(fault))),
                Poll::Ready(None) => {
                    self.has_ended = true;
                    let rest = Some(self.meter.rest()).filter(|rest| !rest.is_empty());
                    return Poll::Ready(rest.map(Ok));
                }
                Poll::Pending => {
                    if !std::mem::replace(&mut self.is_waiting, true) {
                        self.begin_to_wait(now);
                    }
                    return self.poll_timers(cx);
                }
            }
        }
    }

    /// What the client gets of a frame. Trailers of an upstream are only for the gateway.
    fn part_of(&mut self, frame: Frame<Bytes>) -> Option<Result<Bytes, BodyFault>> {
        let data = frame.into_data().ok().filter(|data| !data.is_empty())?;
        let passed = self.passed(data);
        let is_withheld = matches!(&passed, Ok(data) if data.is_empty());
        (!is_withheld).then_some(passed)
    }

    fn passed(&mut self, data: Bytes) -> Result<Bytes, BodyFault> {
        self.bytes = self.bytes.saturating_add(data.len() as u64);
        if self.bytes > self.limits.max_bytes {
            return Err(BodyFault::TooLong);
        }
        if self.ping.is_some() {
            self.is_between_events = data.ends_with(b"\n\n") || data.ends_with(b"\r\n\r\n");
        }
        Ok(self.meter.pass(data))
    }

    /// The upstream's silence begins when it is asked: it is not silent while the client reads
    /// nothing.
    fn begin_to_wait(&mut self, now: Instant) {
        self.silence.as_mut().reset(now + self.limits.idle);
        if let (Some(ping), Some(every)) = (&mut self.ping, self.limits.ping) {
            ping.as_mut().reset(now + every);
        }
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

    /// Whether all of the body was read. A client that has the length asks for nothing after its
    /// last byte.
    pub(super) fn is_at_end(&self) -> bool {
        self.body.is_end_stream() && !self.limits.tells_price
    }
}
