//! Routes of the seller: the request that their upstream gets, and what its answer means for client and credits.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request, response};
use axum::response::Response;
use bytes::Bytes;

use crate::domain::forwarding::ForwardedRoute;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::Outcome;
use crate::gate::forward::{ForwardHandler, ForwardedCall};
use crate::gate::metering::PaidAnswer;
use crate::http::answer::passed_on;
use crate::upstream::client::UpstreamError;
use crate::upstream::headers;
use crate::upstream::pool::{AnswerLimits, Pool};
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

/// The handler of a route.
pub fn handler(route: Arc<ForwardedRoute>, servers: Servers) -> ForwardHandler {
    let shared = Arc::new((route, servers));
    Arc::new(move |call| {
        let shared = shared.clone();
        Box::pin(async move {
            let (route, servers) = &*shared;
            forward(route, servers, call).await
        })
    })
}

async fn forward(
    route: &ForwardedRoute,
    servers: &Servers,
    call: ForwardedCall,
) -> Result<PaidAnswer, Refusal> {
    let pool = match call.caller.key.mode {
        Mode::Live => &servers.live,
        // The gate refuses test keys where there are no test servers.
        Mode::Test => servers.test.as_ref().ok_or(Refusal::NoTestServers)?,
    };
    let head = head(route, &call)?;
    let limits = AnswerLimits {
        first_byte: Duration::from_millis(route.first_byte_ms),
        max_bytes: route.max_answer_bytes,
    };
    let answered = pool.send(call.caller.key.account_id, &head, &call.body, limits).await;
    let (parts, body) = answered.map_err(|error| not_answered(route, &error))?.into_parts();
    answer(route, &call, parts, body)
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

/// What the client gets. Statuses that concern the seller's own account with its upstream become other ones.
fn answer(
    route: &ForwardedRoute,
    call: &ForwardedCall,
    parts: response::Parts,
    body: Bytes,
) -> Result<PaidAnswer, Refusal> {
    match parts.status {
        StatusCode::UNAUTHORIZED
        | StatusCode::PAYMENT_REQUIRED
        | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            let status = parts.status.as_u16();
            tracing::error!(
                upstream = route.upstream,
                route = route.name,
                status,
                "upstream refuses the gateway's credential"
            );
            return Err(Refusal::Upstream);
        }
        StatusCode::TOO_MANY_REQUESTS => {
            tracing::warn!(upstream = route.upstream, route = route.name, "upstream limits the gateway");
            return Err(unavailable(retry_after(&parts.headers).unwrap_or(DEFAULT_RETRY_AFTER)));
        }
        _ => {}
    }
    let status = parts.status.as_u16();
    let outcome = match status {
        200..=299 if route.capture.includes(status) => Outcome::Answered,
        _ if route.capture.includes(status) => Outcome::ChargedStatus,
        0..=499 => Outcome::UnchargedStatus,
        _ => Outcome::Failed,
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = parts.status;
    *response.headers_mut() = headers::of_answer(&parts.headers, call.method == Method::HEAD);
    Ok(PaidAnswer { response: passed_on(response), credits_used: call.price, outcome })
}
