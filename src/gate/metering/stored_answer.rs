//! Replays a stored answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::billing::Billing;
use crate::http::billing_info;
use crate::http::idempotency_key::IDEMPOTENT_REPLAYED;
use crate::ledger::rules::hold::AnswerContent;

/// The media type of a body without one (RFC 9110, section 8.3).
pub(super) const UNKNOWN_MEDIA_TYPE: &str = "application/octet-stream";

/// The headers, besides the media type, that a client needs to read and use the body of an answer.
const KEPT: [HeaderName; 12] = [
    header::ACCEPT_RANGES,
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LOCATION,
    header::CONTENT_RANGE,
    header::ETAG,
    header::LAST_MODIFIED,
    header::LINK,
    header::LOCATION,
    header::VARY,
];

/// The headers of an answer that are stored with it. The length of a body that is not sent, as in
/// an answer to HEAD, is one.
pub(super) fn kept_headers(headers: &HeaderMap, is_without_body: bool) -> Vec<(String, String)> {
    let length = is_without_body.then_some(header::CONTENT_LENGTH);
    let named = KEPT.into_iter().chain(length).flat_map(|name| {
        let values = headers.get_all(&name).iter().filter_map(|value| value.to_str().ok());
        values.map(|value| (name.as_str().to_owned(), value.to_owned())).collect::<Vec<_>>()
    });
    named.collect()
}

/// Returns a stored answer with the current billing.
pub(super) fn replay(content: AnswerContent, billing: &Billing) -> Response {
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
    response
}
