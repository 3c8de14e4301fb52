//! `Idempotency-Key`: the same request sent again is answered again, and charged once.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::domain::billing::Billing;
use crate::domain::ids::EnvironmentId;
use crate::domain::refusal::Refusal;
use crate::gate::validate::RawBody;
use crate::http::billing_info;
use crate::http::idempotency_key::idempotency_key;
use crate::ledger::rules::hold::{AnswerContent, IdempotencyClaim};

/// Says that an answer was given before.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The claim of a request that carries an `Idempotency-Key`; `None` when it carries none.
pub(crate) fn claim(
    request: &Request,
    environment_id: EnvironmentId,
) -> Result<Option<IdempotencyClaim>, Refusal> {
    let Some(key) = idempotency_key(request.headers())? else { return Ok(None) };
    let mut fingerprint = Sha256::new();
    // Neither a method nor a path holds a zero byte, so no two requests run together.
    fingerprint.update(request.method().as_str());
    fingerprint.update([0]);
    fingerprint.update(request.uri().path());
    fingerprint.update([0]);
    if let Some(RawBody(body)) = request.extensions().get() {
        fingerprint.update(body);
    }
    Ok(Some(IdempotencyClaim {
        environment_id,
        key_hash: Sha256::digest(key.as_str()).into(),
        fingerprint: fingerprint.finalize().into(),
    }))
}

/// The stored answer, sent again with the billing facts of now.
pub(super) fn replay(content: AnswerContent, billing: &Billing) -> Response {
    let AnswerContent { status, media_type, body, tells_billing } = content;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let body = if tells_billing { billing_info::refreshed(body, billing) } else { body };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    match HeaderValue::from_str(&media_type) {
        Ok(media_type) => headers.insert(header::CONTENT_TYPE, media_type),
        // A client that cannot tell what it is does not read it as something else.
        Err(_) => headers.remove(header::CONTENT_TYPE),
    };
    headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}
