//! Routes of the seller: the request that their upstream gets, and what its answer means for client and credits.

mod meter;
mod stream;

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request, response};
use axum::response::Response;
use bytes::Bytes;

use self::meter::{Meter, is_event_stream};
use crate::domain::credits::Credits;
use crate::domain::forwarding::ForwardedRoute;
use crate::domain::key::Mode;
use crate::domain::price::CountedPrice;
use crate::domain::refusal::{Malformed, Refusal};
use crate::domain::settlement::Outcome;
use crate::gate::forward::{ForwardedCall, Forwarding};
use crate::gate::metering::{PaidAnswer, PaidFuture};
use crate::http::answer::passed_on;
use crate::upstream::client::UpstreamError;
use crate::upstream::figure::{Member, member_in};
use crate::upstream::headers;
use crate::upstream::pool::{AnswerBody, Pool, Read};
use crate::upstream::retry_after::retry_after;

/// The servers behind a route.
#[derive(Clone)]
pub struct Servers {
    pub live: Arc<Pool>,
    /// For keys of test environments.
    pub test: Option<Arc<Pool>>,
}

/// Longest wait that a client is asked for on behalf of an upstream.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);

/// A route with the servers behind it.
pub struct Forwarder {
    pub route: Arc<ForwardedRoute>,
    pub servers: Servers,
}

impl Forwarding for Forwarder {
    fn most(&self, body: &[u8]) -> Result<Credits, Refusal> {
        let Some(price) = self.route.price.counted() else { return Ok(self.route.price.most()) };
        let Some(by) = &price.hold_by else { return Ok(price.hold) };
        match member_in(body, &by.of) {
            Member::Absent => Ok(price.hold),
            Member::Figure(figure) => Ok(price.held(Some(figure))),
            Member::Other | Member::Ambiguous => Err(Refusal::BadRequest(Malformed::PriceBound)),
        }
    }

    fn send(self: Arc<Self>, call: ForwardedCall) -> PaidFuture {
        Box::pin(async move { forward(&self.route, &self.servers, call).await })
    }
}

async fn forward(
    route: &Arc<ForwardedRoute>,
    servers: &Servers,
    call: ForwardedCall,
) -> Result<PaidAnswer, Refusal> {
    let begun = Instant::now();
    let pool = match call.caller.key.mode {
        Mode::Live => &servers.live,
        // The gate refuses test keys where there are no test servers.
        Mode::Test => servers.test.as_ref().ok_or(Refusal::NoTestServers)?,
    };
    let head = head(route, &call)?;
    let first_byte = Duration::from_millis(route.first_byte_ms);
    let answered = pool.send(call.caller.key.account_id, &head, &call.body, first_byte).await;
    let (parts, mut body) = answered.map_err(|error| not_answered(route, &error))?.into_parts();
    body.has_status(parts.status.as_u16());
    let outcome = outcome_of(route, translated(route, &parts)?);
    let body = read(route, &parts.headers, body).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = parts.status;
    *response.headers_mut() = headers::of_answer(&parts.headers, call.method == Method::HEAD);
    let mut answer = PaidAnswer {
        response: passed_on(response),
        credits_used: call.price,
        outcome,
        price: None,
        stream: None,
    };
    let meter = Meter::new(route, &call, &parts.headers, begun, outcome);
    match body {
        Read::Whole(body) => {
            if matches!(outcome, Outcome::Answered | Outcome::ChargedStatus) {
                let charge = meter.of_whole(&body);
                answer.credits_used = charge.credits;
                answer.outcome = charge.outcome;
                answer.price = charge.price;
            }
            *answer.response.body_mut() = Body::from(body);
        }
        Read::Longer(beginning, rest) => stream::pass_on(&mut answer, meter, &call, beginning, rest),
    }
    Ok(answer)
}

