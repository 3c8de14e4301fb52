//! The `Idempotency-Key` of a request.

use axum::http::{HeaderMap, HeaderName};

use crate::domain::idempotency_key::IdempotencyKey;
use crate::domain::refusal::{Malformed, Refusal};

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The `X-Request-Id` of the call whose stored answer is replayed, which is the id of its receipt.
pub const X_ORIGINAL_REQUEST_ID: HeaderName = HeaderName::from_static("x-original-request-id");

/// Says that an answer was given before.
pub const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Returns the request's key, if it has one. A repeated header and a malformed key are errors: a
/// call that the client considers safe to repeat must not run without its key.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, Refusal> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = IdempotencyKey::parse(value.as_bytes()).ok().filter(|_| values.next().is_none());
    key.map(Some).ok_or(Refusal::BadRequest(Malformed::IdempotencyKeyHeader))
}
