//! What a paid request passes, in this order. A request that is refused on the way has cost nothing.
//!
//! 1. [`authenticate`]: first, because everything behind it is decided by who calls.
//! 2. [`limit`]: before any work is done for the caller; rate and concurrency are decided together.
//! 3. [`access`]: before the body is read, so that a plan without the endpoint is told so whatever it sends.
//! 4. [`validate`]: last of what is free, so that bad input is never charged.
//! 5. [`meter`]: the hold, the handler in a task of its own, the capture or release.
//!
//! Each layer takes only the state it needs, and refuses with a [`crate::domain::refusal::Refusal`].

pub mod access;
pub mod account_live;
pub mod authenticate;
pub mod caller;
pub mod credential;
mod decision;
mod idempotency;
pub mod keyring;
pub mod limit;
pub mod limiter;
pub mod meter;
pub mod running;
pub mod validate;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::MethodRouter;

use crate::domain::key::{KeySecret, Scope};
use crate::domain::route::Route;
use crate::ledger::entry::RouteNumber;

/// The parts of the gate, built once.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Who calls.
    pub keyring: keyring::Keyring,
    /// The key of requests that have none: development mode only.
    pub dev_key: Option<Arc<KeySecret>>,
    /// Which plans include what, for advice on upgrades.
    pub catalogue: Arc<crate::config::plans::Catalogue>,
    /// The money.
    pub meter: meter::Meter,
    /// The ledger's numbers of the paid routes.
    pub numbers: Arc<HashMap<&'static str, RouteNumber>>,
    /// Largest body of a built-in endpoint.
    pub max_body_bytes: usize,
}

impl Gate {
    /// Puts a paid endpoint behind the whole gate. Layers are listed from the inside out: the last one sees the request
    /// first.
    pub fn paid<S>(&self, route: &Arc<Route>, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let number = self.numbers.get(route.path).copied().unwrap_or(RouteNumber(0));
        let metered = meter::Metered { meter: self.meter.clone(), route: route.clone(), number };
        let validated = validate::Validated { route: route.clone(), max_body_bytes: self.max_body_bytes };
        let accessed = access::Accessed { route: route.clone(), catalogue: self.catalogue.clone() };
        let gated = handler
            .route_layer(from_fn_with_state(metered, meter::meter))
            .route_layer(from_fn_with_state(validated, validate::validate))
            .route_layer(from_fn_with_state(accessed, access::access))
            .route_layer(axum::middleware::from_fn(limit::limit))
            .route_layer(from_fn_with_state(self.authenticated(route.path), authenticate::authenticate));
        Router::new().route(route.path, gated)
    }

    /// Puts a free endpoint behind authentication and the limits.
    pub fn free<S>(&self, path: &'static str, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let gated = handler
            .route_layer(axum::middleware::from_fn(limit::limit))
            .route_layer(from_fn_with_state(self.authenticated(path), authenticate::authenticate));
        Router::new().route(path, gated)
    }

    /// As [`Gate::free`], for keys that have a scope.
    pub fn scoped<S>(&self, path: &'static str, scope: Scope, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.free(path, handler.route_layer(from_fn_with_state(scope, access::in_scope)))
    }

    /// Lets a request without a credential pass as nobody; one with a credential must be good, and within the limits.
    pub fn optional<S>(&self, path: &'static str, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let authenticated = self.authenticated(path);
        let gated = handler
            .route_layer(axum::middleware::from_fn(limit::limit))
            .route_layer(from_fn_with_state(authenticated, authenticate::authenticate_if_present));
        Router::new().route(path, gated)
    }

    fn authenticated(&self, path: &'static str) -> authenticate::Authenticated {
        let (keyring, dev_key) = (self.keyring.clone(), self.dev_key.clone());
        authenticate::Authenticated { keyring, dev_key, path }
    }
}