/// Reads an answer whole, unless it is long or passed on while it comes.
async fn read(route: &ForwardedRoute, headers: &HeaderMap, body: AnswerBody) -> Result<Read, Refusal> {
    let length = body.size_hint().exact();
    let too_long =
        || UpstreamError::Failed(format!("answered with more than {} bytes", route.max_answer_bytes));
    if length.is_some_and(|bytes| bytes > route.max_answer_bytes) {
        return Err(not_answered(route, &too_long()));
    }
    let whole_bytes = route.whole_bytes.min(usize::try_from(route.max_answer_bytes).unwrap_or(usize::MAX));
    let is_short = length.is_some_and(|bytes| bytes <= whole_bytes as u64);
    let is_stream = route.stream.is_some() || is_event_stream(headers);
    if !is_short && (length.is_some() || is_stream) {
        return Ok(Read::Longer(Bytes::new(), body));
    }
    match body.read(whole_bytes, Duration::from_millis(route.idle_ms)).await {
        Ok(Read::Longer(beginning, _)) if beginning.len() as u64 > route.max_answer_bytes => {
            Err(not_answered(route, &too_long()))
        }
        read => read.map_err(|error| not_answered(route, &error)),
    }
}

/// The head of the request that the upstream gets.
fn head(route: &ForwardedRoute, call: &ForwardedCall) -> Result<request::Parts, Refusal> {
    let path = route.pattern.rewritten(call.uri.path(), &route.to).ok_or(Refusal::EndpointNotFound)?;
    let target = match call.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    let (mut head, ()) = request::Request::new(()).into_parts();
    head.method = call.method.clone();
    head.uri = target.parse::<Uri>().map_err(|_| Refusal::EndpointNotFound)?;
    head.headers = headers::of_request(&call.headers);
    if route.price.counted().is_some_and(CountedPrice::reads_answer) {
        head.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    identify(&mut head.headers, call);
    Ok(head)
}

/// Says who calls: ids and words, never the secret.
fn identify(headers: &mut HeaderMap, call: &ForwardedCall) {
    let key = &call.caller.key;
    let plan = format!("{}/{}", key.edition, key.plan.plan);
    let facts: [(&'static str, String); 8] = [
        ("fluence-account", key.account_id.to_string()),
        ("fluence-key", key.key_id.to_string()),
        ("fluence-environment", key.environment_id.to_string()),
        ("fluence-mode", key.mode.as_str().to_owned()),
        ("fluence-plan", plan),
        ("fluence-request-id", call.call_id.to_string()),
        ("fluence-credits-held", call.price.to_string()),
        ("via", "1.1 fluence".to_owned()),
    ];
    for (name, value) in facts {
        // Ids, numbers and checked names are valid header values.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    if let Some(Ok(client)) = call.client.map(|client| HeaderValue::try_from(client.to_string())) {
        headers.insert(HeaderName::from_static("x-forwarded-for"), client);
    }
    if let Some(host) = call.headers.get(header::HOST) {
        headers.insert(HeaderName::from_static("x-forwarded-host"), host.clone());
    }
}

fn not_answered(route: &ForwardedRoute, error: &UpstreamError) -> Refusal {
    tracing::warn!(upstream = route.upstream, route = route.name, %error, "upstream did not answer a call");
    match error {
        UpstreamError::Unavailable { retry_after } | UpstreamError::Paused { retry_after } => {
            unavailable(*retry_after)
        }
        UpstreamError::Timeout => Refusal::Timeout,
        UpstreamError::Failed(_) | UpstreamError::Unusable(_) => Refusal::Upstream,
    }
}

fn unavailable(wait: Duration) -> Refusal {
    Refusal::Unavailable { retry_after_s: wait.as_secs().max(1) }
}

/// The status that the client gets. Statuses that concern the seller's own account with its upstream become other ones.
fn translated(route: &ForwardedRoute, parts: &response::Parts) -> Result<u16, Refusal> {
    let (upstream, name) = (&route.upstream, route.name);
    match parts.status {
        StatusCode::UNAUTHORIZED
        | StatusCode::PAYMENT_REQUIRED
        | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            let status = parts.status.as_u16();
            tracing::error!(upstream, route = name, status, "upstream refuses the gateway's credential");
            Err(Refusal::Upstream)
        }
        StatusCode::TOO_MANY_REQUESTS => {
            tracing::warn!(upstream, route = name, "upstream limits the gateway");
            Err(unavailable(retry_after(&parts.headers).unwrap_or(DEFAULT_RETRY_AFTER)))
        }
        status => Ok(status.as_u16()),
    }
}

fn outcome_of(route: &ForwardedRoute, status: u16) -> Outcome {
    match status {
        200..=299 if route.capture.includes(status) => Outcome::Answered,
        _ if route.capture.includes(status) => Outcome::ChargedStatus,
        0..=499 => Outcome::UnchargedStatus,
        _ => Outcome::Failed,
    }
}
