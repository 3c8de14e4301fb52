//! Answers that are streamed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::HttpBody;
use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::Instant;

use super::meter::{Meter, is_event_stream};
use crate::gate::forward::ForwardedCall;
use crate::gate::metering::PaidAnswer;
use crate::gate::metering::stream::{BodyFault, StreamLimits, StreamedBody};
use crate::http::billing_info::X_CREDITS_USED;
use crate::http::representation::is_unencoded;
use crate::upstream::pool::AnswerBody;

/// Makes the body of an answer a streamed one. `beginning` has already been read of it.
pub(super) fn pass_on(
    answer: &mut PaidAnswer,
    meter: Meter,
    call: &ForwardedCall,
    beginning: Bytes,
    mut rest: AnswerBody,
) {
    rest.report_started();
    let route = meter.route().clone();
    let headers = answer.response.headers_mut();
    let is_priced_at_end = !meter.is_known_at_head();
    let is_commented = is_event_stream(headers) && is_unencoded(headers);
    let ping_s = route.stream.and_then(|terms| terms.ping_s).filter(|_| is_commented);
    // What is added or withheld changes the length that the upstream declared.
    let has_length = rest.size_hint().exact().is_some() && ping_s.is_none() && !meter.withholds();
    let tells_price = is_priced_at_end
        && answer.outcome.is_charged_answer()
        && !has_length
        && takes_trailers(&call.headers);
    if tells_price {
        headers.insert(header::TRAILER, HeaderValue::from(X_CREDITS_USED));
    }
    let limits = StreamLimits {
        idle: Duration::from_millis(route.idle_ms),
        ends_at: Instant::from_std(meter.begun() + route.total()),
        max_bytes: route.max_answer_bytes,
        left: route.left,
        ping: ping_s.map(Duration::from_secs),
        tells_price,
    };
    if !is_priced_at_end {
        let charge = meter.at_head();
        answer.credits_used = charge.credits;
        if answer.outcome.is_charged_answer() {
            answer.outcome = charge.outcome;
        }
    }
    let beginning = Some(beginning).filter(|bytes| !bytes.is_empty());
    let body = Box::pin(Continued { beginning, rest, is_shortened: meter.withholds() });
    answer.stream = Some(Box::new(StreamedBody { body, meter: Box::new(meter), limits, is_priced_at_end }));
}

fn takes_trailers(headers: &HeaderMap) -> bool {
    let names = headers.get_all(header::TE).iter().filter_map(|value| value.to_str().ok());
    names.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("trailers"))
}

/// A body of which the beginning was read before.
struct Continued {
    beginning: Option<Bytes>,
    rest: AnswerBody,
    /// Whether the client gets less of it. Then its length is not known, and its last part may come
    /// after its last byte.
    is_shortened: bool,
}

impl HttpBody for Continued {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        if let Some(beginning) = self.beginning.take() {
            return Poll::Ready(Some(Ok(Frame::data(beginning))));
        }
        let frame = ready!(Pin::new(&mut self.rest).poll_frame(cx));
        Poll::Ready(frame.map(|frame| frame.map_err(|error| BodyFault::BrokeOff(error.to_string()))))
    }

    fn is_end_stream(&self) -> bool {
        self.beginning.is_none() && !self.is_shortened && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.beginning {
            None if !self.is_shortened => self.rest.size_hint(),
            _ => SizeHint::default(),
        }
    }
}
