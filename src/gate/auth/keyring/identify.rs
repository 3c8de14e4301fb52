//! From a credential to a caller or a refusal, with metrics.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use metrics::counter;

use super::{Keyring, LookupError};
use crate::domain::caller::Exposure;
use crate::domain::key::{KeySecret, KeyState};
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;

impl Keyring {
    /// Returns the caller with this key, if it may be used now. `from` is the client's address.
    ///
    /// # Errors
    /// Why the caller is refused: the key is unknown or may not be used, or the database cannot be
    /// reached.
    pub async fn identify(&self, secret: &KeySecret, from: Option<IpAddr>) -> Result<Caller, Refusal> {
        let found = self.find(secret, from).await.map_err(lookup_failed);
        let caller = found.and_then(|found| found.ok_or(Refusal::InvalidApiKey));
        match caller.and_then(usable) {
            Ok(caller) => {
                self.accepted.increment(1);
                self.last_used.note(&caller.mark, caller.clock.now().timestamp() / 60);
                Ok(caller)
            }
            Err(refusal) => Err(self.refuse(refusal, from)),
        }
    }

    /// Whether a call with this key would be let in now. That is no use of the key.
    ///
    /// # Errors
    /// When the database cannot be reached, or the network at `from` has too many failures.
    pub async fn is_live(&self, secret: &KeySecret, from: Option<IpAddr>) -> Result<bool, Refusal> {
        match self.find(secret, from).await.map_err(lookup_failed)? {
            Some(caller) => Ok(usable(caller).is_ok()),
            None => match self.refuse(Refusal::InvalidApiKey, from) {
                Refusal::InvalidApiKey => Ok(false),
                throttled => Err(throttled),
            },
        }
    }

    /// Counts a refused credential. A malformed or unknown one counts as a failure of the network
    /// at `from`, and gets another refusal once that network exceeds its limit.
    pub fn refuse(&self, refusal: Refusal, from: Option<IpAddr>) -> Refusal {
        let refusal = match (refusal, from) {
            (Refusal::InvalidApiKey, Some(address)) => self.failed_auth.failed(address),
            (refusal, _) => refusal,
        };
        counter!("gateway_auth_total", "result" => refusal.code().as_str()).increment(1);
        refusal
    }
}

/// The refusal of a call whose key cannot be looked up.
fn lookup_failed(error: LookupError) -> Refusal {
    tracing::warn!(%error, "key lookup failed");
    Refusal::UNAVAILABLE
}

/// Checks a key whose whole secret matched, so the caller may learn why the key is refused. The
/// database's clock decides, so that the key ends at the same time on every gateway.
fn usable(caller: Caller) -> Result<Caller, Refusal> {
    let now = caller.clock.now();
    let has_passed = |end: Option<DateTime<Utc>>| end.is_some_and(|end| end <= now);
    let refusal = match caller.key.state {
        KeyState::Active if has_passed(caller.key.expires_at) => Refusal::ExpiredApiKey,
        KeyState::Active if has_passed(caller.key.secret_ends_at) => Refusal::ReplacedSecret,
        KeyState::Active => return Ok(caller),
        KeyState::Disabled => Refusal::DisabledApiKey,
        KeyState::Revoked => Refusal::RevokedApiKey,
    };
    Err(match &caller.key.exposure {
        Some(Exposure { at, url }) => Refusal::KeyExposed { at: *at, url: url.clone() },
        None => refusal,
    })
}
