//! From a credential to a caller or a refusal, counted.

use std::net::IpAddr;

use metrics::counter;

use super::Keyring;
use crate::domain::key::{KeySecret, KeyState};
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;

impl Keyring {
    /// The caller with this key, if it may be used now; `from` is where the request came from.
    ///
    /// # Errors
    /// Why the caller is refused: there is no such key, it may not be used, or the store cannot be asked.
    pub async fn identify(&self, secret: &KeySecret, from: Option<IpAddr>) -> Result<Caller, Refusal> {
        let found = self.find(secret, from).await.map_err(|error| {
            tracing::warn!(%error, "a key could not be looked up");
            Refusal::Unavailable { retry_after_s: 1 }
        });
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

    /// Counts a refused credential. One that is no key at all counts as a guess of whoever is at `from`, and becomes
    /// another refusal when there were too many.
    pub fn refuse(&self, refusal: Refusal, from: Option<IpAddr>) -> Refusal {
        let refusal = match (refusal, from) {
            (Refusal::InvalidApiKey, Some(address)) => self.failed_auth.failed(address),
            (refusal, _) => refusal,
        };
        counter!("gateway_auth_total", "result" => refusal.code().as_str()).increment(1);
        refusal
    }
}

/// The whole secret matched, so the caller may know why the key is refused. It ends by the database's clock, so that it ends
/// on every gateway alike.
fn usable(caller: Caller) -> Result<Caller, Refusal> {
    match caller.key.state {
        KeyState::Active => {}
        KeyState::Disabled => return Err(Refusal::DisabledApiKey),
        KeyState::Revoked => return Err(Refusal::RevokedApiKey),
    }
    if caller.key.ends_at.is_some_and(|end| end <= caller.clock.now()) {
        return Err(Refusal::ExpiredApiKey);
    }
    Ok(caller)
}
