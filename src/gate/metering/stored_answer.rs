//! Stored answers of calls with an idempotency key: what of an answer is stored, and its replay.

use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::billing::Billing;
use crate::domain::ids::CallId;
use crate::http::billing_info;
use crate::http::idempotency_key::{IDEMPOTENT_REPLAYED, X_ORIGINAL_REQUEST_ID};
use crate::ledger::rules::hold::AnswerContent;

/// Longest answer that is stored under an idempotency key.
pub(super) const MAX_STORED_BYTES: usize = 1_024 * 1_024;
/// Most bytes of the headers stored with an answer.
const MAX_STORED_HEADER_BYTES: usize = 8_192;
/// Longest media type that is stored. An upstream may write any.
const MAX_MEDIA_TYPE_BYTES: usize = 255;
/// The media type of a body without one (RFC 9110, section 8.3).
const UNKNOWN_MEDIA_TYPE: &str = "application/octet-stream";

/// Headers that the gateway writes for each answer, so they are not stored with it. The media type
/// is stored beside them.
const REGENERATED: [HeaderName; 3] = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::DATE];

/// What is stored of an answer.
pub(super) fn content(parts: &Parts, body: &[u8], tells_billing: bool) -> AnswerContent {
    let media_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    AnswerContent {
        status: parts.status.as_u16(),
        media_type: media_type.filter(|value| !value.is_empty()).unwrap_or(UNKNOWN_MEDIA_TYPE).to_owned(),
        headers: kept_headers(&parts.headers, body.is_empty()),
        body: body.to_vec(),
        tells_billing,
    }
}

/// Whether an answer is short enough to be stored.
pub(super) fn is_storable(content: &AnswerContent) -> bool {
    let header_bytes =
        content.headers.iter().map(|(name, value)| name.len() + value.len() + 3).sum::<usize>();
    content.body.len() <= MAX_STORED_BYTES
        && header_bytes <= MAX_STORED_HEADER_BYTES
        && content.media_type.len() <= MAX_MEDIA_TYPE_BYTES
}

/// The headers of an answer that are stored with it. The length of a body that is not sent, as in
/// an answer to HEAD, is one.
fn kept_headers(headers: &HeaderMap, is_without_body: bool) -> Vec<(String, String)> {
    let is_stored = |name: &HeaderName| {
        !REGENERATED.contains(name) || (is_without_body && name == header::CONTENT_LENGTH)
    };
    let stored = headers.iter().filter(|(name, _)| is_stored(name));
    stored.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}

/// Returns the stored answer of a call with the current billing.
pub(super) fn replay(call_id: CallId, content: AnswerContent, billing: &Billing) -> Response {
    let AnswerContent { status, media_type, headers: kept, body, tells_billing } = content;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let is_typed = !body.is_empty() || media_type != UNKNOWN_MEDIA_TYPE;
    let body = if tells_billing { billing_info::refreshed(body, billing) } else { body };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    match HeaderValue::from_str(&media_type) {
        Ok(media_type) if is_typed => headers.insert(header::CONTENT_TYPE, media_type),
        // Without a type no client misreads the body.
        _ => headers.remove(header::CONTENT_TYPE),
    };
    for (name, value) in kept {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    if let Ok(call_id) = HeaderValue::try_from(call_id.to_string()) {
        headers.insert(X_ORIGINAL_REQUEST_ID, call_id);
    }
    response
}
