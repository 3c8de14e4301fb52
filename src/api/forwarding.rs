//! Routes of the seller: the request that their upstream gets, and what its answer means for client
//! and credits.

mod changes;
pub mod identity;
mod meter;
mod request;
mod status;
mod stream;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::BodyExt;

use self::identity::IdentityTokens;
use self::meter::{Meter, is_event_stream};
use self::status::{not_answered, outcome_of, translated};
use crate::domain::credits::Credits;
use crate::domain::forwarding::ForwardedRoute;
use crate::domain::json_pointer::JsonPointer;
use crate::domain::key::Mode;
use crate::domain::price::CountedPrice;
use crate::domain::refusal::{Fault, FieldFault, Refusal};
use crate::gate::forward::{CallBody, ForwardedCall, Forwarding, UpstreamRequest};
use crate::gate::metering::{PaidAnswer, PaidFuture, Unanswered};
use crate::http::answer::passed_on;
use crate::http::representation::{is_json, is_unencoded};
use crate::http::request_body_fault::RequestBodyFault;
use crate::upstream::error::UpstreamError;
use crate::upstream::figure::{Member, member_in};
use crate::upstream::headers;
use crate::upstream::identity_headers::IdentityHeaders;
use crate::upstream::pool::{AnswerBody, Pool, PoolCall, Read};
use crate::upstream::upload::{AnswerTimeouts, Upload, UploadFault};

/// An upstream that takes too long is reported this long before the gate ends the call, which does
/// not know why it took so long.
const BEFORE_DEADLINE: Duration = Duration::from_millis(20);

/// The servers behind a route.
#[derive(Clone)]
pub struct Servers {
    pub live: Arc<Pool>,
    /// For keys of test environments.
    pub test: Option<Arc<Pool>>,
}

/// A route with the servers behind it.
pub struct Forwarder {
    pub route: Arc<ForwardedRoute>,
    pub servers: Servers,
    /// `None`: the upstream asks for no signature.
    pub tokens: Option<Arc<IdentityTokens>>,
    /// The names of the headers that tell who calls.
    pub names: Arc<IdentityHeaders>,
}

impl Forwarding for Forwarder {
    fn max_price(&self, headers: &HeaderMap, body: &[u8]) -> Result<Credits, Refusal> {
        let Some(price) = self.route.price.counted() else { return Ok(self.route.price.most()) };
        // What an encoded body says is not known here.
        let Some(by) = price.hold_by.as_ref().filter(|_| is_unencoded(headers)) else {
            return Ok(price.hold);
        };
        match member_in(body, &by.of) {
            Member::Absent => Ok(price.hold),
            Member::Figure(figure) => Ok(price.held(Some(figure))),
            Member::Other => Err(bound_fault(&by.of, Fault::NotFigure)),
            Member::Ambiguous => Err(bound_fault(&by.of, Fault::Repeated)),
        }
    }

    fn edit_request(&self, headers: &HeaderMap, body: Bytes) -> Result<UpstreamRequest, Refusal> {
        changes::of_request(&self.route.request.members, headers, body)
    }

    fn send(self: Arc<Self>, call: ForwardedCall) -> PaidFuture {
        Box::pin(async move { self.forward(call).await })
    }
}

