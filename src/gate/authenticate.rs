//! First of the gate: who calls? Everything behind it is decided by the answer.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};

use crate::clock;
use crate::domain::key::{KeySecret, KeyState};
use crate::domain::refusal::Refusal;
use crate::gate::caller::Caller;
use crate::gate::credential::credential;
use crate::gate::keyring::Keyring;
use crate::gate::stage::Stage;
use crate::http::log_facts::LogFacts;

/// The layer.
#[derive(Clone, Debug)]
pub struct Authenticate<N> {
    /// Who knows the keys.
    pub keyring: Keyring,
    /// What happens to a request without a credential.
    pub nobody: Nobody,
    /// The path's template, for the log.
    pub path: &'static str,
    /// What stands behind it.
    pub next: N,
}

/// What happens to a request without a credential. One that has a credential must always have a good one.
#[derive(Clone, Debug)]
pub enum Nobody {
    /// It is refused.
    IsRefused,
    /// It counts as one with this key: development mode only.
    Has(Arc<KeySecret>),
    /// It passes as it is.
    Passes,
}

impl<N: Stage> Stage for Authenticate<N> {
    /// Lets a request with a good key pass, as a [`Caller`] in its extensions.
    async fn pass(&self, request: Request) -> Result<Response, Refusal> {
        let secret = credential(request.headers(), request.uri())?;
        let secret = match (secret, &self.nobody) {
            (Some(secret), _) => secret,
            (None, Nobody::Has(key)) => (**key).clone(),
            (None, Nobody::Passes) => return self.next.pass(request).await,
            (None, Nobody::IsRefused) => return Err(Refusal::MissingAuth),
        };
        let caller = self.identify(&secret).await?;
        Ok(self.serve(caller, request).await)
    }
}

impl<N: Stage> Authenticate<N> {
    async fn identify(&self, secret: &KeySecret) -> Result<Caller, Refusal> {
        let known = self.keyring.find(secret).await.map_err(|error| {
            tracing::warn!(%error, "a key could not be looked up");
            Refusal::Unavailable { retry_after_s: 1 }
        })?;
        let caller = known.ok_or(Refusal::InvalidApiKey)?;
        check(&caller)?;
        Ok(caller)
    }

    /// Serves a request of a known caller; every answer from here on says where the account stands.
    async fn serve(&self, caller: Caller, mut request: Request) -> Response {
        request.extensions_mut().insert(caller.clone());
        let mut response = self.next.pass(request).await.into_response();
        let extensions = response.extensions_mut();
        extensions.get_or_insert_with(|| caller.unbilled());
        let (account, key) = (Some(caller.key.account_id), Some(caller.key.key_id));
        extensions.insert(LogFacts { route: Some(self.path), account, key });
        response
    }
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
