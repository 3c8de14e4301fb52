//! The claim of a request with an `Idempotency-Key`: repeated, it gets the same answer and is
//! charged once.

use axum::http::{HeaderMap, Method, Uri};
use sha2::{Digest, Sha256};

use crate::domain::ids::EnvironmentId;
use crate::domain::refusal::Refusal;
use crate::http::idempotency_key::idempotency_key;
use crate::ledger::rules::hold::IdempotencyClaim;

/// Whether a request carries an `Idempotency-Key`.
pub(super) fn has_key(headers: &HeaderMap) -> Result<bool, Refusal> {
    Ok(idempotency_key(headers)?.is_some())
}

/// Returns the claim of a request, or `None` without an `Idempotency-Key`.
pub(crate) fn claim(
    (method, uri, headers): (&Method, &Uri, &HeaderMap),
    body: &[u8],
    environment_id: EnvironmentId,
) -> Result<Option<IdempotencyClaim>, Refusal> {
    let Some(key) = idempotency_key(headers)? else { return Ok(None) };
    let mut fingerprint = Sha256::new();
    // Methods, paths and queries contain no zero byte, so different requests differ here.
    fingerprint.update(method.as_str());
    fingerprint.update([0]);
    fingerprint.update(uri.path());
    if let Some(query) = uri.query() {
        // Without a query the fingerprint stays compatible with records already stored.
        fingerprint.update("?");
        fingerprint.update(query);
    }
    fingerprint.update([0]);
    fingerprint.update(body);
    Ok(Some(IdempotencyClaim {
        environment_id,
        key_hash: Sha256::digest(key.as_str()).into(),
        fingerprint: fingerprint.finalize().into(),
    }))
}
