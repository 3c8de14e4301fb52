//! Who calls? Everything behind it is decided by the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, sleep_until};

use super::dev_mode::{self, KEY_NOT_CHECKED, X_DEVELOPMENT_MODE};
use crate::clock;
use crate::domain::billing::Billing;
use crate::domain::key::{KeySecret, Mode};
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::gate::auth::credential::credential;
use crate::gate::auth::keyring::Keyring;
use crate::gate::refused::RefusedCalls;
use crate::gate::stage::{Passing, Stage};
use crate::http::client_address::ClientAddress;
use crate::http::log_facts::LogFacts;

/// Refusals of credentials leave in steps of this: longer than a look-up usually takes.
const REFUSAL_STEP: Duration = Duration::from_millis(5);
/// The same for networks from which too many guesses came, whose look-ups wait in a lane of their own.
const THROTTLED_STEP: Duration = Duration::from_millis(25);

/// Finds the caller of each request by its credential.
#[derive(Clone, Debug)]
pub struct Authenticate<N> {
    /// Who knows the keys.
    pub keyring: Keyring,
    /// What happens to a request without a credential.
    pub anonymous: Anonymous,
    /// Where refused calls are counted.
    pub refused: RefusedCalls,
    /// The path's template, for the log and the count.
    pub path: &'static str,
    /// The steps behind it, and the handler.
    pub next: N,
}

/// What happens to a request without a credential. One that has a credential must always have a good one.
#[derive(Clone, Debug)]
pub enum Anonymous {
    /// It is refused.
    Reject,
    /// It counts as one with this key, and so does one with a bad credential: development mode only.
    UseDevKey(Arc<KeySecret>),
    /// It passes without a caller.
    Allow,
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
        let came_at = Instant::now();
        let from = request.extensions().get::<ClientAddress>().map(|address| address.0);
        let refuse = |refusal| self.keyring.refuse(refusal, from);
        let sent = credential(request.headers(), request.uri());
        if let Anonymous::UseDevKey(key) = &self.anonymous {
            let found = dev_mode::identify(&self.keyring, sent, key, from).await?;
            let mut response = self.serve(found.caller, request).await;
            if found.is_unchecked {
                response.headers_mut().insert(X_DEVELOPMENT_MODE, KEY_NOT_CHECKED);
            }
            return Ok(response);
        }
        let secret = match sent {
            Ok(secret) => secret,
            Err(refusal) => return Err(evenly(came_at, refuse(refusal)).await),
        };
        let secret = match (secret, &self.anonymous) {
            (Some(secret), _) => secret,
            (None, Anonymous::Allow) => return self.next.pass(request).await,
            (None, Anonymous::Reject) if request.headers().contains_key(header::AUTHORIZATION) => {
                return Err(refuse(Refusal::NotBearer));
            }
            (None, _) => return Err(refuse(Refusal::MissingAuth)),
        };
        match self.keyring.identify(&secret, from).await {
            Ok(caller) => Ok(self.serve(caller, request).await),
            Err(refusal) => Err(evenly(came_at, refusal).await),
        }
    }

    /// Serves a request of a known caller; every answer from here on says where the account stands.
    async fn serve(&self, caller: Caller, mut request: Passing) -> Response {
        // A call that the ledger is not asked about says where the account stands all the same.
        if caller.key.mode == Mode::Test {
            self.keyring.ask_balance(&caller).await;
        }
        request.extensions_mut().insert(caller.clone());
        let mut response = self.next.pass(request).await.into_response();
        if response.extensions().get::<Billing>().is_none() {
            self.keyring.ask_balance(&caller).await;
            response.extensions_mut().insert(caller.unbilled());
        }
        if let Some(refusal) = response.extensions().get::<Refusal>() {
            self.refused.note(&caller.key, self.path, refusal.code(), clock::now().date_naive());
        }
        let (account, key) = (Some(caller.key.account_id), Some(caller.key.key_id));
        response.extensions_mut().insert(LogFacts { route: Some(self.path), account, key });
        response
    }
}

/// Passes the refusal of a credential on at the next full step after the request came: a credential that was looked up and
/// one that was not are refused after the same time.
async fn evenly(came_at: Instant, refusal: Refusal) -> Refusal {
    let step = match refusal {
        Refusal::InvalidApiKey => REFUSAL_STEP,
        Refusal::Limited(_) => THROTTLED_STEP,
        _ => return refusal,
    };
    let steps = came_at.elapsed().as_micros() / step.as_micros() + 1;
    sleep_until(came_at + step * u32::try_from(steps).unwrap_or(1)).await;
    refusal
}
