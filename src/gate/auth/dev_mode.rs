//! Development mode: a valid key counts. Any other credential, or none, is replaced by the mode's
//! own key.

use std::net::IpAddr;

use axum::http::{HeaderName, HeaderValue};

use super::caller::Caller;
use super::keyring::Keyring;
use crate::domain::key::KeySecret;
use crate::domain::refusal::Refusal;

/// Marks an answer to a credential that was not checked.
pub(super) const X_DEVELOPMENT_MODE: HeaderName = HeaderName::from_static("x-development-mode");
pub(super) const KEY_NOT_CHECKED: HeaderValue = HeaderValue::from_static("key not checked");

/// The caller of a request, and whether its credential was ignored.
pub(super) struct Identified {
    pub(super) caller: Caller,
    pub(super) is_unchecked: bool,
}

/// Finds the caller by the request's key, or by the mode's own key.
pub(super) async fn identify(
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
