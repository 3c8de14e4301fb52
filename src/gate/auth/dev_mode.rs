//! Development mode: a valid key counts. Any other credential, or none, is replaced by the mode's
//! own key.

use std::net::IpAddr;

use super::caller::Caller;
use super::keyring::Keyring;
use crate::domain::key::KeySecret;
use crate::domain::refusal::Refusal;

/// The caller of a request, and whether the credential that it sent was passed over.
pub(in crate::gate) struct Identified {
    pub(in crate::gate) caller: Caller,
    pub(in crate::gate) is_unchecked: bool,
}

/// Finds the caller by the key that the request sent, or by the mode's own key.
pub(in crate::gate) async fn identify(
    keyring: &Keyring,
    sent: Result<Option<KeySecret>, Refusal>,
    own: &KeySecret,
    from: Option<IpAddr>,
) -> Result<Identified, Refusal> {
    match sent {
        Ok(None) => {
            return Ok(Identified { caller: keyring.identify(own, from).await?, is_unchecked: false });
        }
        Ok(Some(secret)) => match keyring.identify(&secret, from).await {
            Ok(caller) => return Ok(Identified { caller, is_unchecked: false }),
            Err(refusal) if refusal.code().status() >= 500 => return Err(refusal),
            Err(_) => {}
        },
        // A client that puts its key into the URL would fail in production, so it fails here too.
        Err(refusal @ Refusal::KeyInQueryString { .. }) => return Err(refusal),
        Err(_) => {}
    }
    tracing::info!("credential not checked: development mode");
    Ok(Identified { caller: keyring.identify(own, from).await?, is_unchecked: true })
}
