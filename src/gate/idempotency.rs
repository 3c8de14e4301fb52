//! `Idempotency-Key`: the same request sent again is answered again, and charged once.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::domain::ids::EnvironmentId;
use crate::domain::refusal::Refusal;
use crate::gate::validate::RawBody;
use crate::http::negotiate::PROBLEM_JSON;
use crate::ledger::hold::{IdempotencyClaim, StoredAnswer};

/// The header.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
pub(crate) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Longest key.
const MAX_KEY_CHARS: usize = 255;

/// The claim of a request that carries an `Idempotency-Key`; `None` when it carries none.
pub(crate) fn claim(
    request: &Request,
    environment_id: EnvironmentId,
) -> Result<Option<IdempotencyClaim>, Refusal> {
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = values.next() else {
        return Ok(None);
    };
    let visible = key.as_bytes().iter().all(u8::is_ascii_graphic);
    if values.next().is_some() || !visible || !(1..=MAX_KEY_CHARS).contains(&key.len()) {
        let reason = "Idempotency-Key must be sent once, as 1 to 255 visible ASCII characters";
        return Err(Refusal::BadRequest { reason });
    }
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
        key_hash: Sha256::digest(key.as_bytes()).into(),
        fingerprint: fingerprint.finalize().into(),
    }))
}

/// The stored answer, sent again.
pub(super) fn replay(answer: StoredAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    // All our own bodies begin with `success`; only a problem (RFC 9457) does not.
    let is_problem = !answer.body.starts_with(br#"{"success""#);
    let media_type = if is_problem { PROBLEM_JSON } else { "application/json" };
    let mut response = (status, answer.body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    response
}
