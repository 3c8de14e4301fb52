//! What a paid request passes, in this order. A request that is refused on the way has cost nothing.
//!
//! 1. [`authenticate`]: first, because everything behind it is decided by who calls.
//! 2. [`limit`]: before any work is done for the caller; rate and concurrency are decided together.
//! 3. [`key_restrictions`]: may the key be used in this region, from this address?
//! 4. [`entitlement`]: before the body is read, so that a plan without the endpoint is told so whatever it sends.
//! 5. [`validate`]: last of what is free, so that bad input is never charged.
//! 6. [`meter`]: the hold, the handler, the capture or release.
//!
//! Each layer is a [`stage::Stage`]: it takes only the state it needs, and refuses with a
//! [`crate::domain::refusal::Refusal`].

pub mod account_live;
pub mod admission;
pub mod authenticate;
pub mod caller;
pub mod credential;
mod decision;
mod detach_on_drop;
mod dry_run;
pub mod entitlement;
pub mod failed_auth;
pub(crate) mod idempotency;
pub mod key_restrictions;
pub mod keyring;
pub mod last_used;
pub mod limit;
pub mod limiter;
pub mod meter;
pub mod metered_call;
pub mod no_parameters;
pub mod refused;
pub mod shared_limits;
pub mod stage;
pub mod test_answers;
pub mod validate;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::MethodRouter;

use crate::domain::key::{KeySecret, Scope};
use crate::domain::route::Route;
use crate::gate::authenticate::{Authenticate, Nobody};
use crate::gate::entitlement::{Entitlement, InScope};
use crate::gate::key_restrictions::KeyRestrictions;
use crate::gate::limit::Limit;
use crate::gate::meter::Metered;
use crate::gate::no_parameters::NoParameters;
use crate::gate::stage::before;
use crate::gate::validate::Validate;
use crate::ledger::rules::entry::RouteNumber;

/// The parts of the gate, built once.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Who calls.
    pub keyring: keyring::Keyring,
    /// How much of it.
    pub limits: admission::Limits,
    /// The key of requests that have none: development mode only.
    pub dev_key: Option<Arc<KeySecret>>,
    /// Which plans include what, for advice on upgrades.
    pub catalogue: Arc<crate::config::plans::Catalogue>,
    /// The money.
    pub meter: meter::Meter,
    /// Where refused calls are counted.
    pub refused: refused::RefusedCalls,
    /// The ledger's numbers of the paid routes.
    pub numbers: Arc<HashMap<&'static str, RouteNumber>>,
    /// Largest body of a built-in endpoint.
    pub max_body_bytes: usize,
    /// The region that this gateway serves from.
    pub region: Arc<str>,
}

impl Gate {
    /// Puts a paid endpoint behind the whole gate.
    pub fn paid<S>(&self, route: &Arc<Route>, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let (gate, path) = (self.clone(), route.path);
        let (route, meter) = (route.clone(), Arc::new(self.meter.clone()));
        let number = self.numbers.get(path).copied().unwrap_or(RouteNumber(0));
        let gated = before(handler, move |handler| {
            // First: everything behind it is decided by who calls.
            Authenticate {
                keyring: gate.keyring.clone(),
                nobody: gate.nobody(),
                refused: gate.refused.clone(),
                path,
                // Before any work is done for the caller.
                next: Limit {
                    limits: gate.limits.clone(),
                    // Before anything is told of the account.
                    next: KeyRestrictions {
                        region: gate.region.clone(),
                        // Before the body is read, so that a plan without the endpoint is told so whatever it sends.
                        next: Entitlement {
                            route: route.clone(),
                            catalogue: gate.catalogue.clone(),
                            // Last of what is free, so that bad input is never charged.
                            next: Validate {
                                route: route.clone(),
                                max_body_bytes: gate.max_body_bytes,
                                // The money, around the handler.
                                next: Metered {
                                    meter: meter.clone(),
                                    route: route.clone(),
                                    number,
                                    next: handler,
                                },
                            },
                        },
                    },
                },
            }
        });
        Router::new().route(path, gated)
    }

    /// Puts a free endpoint behind authentication and the limits.
    pub fn free<S>(&self, path: &'static str, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let (keyring, nobody) = (self.keyring.clone(), self.nobody());
        let (limits, region, refused) = (self.limits.clone(), self.region.clone(), self.refused.clone());
        let gated = before(handler, move |handler| Authenticate {
            keyring: keyring.clone(),
            nobody: nobody.clone(),
            refused: refused.clone(),
            path,
            next: Limit {
                limits: limits.clone(),
                next: KeyRestrictions { region: region.clone(), next: handler },
            },
        });
        Router::new().route(path, gated)
    }

    /// As [`Gate::free`], for keys that have a scope.
    pub fn scoped<S>(&self, path: &'static str, scope: Scope, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.free(path, self.in_scope(scope, handler))
    }

    /// Lets a request without a credential pass as nobody; one with a credential must be good, and within the limits.
    pub fn optional<S>(&self, path: &'static str, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let (keyring, refused) = (self.keyring.clone(), self.refused.clone());
        let (limits, region) = (self.limits.clone(), self.region.clone());
        let gated = before(handler, move |handler| Authenticate {
            keyring: keyring.clone(),
            nobody: Nobody::Passes,
            refused: refused.clone(),
            path,
            next: Limit {
                limits: limits.clone(),
                next: KeyRestrictions { region: region.clone(), next: handler },
            },
        });
        Router::new().route(path, gated)
    }

    /// Methods for keys that have a scope, where the methods of one path need different ones.
    pub fn in_scope<S>(&self, scope: Scope, handler: MethodRouter<S>) -> MethodRouter<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let catalogue = self.catalogue.clone();
        before(handler, move |handler| InScope { scope, catalogue: catalogue.clone(), next: handler })
    }

    fn nobody(&self) -> Nobody {
        self.dev_key.clone().map_or(Nobody::IsRefused, Nobody::Has)
    }
}

/// Methods that take no query parameters.
pub fn without_parameters<S>(handler: MethodRouter<S>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    before(handler, |handler| NoParameters { next: handler })
}
