//! May this key of this plan call this endpoint?

use std::sync::Arc;

use axum::response::Response;

use crate::catalogue::plans::Catalogue;
use crate::domain::caller::KeyRecord;
use crate::domain::key::Scope;
use crate::domain::refusal::{AccessDenied, Refusal, UpgradeTo};
use crate::domain::route::Route;
use crate::gate::auth::caller::Caller;
use crate::gate::stage::{Passing, Stage};

/// The layer of a paid route.
#[derive(Clone, Debug)]
pub struct Entitlement<N> {
    /// What is called.
    pub route: Arc<Route>,
    /// For advice on the plan to upgrade to.
    pub catalogue: Arc<Catalogue>,
    /// The steps behind it, and the handler.
    pub next: N,
}

impl<N: Stage> Stage for Entitlement<N> {
    /// Lets a caller pass whose plan and scopes include the route.
    async fn pass(&self, request: Passing) -> Result<Response, Refusal> {
        let caller = request.extensions().get::<Caller>().ok_or(Refusal::MissingAuth)?;
        check(&caller.key, &self.route).map_err(|missing| self.refusal(missing, &caller.key))?;
        self.next.pass(request).await
    }
}

/// The layer of a free path that asks for a scope.
#[derive(Clone, Debug)]
pub struct InScope<N> {
    /// What the key must have.
    pub scope: Scope,
    /// For advice on the plan to upgrade to.
    pub catalogue: Arc<Catalogue>,
    /// The steps behind it, and the handler.
    pub next: N,
}

impl<N: Stage> Stage for InScope<N> {
    /// Lets a caller pass whose plan has API access and whose key has the scope.
    async fn pass(&self, request: Passing) -> Result<Response, Refusal> {
        let caller = request.extensions().get::<Caller>().ok_or(Refusal::MissingAuth)?;
        if !caller.key.plan.api_access {
            return Err(without_api(&self.catalogue, &caller.key));
        }
        if !caller.key.scopes.contains(&self.scope) {
            return Err(out_of_scope(self.scope));
        }
        self.next.pass(request).await
    }
}

/// The 403 of a plan without API access; it names the plan to upgrade to.
fn without_api(catalogue: &Catalogue, key: &KeyRecord) -> Refusal {
    let required = catalogue.cheapest_with_api(&key.edition);
    Refusal::PlanWithoutApi { required_plan: required.map(|plan| plan.plan.clone()) }
}

fn out_of_scope(needed: Scope) -> Refusal {
    Refusal::InsufficientScope { needed: needed.as_str() }
}

/// What a key lacks to call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Its account's plan has no API access at all.
    Api,
    /// The key's own scope.
    Scope,
    /// Its account's plan does not include the route.
    Access,
}

/// Whether this key may call the route.
pub fn check(key: &KeyRecord, route: &Route) -> Result<(), Missing> {
    if !key.plan.api_access {
        Err(Missing::Api)
    } else if !key.scopes.contains(&Scope::Invoke) {
        Err(Missing::Scope)
    } else if !key.plan.may_call(route.access) {
        Err(Missing::Access)
    } else {
        Ok(())
    }
}

impl<N> Entitlement<N> {
    fn refusal(&self, missing: Missing, key: &KeyRecord) -> Refusal {
        match missing {
            Missing::Api => without_api(&self.catalogue, key),
            Missing::Scope => out_of_scope(Scope::Invoke),
            Missing::Access => Refusal::AccessDenied(self.denied(key)),
        }
    }

    fn denied(&self, key: &KeyRecord) -> AccessDenied {
        let Self { route, catalogue, .. } = self;
        let required = catalogue.cheapest_with(&key.edition, route.access);
        AccessDenied {
            plan: key.plan.plan.clone(),
            path: route.path,
            upgrade_to: match required {
                Some(plan) if plan.is_crm() => UpgradeTo::CrmTier,
                Some(plan) => UpgradeTo::Plan(plan.plan.clone()),
                None => UpgradeTo::Nothing,
            },
            current_tier: key.plan.tier.clone(),
            required_tier: required.map_or_else(String::new, |plan| plan.tier.clone()),
        }
    }
}
