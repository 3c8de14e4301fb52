//! Replays a stored answer.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::domain::billing::Billing;
use crate::http::billing_info;
use crate::http::idempotency_key::IDEMPOTENT_REPLAYED;
use crate::ledger::rules::hold::AnswerContent;

/// Returns a stored answer with the current billing.
pub(super) fn replay(content: AnswerContent, billing: &Billing) -> Response {
    let AnswerContent { status, media_type, body, tells_billing } = content;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let body = if tells_billing { billing_info::refreshed(body, billing) } else { body };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    match HeaderValue::from_str(&media_type) {
        Ok(media_type) => headers.insert(header::CONTENT_TYPE, media_type),
        // Without a type no client misreads the body.
        Err(_) => headers.remove(header::CONTENT_TYPE),
    };
    headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}
