//! Is the request one that may be forwarded?

use bytes::Bytes;

use super::auth::caller::Caller;
use super::call::{Call, Refused};
use super::entitlement::Entitled;
use super::limits::account::Slot;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::http::json_body::read_any_body;

/// A call whose body was read. What it contains is the upstream's affair.
#[derive(Debug)]
#[non_exhaustive]
pub(super) struct Shaped {
    /// The request without its body.
    pub(super) call: Call,
    pub(super) caller: Caller,
    pub(super) slot: Slot,
    pub(super) body: Bytes,
}

/// What a route lets pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShapeLimits {
    pub(super) max_request_bytes: usize,
    /// Whether keys of test environments may call it.
    pub(super) takes_test_keys: bool,
}

/// Reads the body within the limit of the route. Refuses keys of test environments where the upstream has no test targets.
pub(super) async fn shape(limits: ShapeLimits, call: Entitled) -> Result<Shaped, Refused> {
    let (mut call, caller, slot) = call.into_parts();
    if caller.key.mode == Mode::Test && !limits.takes_test_keys {
        return Err(call.refuse(Refusal::NoTestServers));
    }
    let body = std::mem::take(call.request.body_mut());
    match read_any_body(body, limits.max_request_bytes).await {
        Ok(body) => Ok(Shaped { call, caller, slot, body }),
        Err(refusal) => Err(call.refuse(refusal)),
    }
}