impl Forwarder {
    async fn forward(&self, mut call: ForwardedCall) -> Result<PaidAnswer, Unanswered> {
        let Self { route, servers, tokens, names } = self;
        let begun = Instant::now();
        let pool = match call.caller.key.mode {
            Mode::Live => &servers.live,
            // The gate refuses test keys where there are no test servers.
            Mode::Test => servers.test.as_ref().ok_or(Refusal::NoTestServers)?,
        };
        let head = request::head(route, (names, tokens.as_deref()), &call)?;
        let upload = upload(route, std::mem::take(&mut call.body));
        let sent = PoolCall { head: &head, body: &upload, timeouts: timeouts(route), retry: route.retry };
        let answered = pool.send(call.caller.key.account_id, sent).await;
        let refused = |error| not_answered(route, &upload, &error);
        let (parts, mut body) = answered.map_err(refused)?.into_parts();
        let upstream_status = Some(parts.status.as_u16());
        body.report_status(parts.status.as_u16());
        let status = translated(route, &parts);
        let unanswered = |refusal| Unanswered { refusal, upstream_status };
        let outcome = outcome_of(route, status.map_err(unanswered)?);
        let body = read(route, &parts.headers, body).await;
        let body = body.map_err(|error| unanswered(refused(error)))?;
        let is_changed = changes::is_due(route, &parts.headers);
        let mut answer = PaidAnswer {
            response: self.answer_head(&call.method, &parts, is_changed),
            credits_used: call.price,
            outcome,
            upstream_status,
            price: None,
            stream: None,
        };
        let mut meter = Meter::new(route, (&call, &upload), &parts.headers, begun, outcome);
        match body {
            Read::Whole(body) => {
                let shown = meter.shown(&body);
                if outcome.is_charged_answer() {
                    let charge = meter.of_whole(&body);
                    answer.credits_used = charge.credits;
                    answer.outcome = charge.outcome;
                    answer.price = charge.price;
                }
                let body = changes::of_answer(route, &parts.headers, shown).map_err(unanswered)?;
                *answer.response.body_mut() = Body::from(body);
            }
            Read::Longer(..) if is_changed => {
                return Err(unanswered(changes::not_changed(route, "is longer than `whole_bytes`")));
            }
            Read::Longer(beginning, rest) => stream::pass_on(&mut answer, meter, &call, beginning, rest),
        }
        Ok(answer)
    }

    /// The head of the client's answer. `is_changed`: the route changes the body.
    fn answer_head(&self, method: &Method, parts: &Parts, is_changed: bool) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = parts.status;
        let keeps_length = method == Method::HEAD && !is_changed;
        *response.headers_mut() = headers::of_answer(&parts.headers, &self.names, keeps_length);
        if is_changed {
            headers::remove_digests(response.headers_mut());
        }
        headers::change(response.headers_mut(), &self.route.answer.headers);
        passed_on(response)
    }
}

/// The refusal of a request that does not say clearly by what its price is bounded.
fn bound_fault(pointer: &JsonPointer, fault: Fault) -> Refusal {
    Refusal::ValidationFailed(vec![FieldFault { field: pointer.to_string(), fault }])
}

fn timeouts(route: &ForwardedRoute) -> AnswerTimeouts {
    AnswerTimeouts {
        first_byte: Duration::from_millis(route.first_byte_ms),
        idle: Duration::from_millis(route.idle_ms),
        ends_at: tokio::time::Instant::now() + route.total().saturating_sub(BEFORE_DEADLINE),
    }
}

/// The body that the upstream gets.
fn upload(route: &ForwardedRoute, body: CallBody) -> Upload {
    match body {
        CallBody::Read(body) => Upload::Whole(body),
        CallBody::Streamed(body) => {
            let body = body.map_err(|error| match RequestBodyFault::from(error) {
                RequestBodyFault::TooSlow { timeout_s } => UploadFault::TooSlow { timeout_s },
                RequestBodyFault::Broken => UploadFault::BrokeOff,
            });
            Upload::streamed(Box::pin(body), route.max_request_bytes as u64)
        }
    }
}

/// Whether the answer is JSON in which figures of the price stand.
fn has_figures(route: &ForwardedRoute, headers: &HeaderMap) -> bool {
    route.price.counted().is_some_and(CountedPrice::reads_answer)
        && is_unencoded(headers)
        && headers.get(header::CONTENT_TYPE).is_some_and(is_json)
}

/// Reads an answer whole, unless it is long or streamed.
async fn read(route: &ForwardedRoute, headers: &HeaderMap, body: AnswerBody) -> Result<Read, UpstreamError> {
    let length = body.size_hint().exact();
    let too_long =
        || UpstreamError::Failed(format!("answered with more than {} bytes", route.max_answer_bytes));
    if length.is_some_and(|bytes| bytes > route.max_answer_bytes) {
        return Err(too_long());
    }
    let whole_bytes = route.whole_bytes.min(usize::try_from(route.max_answer_bytes).unwrap_or(usize::MAX));
    let is_streamed = match length {
        Some(0) => false,
        // What has a length is of one piece, unless it consists of events.
        Some(bytes) => is_event_stream(headers) || bytes > whole_bytes as u64,
        None => is_event_stream(headers) || (route.stream.is_some() && !has_figures(route, headers)),
    };
    if is_streamed {
        return Ok(Read::Longer(Bytes::new(), body));
    }
    match body.read(whole_bytes).await {
        Ok(Read::Longer(beginning, _)) if beginning.len() as u64 > route.max_answer_bytes => Err(too_long()),
        read => read,
    }
}
