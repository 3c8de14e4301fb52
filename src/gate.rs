//! The gate: what a request passes before its handler.
//!
//! A paid call passes six steps in this order, and one that is refused on the way costs nothing:
//!
//! 1. [`auth::authenticate`]: who calls? Everything behind it depends on the answer.
//! 2. [`admit`]: is the account within its limits? Before any work is done for the caller; rate and concurrency are decided
//!    together.
//! 3. [`key_restrictions`]: may the key be used in this region, from this address? Before anything about the account is
//!    shown.
//! 4. [`entitlement`]: do plan and scopes include the endpoint? Before the body is read, so that a plan without the endpoint
//!    gets this answer whatever it sends.
//! 5. [`validate`]: is the body what the endpoint takes? The last step that is free, so that bad input is never charged.
//! 6. [`metering`]: the hold, the handler, the capture or release.
//!
//! A free call passes steps 1 to 3, and a scope where its path asks for one. Each step is a [`stage::Stage`]: it takes only
//! the state that it needs, and refuses with a [`crate::domain::refusal::Refusal`].

pub mod admit;
pub mod auth;
pub mod changes;
pub mod entitlement;
pub(crate) mod idempotency;
pub mod key_restrictions;
pub mod limits;
pub mod metering;
pub mod no_parameters;
pub mod refused;
pub mod settings;
pub mod stage;
pub mod validate;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::routing::MethodRouter;

use self::admit::Admit;
use self::auth::authenticate::{Anonymous, Authenticate};
use self::auth::keyring::Keyring;
use self::entitlement::{Entitlement, InScope};
use self::key_restrictions::KeyRestrictions;
use self::limits::Limits;
use self::metering::{Meter, Metered};
use self::no_parameters::NoParameters;
use self::refused::RefusedCalls;
use self::stage::before;
use self::validate::Validate;
use crate::catalogue::plans::Catalogue;
use crate::domain::key::{KeySecret, Scope};
use crate::domain::route::Route;
use crate::ledger::rules::entry::RouteNumber;

/// The parts of the gate, built once.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Who calls.
    pub keyring: Keyring,
    /// How much of it.
    pub limits: Limits,
    /// The key of requests that have none: development mode only.
    pub dev_key: Option<Arc<KeySecret>>,
    /// Which plans include what, for advice on upgrades.
    pub catalogue: Arc<Catalogue>,
    /// The money.
    pub meter: Meter,
    /// Where refused calls are counted.
    pub refused: RefusedCalls,
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
        // The steps from top to bottom, in the order that the head of this file explains.
        let gated = before(handler, move |handler| Authenticate {
            keyring: gate.keyring.clone(),
            anonymous: gate.anonymous(),
            refused: gate.refused.clone(),
            path,
            next: Admit {
                limits: gate.limits.clone(),
                next: KeyRestrictions {
                    region: gate.region.clone(),
                    next: Entitlement {
                        route: route.clone(),
                        catalogue: gate.catalogue.clone(),
                        next: Validate {
                            route: route.clone(),
                            max_body_bytes: gate.max_body_bytes,
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
        });
        Router::new().route(path, gated)
    }

    /// Puts a free endpoint behind authentication, the limits and the restrictions of the key.
    pub fn free<S>(&self, path: &'static str, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.without_metering(path, self.anonymous(), handler)
    }

    /// As [`Gate::free`], for keys that have a scope.
    pub fn scoped<S>(&self, path: &'static str, scope: Scope, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.free(path, self.in_scope(scope, handler))
    }

    /// As [`Gate::free`], but a request without a credential passes without a caller.
    pub fn optional<S>(&self, path: &'static str, handler: MethodRouter<S>) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.without_metering(path, Anonymous::Allow, handler)
    }

    fn without_metering<S>(
        &self,
        path: &'static str,
        anonymous: Anonymous,
        handler: MethodRouter<S>,
    ) -> Router<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        let (keyring, refused) = (self.keyring.clone(), self.refused.clone());
        let (limits, region) = (self.limits.clone(), self.region.clone());
        let gated = before(handler, move |handler| Authenticate {
            keyring: keyring.clone(),
            anonymous: anonymous.clone(),
            refused: refused.clone(),
            path,
            next: Admit {
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

    fn anonymous(&self) -> Anonymous {
        self.dev_key.clone().map_or(Anonymous::Reject, Anonymous::UseDevKey)
    }
}

/// Methods that take no query parameters.
pub fn without_parameters<S>(handler: MethodRouter<S>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    before(handler, |handler| NoParameters { next: handler })
}
