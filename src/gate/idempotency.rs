//! What a request claims by its `Idempotency-Key`: sent again, it is answered again and charged once.

use axum::extract::Request;
use sha2::{Digest, Sha256};

use crate::domain::ids::EnvironmentId;
use crate::domain::refusal::Refusal;
use crate::http::idempotency_key::idempotency_key;
use crate::http::json_body::RawBody;
use crate::ledger::rules::hold::IdempotencyClaim;

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
