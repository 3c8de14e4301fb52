//! First of the gate: who calls? Everything behind it is decided by the answer.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use crate::clock;
use crate::domain::billing::Billing;
use crate::domain::key::{KeySecret, Mode};
use crate::domain::refusal::Refusal;
use crate::gate::caller::Caller;
use crate::gate::credential::credential;
use crate::gate::keyring::Keyring;
use crate::gate::refused::RefusedCalls;
use crate::gate::stage::{Passing, Stage};
use crate::http::client_address::ClientAddress;
use crate::http::log_facts::LogFacts;

/// The layer.
#[derive(Clone, Debug)]
pub struct Authenticate<N> {
    /// Who knows the keys.
    pub keyring: Keyring,
    /// What happens to a request without a credential.
    pub nobody: Nobody,
    /// Where refused calls are counted.
    pub refused: RefusedCalls,
    /// The path's template, for the log and the count.
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
    async fn pass(&self, request: Passing) -> Result<Response, Refusal> {
        let mut response = self.admit(request).await.into_response();
        let of_path = || LogFacts { route: Some(self.path), ..LogFacts::default() };
        response.extensions_mut().get_or_insert_with(of_path);
        Ok(response)
    }
}

impl<N: Stage> Authenticate<N> {
    async fn admit(&self, request: Passing) -> Result<Response, Refusal> {
        let from = request.extensions().get::<ClientAddress>().map(|address| address.0);
        let refuse = |refusal| self.keyring.refuse(refusal, from);
        let secret = credential(request.headers(), request.uri()).map_err(refuse)?;
        let secret = match (secret, &self.nobody) {
            (Some(secret), _) => secret,
            (None, Nobody::Has(key)) => (**key).clone(),
            (None, Nobody::Passes) => return self.next.pass(request).await,
            (None, Nobody::IsRefused) => return Err(refuse(Refusal::MissingAuth)),
        };
        let caller = self.keyring.identify(&secret, from).await?;
        Ok(self.serve(caller, request).await)
    }

    /// Serves a request of a known caller; every answer from here on says where the account stands.
    async fn serve(&self, caller: Caller, mut request: Passing) -> Response {
        // A call that the ledger is not asked about says where the account stands all the same.
        if caller.key.mode == Mode::Test {
            self.keyring.ask_standing(&caller).await;
        }
        request.extensions_mut().insert(caller.clone());
        let mut response = self.next.pass(request).await.into_response();
        if response.extensions().get::<Billing>().is_none() {
            self.keyring.ask_standing(&caller).await;
            response.extensions_mut().insert(caller.unbilled());
        }
        if let Some(refusal) = response.extensions().get::<Refusal>() {
            self.refused.note(&caller, self.path, refusal.code(), clock::now().date_naive());
        }
        let (account, key) = (Some(caller.key.account_id), Some(caller.key.key_id));
        response.extensions_mut().insert(LogFacts { route: Some(self.path), account, key });
        response
    }
}
