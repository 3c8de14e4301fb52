//! What an answer, or its absence, means for the client and for the credits.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header, response};

use crate::api::upstream_refusal::{unavailable_for, upstream_refusal};
use crate::clock;
use crate::domain::forwarding::ForwardedRoute;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::Outcome;
use crate::http::request_body_fault::RequestBodyFault;
use crate::upstream::error::UpstreamError;
use crate::upstream::retry_after::retry_after;
use crate::upstream::upload::{Upload, UploadFault};

/// Wait that a client is asked for on behalf of an upstream that names none.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);

/// The refusal of a call without an answer. A request that its client did not send whole is the
/// client's fault.
pub(super) fn not_answered(route: &ForwardedRoute, upload: &Upload, error: &UpstreamError) -> Refusal {
    match upload.fault() {
        Some(UploadFault::TooLong) => {
            return Refusal::BodyTooLarge { limit_bytes: route.max_request_bytes };
        }
        Some(UploadFault::BrokeOff) => return RequestBodyFault::Broken.into(),
        Some(UploadFault::TooSlow { timeout_s }) => return RequestBodyFault::TooSlow { timeout_s }.into(),
        Some(UploadFault::Stopped) | None => {}
    }
    tracing::warn!(upstream = route.upstream, route = route.name, %error, "upstream did not answer a call");
    upstream_refusal(error)
}

/// The status that the client gets. Statuses that concern the seller's own account with its
/// upstream become other ones.
pub(super) fn translated(route: &ForwardedRoute, parts: &response::Parts) -> Result<u16, Refusal> {
    let (upstream, name) = (&route.upstream, route.name);
    if let Some(error) = unclear_framing(&parts.headers) {
        tracing::warn!(upstream, route = name, error, "upstream answer rejected");
        return Err(Refusal::Upstream);
    }
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
            Err(unavailable_for(retry_after(&parts.headers, clock::now()).unwrap_or(DEFAULT_RETRY_AFTER)))
        }
        // No call asks for another protocol.
        status if status.is_informational() => {
            let error = "answered with a change of protocol";
            tracing::warn!(upstream, route = name, error, "upstream answer rejected");
            Err(Refusal::Upstream)
        }
        status => Ok(status.as_u16()),
    }
}

/// Why it is not clear where the body ends, or how it is coded: still coded for its connection,
/// such as `gzip, chunked`, of which the client would not learn, or with a length beside its
/// chunks.
fn unclear_framing(headers: &HeaderMap) -> Option<&'static str> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let coding = codings.next()?;
    if codings.next().is_some() || !coding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked") {
        return Some("answered in a transfer coding other than chunked");
    }
    headers.contains_key(header::CONTENT_LENGTH).then_some("answered in chunks and with a length")
}

pub(super) fn outcome_of(route: &ForwardedRoute, status: u16) -> Outcome {
    match status {
        200..=299 if route.capture.includes(status) => Outcome::Answered,
        _ if route.capture.includes(status) => Outcome::ChargedStatus,
        0..=499 => Outcome::UnchargedStatus,
        _ => Outcome::Failed,
    }
}
