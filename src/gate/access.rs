//! Third of the gate: may this key of this plan call this endpoint? Before the body is read, so that a plan without the
//! endpoint is told so whatever it sends.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::plans::Catalogue;
use crate::domain::caller::KeyRecord;
use crate::domain::key::Scope;
use crate::domain::refusal::{AccessDenied, Refusal};
use crate::domain::route::Route;
use crate::gate::caller::Caller;

/// A route and the plans that may have it.
#[derive(Clone, Debug)]
pub struct Accessed {
    /// What is called.
    pub route: Arc<Route>,
    /// For advice on the plan to upgrade to.
    pub catalogue: Arc<Catalogue>,
}

/// Lets a caller pass whose plan and scopes include the route.
pub async fn access(
    State(accessed): State<Accessed>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let caller = request.extensions().get::<Caller>().ok_or(Refusal::MissingAuth)?;
    check(&caller.key, &accessed.route).map_err(|missing| refusal(missing, &caller.key, &accessed))?;
    Ok(next.run(request).await)
}

/// Lets a caller pass whose key has this scope.
pub async fn in_scope(State(scope): State<Scope>, request: Request, next: Next) -> Result<Response, Refusal> {
    let caller = request.extensions().get::<Caller>().ok_or(Refusal::MissingAuth)?;
    if caller.key.scopes.contains(&scope) { Ok(next.run(request).await) } else { Err(out_of_scope(scope)) }
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

fn refusal(missing: Missing, key: &KeyRecord, accessed: &Accessed) -> Refusal {
    match missing {
        Missing::Api => Refusal::PlanWithoutApi,
        Missing::Scope => out_of_scope(Scope::Invoke),
        Missing::Access => Refusal::AccessDenied(denied(key, accessed)),
    }
}

fn denied(key: &KeyRecord, Accessed { route, catalogue }: &Accessed) -> AccessDenied {
    let required = catalogue.cheapest_with(&key.edition, route.access);
    AccessDenied {
        plan: key.plan.plan.clone(),
        path: route.path,
        upgrade_to: route.access.family().to_owned(),
        current_tier: key.plan.tier.clone(),
        required_tier: required.map_or_else(String::new, |plan| plan.tier.clone()),
    }
}
