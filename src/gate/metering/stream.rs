//! A streamed answer. Its body owns the hold: whatever ends the body settles the call, once.

mod bill;
mod finish;
mod running;
mod streamed_answer_body;

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::response::Response;
use bytes::Bytes;
use tokio::time::Instant;

pub(in crate::gate) use self::bill::Attached;
pub(super) use self::bill::Bill;
use self::running::Stream;
use self::streamed_answer_body::StreamedAnswerBody;
use crate::domain::credits::Credits;
pub use crate::domain::forwarding::StreamEnd;
use crate::domain::forwarding::WhenLeft;
use crate::domain::price::PriceDetail;
use crate::domain::settlement::Outcome;

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
    #[error("the client had not read the answer at the end of its time")]
    NotRead,
    #[error("the answer is longer than its route allows")]
    TooLong,
}

impl BodyFault {
    /// How a stream ends for it: whether a part of the body was passed on, and whether the client
    /// has it.
    fn end(&self, was_passed: bool, was_sent: bool) -> StreamEnd {
        match self {
            Self::NotRead => StreamEnd::Left { was_sent },
            Self::BrokeOff(_) | Self::Silent | Self::TooLate | Self::TooLong => {
                StreamEnd::BrokeOff { was_sent: was_passed }
            }
        }
    }
}

/// A streamed body, and what decides its price.
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
    /// Counts a part of the body, and returns what the client gets now.
    fn pass(&mut self, data: Bytes) -> Bytes;
    /// What the client gets at the end of the body.
    fn rest(&mut self) -> Bytes;

    /// The charge of a stream that ended like this.
    fn charge(&mut self, end: StreamEnd) -> StreamCharge;
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

/// Response extension of a streamed body: whatever its length, only a part of it is in memory.
#[derive(Clone, Copy, Debug)]
pub struct Streamed;

impl StreamedBody {
    /// The answer with this body.
    pub(in crate::gate) fn answer(self, response: Response, attached: Attached) -> Response {
        let delivery = attached.delivery.clone();
        let mut response = response.map(|_| Body::new(StreamedAnswerBody::new(Stream::new(self, attached))));
        response.extensions_mut().insert(Streamed);
        response.extensions_mut().insert(delivery);
        response
    }
}
