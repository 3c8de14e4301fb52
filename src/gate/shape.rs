//! Checks whether a request may be forwarded, and reads its body unless it is streamed.

use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, HeaderName};
use bytes::Bytes;

use super::auth::caller::Caller;
use super::call::{Call, Refused};
use super::entitlement::Entitled;
use super::idempotency::has_key;
use super::limits::account::Slot;
use crate::catalogue::routes::lenient_paths::LenientPaths;
use crate::domain::forwarding::RequestBody;
use crate::domain::key::Mode;
use crate::domain::refusal::{Malformed, Refusal};
use crate::http::json_body::read_any_body;

/// Gateways that a call may pass.
const MAX_HOPS: u8 = 3;

/// A call that may be forwarded. The upstream checks what its body contains.
#[derive(Debug)]
#[non_exhaustive]
pub(super) struct Shaped {
    /// The request without its body.
    pub(super) call: Call,
    pub(super) caller: Caller,
    pub(super) slot: Slot,
    /// Gateways that the call has passed before.
    pub(super) hops: u8,
    pub(super) body: CallBody,
}

/// The body of a call.
#[derive(Debug)]
pub enum CallBody {
    /// It was read whole.
    Read(Bytes),
    /// Streamed to the upstream.
    Streamed(Body),
}

impl Default for CallBody {
    fn default() -> Self {
        Self::Read(Bytes::new())
    }
}

impl CallBody {
    /// What was read of it before the call.
    pub(super) fn read(&self) -> Bytes {
        match self {
            Self::Read(body) => body.clone(),
            Self::Streamed(_) => Bytes::new(),
        }
    }
}

/// What a route lets pass.
#[derive(Clone, Debug)]
pub(super) struct ShapeLimits {
    pub(super) body: RequestBody,
    pub(super) max_request_bytes: usize,
    /// Whether keys of test environments may call it.
    pub(super) takes_test_keys: bool,
    /// The header that counts gateways.
    pub(super) hops: HeaderName,
    /// The path of the route.
    pub(super) path: &'static str,
    /// The paths of all routes.
    pub(super) lenient_paths: Arc<LenientPaths>,
}

/// Reads the body within the limit of the route, or leaves it to be streamed. Refuses keys of test
/// environments where the upstream has no test targets, and paths that the upstream may read as
/// those of another route.
pub(super) async fn shape(limits: ShapeLimits, call: Entitled) -> Result<Shaped, Refused> {
    let (mut call, caller, slot) = call.into_parts();
    if caller.key.mode == Mode::Test && !limits.takes_test_keys {
        return Err(call.refuse(Refusal::NoTestServers));
    }
    if limits.lenient_paths.is_ambiguous(call.request.uri().path(), limits.path) {
        return Err(call.refuse(Refusal::BadRequest(Malformed::AmbiguousPath)));
    }
    let Some(hops) = hops(call.request.headers(), &limits.hops) else {
        return Err(call.refuse(Refusal::LoopDetected));
    };
    let body = std::mem::take(call.request.body_mut());
    let body = match limits.body {
        RequestBody::Read => read_any_body(body, limits.max_request_bytes).await.map(CallBody::Read),
        RequestBody::Pass => passable(&call, body, limits.max_request_bytes),
    };
    match body {
        Ok(body) => Ok(Shaped { call, caller, slot, hops, body }),
        Err(refusal) => Err(call.refuse(refusal)),
    }
}

/// Gateways that the call has passed, unless they are too many: a route may lead back here. A
/// client that claims some only shortens its own way.
fn hops(headers: &HeaderMap, name: &HeaderName) -> Option<u8> {
    let claimed = headers.get_all(name).iter().map(|value| value.to_str().ok()?.trim().parse::<u8>().ok());
    let hops = claimed.map(|hops| hops.unwrap_or(0)).max().unwrap_or(0);
    (hops < MAX_HOPS).then_some(hops)
}

/// A body that may be streamed: its length, where it is declared, is within the limit, and no
/// answer is to be stored under a fingerprint of what was not read.
fn passable(call: &Call, body: Body, limit_bytes: usize) -> Result<CallBody, Refusal> {
    if has_key(call.request.headers())? {
        return Err(Refusal::BadRequest(Malformed::IdempotencyKeyOfPassedBody));
    }
    if body.size_hint().lower() > limit_bytes as u64 {
        return Err(Refusal::BodyTooLarge { limit_bytes });
    }
    Ok(CallBody::Streamed(body))
}
