//! First of the gate: who calls? Everything behind it is decided by the answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::clock;
use crate::domain::billing::Billing;
use crate::domain::key::{KeySecret, KeyState};
use crate::domain::refusal::Refusal;
use crate::gate::caller::Caller;
use crate::gate::credential::credential;
use crate::gate::keyring::Keyring;
use crate::http::log_facts::LogFacts;

/// A path behind authentication.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Who knows the keys.
    pub keyring: Keyring,
    /// The key of requests that have none: development mode only.
    pub dev_key: Option<Arc<KeySecret>>,
    /// The path's template, for the log.
    pub path: &'static str,
}

/// Lets a request with a good key pass, as a [`Caller`] in its extensions.
pub async fn authenticate(
    State(authenticated): State<Authenticated>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let secret = credential(request.headers(), request.uri())?;
    let secret = secret.or_else(|| authenticated.dev_key.as_deref().cloned());
    match identify(&authenticated.keyring, secret).await? {
        Some(caller) => Ok(serve(caller, authenticated.path, request, next).await),
        None => Err(Refusal::MissingAuth),
    }
}

/// Lets a request without a credential pass as it is; one that has a credential must have a good one.
pub async fn authenticate_if_present(
    State(authenticated): State<Authenticated>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let secret = credential(request.headers(), request.uri())?;
    match identify(&authenticated.keyring, secret).await? {
        Some(caller) => Ok(serve(caller, authenticated.path, request, next).await),
        None => Ok(next.run(request).await),
    }
}

async fn identify(keyring: &Keyring, secret: Option<KeySecret>) -> Result<Option<Caller>, Refusal> {
    let Some(secret) = secret else {
        return Ok(None);
    };
    let known = keyring.find(&secret).await.map_err(|error| {
        tracing::warn!(%error, "a key could not be looked up");
        Refusal::Unavailable { retry_after_s: 1 }
    })?;
    let caller = known.ok_or(Refusal::InvalidApiKey)?;
    check(&caller)?;
    Ok(Some(caller))
}

/// The whole secret matched, so the caller may know why the key is refused.
fn check(caller: &Caller) -> Result<(), Refusal> {
    match caller.key.state {
        KeyState::Active => {}
        KeyState::Disabled => return Err(Refusal::DisabledApiKey),
        KeyState::Revoked => return Err(Refusal::RevokedApiKey),
    }
    if caller.key.ends_at.is_some_and(|end| end <= clock::now()) {
        return Err(Refusal::ExpiredApiKey);
    }
    Ok(())
}

/// Serves a request of a known caller; every answer from here on says where the account stands.
async fn serve(caller: Caller, path: &'static str, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    if response.extensions().get::<Billing>().is_none() {
        response.extensions_mut().insert(caller.unbilled());
    }
    let facts =
        LogFacts { route: Some(path), account: Some(caller.key.account_id), key: Some(caller.key.key_id) };
    response.extensions_mut().insert(facts);
    response
}
