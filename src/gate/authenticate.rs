//! Identifies the caller by its key.

use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::Gate;
use super::auth::caller::Caller;
use super::auth::credential::{credential, has_other_scheme};
use super::auth::dev_mode::{self, Identified};
use super::call::{Call, Incoming, Refused};
use crate::clock::sleep_until_next;
use crate::domain::key::{KeySecret, Mode};
use crate::domain::refusal::Refusal;

/// Refused credentials are answered at multiples of this interval, which is longer than a usual
/// lookup, so that the time of an answer does not show whether a lookup took place.
const REFUSAL_INTERVAL: Duration = Duration::from_millis(5);
/// The same interval for networks with too many failed attempts, whose lookups have a queue of
/// their own.
const THROTTLED_INTERVAL: Duration = Duration::from_millis(25);

/// A call whose caller is known.
#[derive(Debug)]
pub(super) struct Authenticated {
    call: Call,
    caller: Caller,
}

impl Authenticated {
    pub(super) fn into_parts(self) -> (Call, Caller) {
        (self.call, self.caller)
    }
}

/// Passes calls with a valid key; in development mode, every call.
pub(super) async fn authenticate(Incoming(mut call): Incoming) -> Result<Authenticated, Refused> {
    let sent = credential(call.request.headers(), call.request.uri());
    let has_other_scheme = has_other_scheme(call.request.headers());
    let client = call.client();
    let identified = match &call.gate.dev_key {
        Some(key) => dev_mode::identify(&call.gate.keyring, sent, key, client).await,
        None => identify(&call.gate, sent, has_other_scheme, client).await,
    };
    let Identified { caller, is_unchecked } = match identified {
        Ok(identified) => identified,
        Err(refusal) => return Err(call.refuse(refusal)),
    };
    // A test call has no hold that would return the balance.
    if caller.key.mode == Mode::Test {
        call.gate.keyring.refresh_balance(&caller).await;
    }
    call.facts.caller = Some(caller.clone());
    call.facts.record.is_key_unchecked = is_unchecked;
    Ok(Authenticated { call, caller })
}

async fn identify(
    gate: &Gate,
    sent: Result<Option<KeySecret>, Refusal>,
    has_other_scheme: bool,
    client: Option<IpAddr>,
) -> Result<Identified, Refusal> {
    let received_at = Instant::now();
    let refuse = |refusal| gate.keyring.refuse(refusal, client);
    let secret = match sent {
        Ok(Some(secret)) => secret,
        Ok(None) if has_other_scheme => return Err(refuse(Refusal::NotBearer)),
        Ok(None) => return Err(refuse(Refusal::MissingAuth)),
        Err(refusal) => return Err(at_next_interval(received_at, refuse(refusal)).await),
    };
    match gate.keyring.identify(&secret, client).await {
        Ok(caller) => Ok(Identified { caller, is_unchecked: false }),
        Err(refusal) => Err(at_next_interval(received_at, refusal).await),
    }
}

/// Returns the refusal at the next multiple of its interval.
async fn at_next_interval(received_at: Instant, refusal: Refusal) -> Refusal {
    let interval = match refusal {
        Refusal::InvalidApiKey => REFUSAL_INTERVAL,
        Refusal::Limited(_) => THROTTLED_INTERVAL,
        _ => return refusal,
    };
    sleep_until_next(received_at, interval).await;
    refusal
}
