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
    check(&caller.key, &accessed)?;
    Ok(next.run(request).await)
}

/// Lets a caller pass whose key has this scope.
pub async fn in_scope(State(scope): State<Scope>, request: Request, next: Next) -> Result<Response, Refusal> {
    let caller = request.extensions().get::<Caller>().ok_or(Refusal::MissingAuth)?;
    check_scope(&caller.key, scope)?;
    Ok(next.run(request).await)
}

fn check_scope(key: &KeyRecord, scope: Scope) -> Result<(), Refusal> {
    if key.scopes.contains(&scope) {
        return Ok(());
    }
    Err(Refusal::InsufficientScope { needed: scope.as_str() })
}

fn check(key: &KeyRecord, accessed: &Accessed) -> Result<(), Refusal> {
    let route = &accessed.route;
    if !key.plan.api_access {
        return Err(Refusal::PlanWithoutApi);
    }
    check_scope(key, Scope::Invoke)?;
    if key.plan.may_call(route.access) {
        return Ok(());
    }
    let required = accessed.catalogue.cheapest_with(&key.edition, route.access);
    Err(Refusal::AccessDenied(AccessDenied {
        plan: key.plan.plan.clone(),
        path: route.path,
        upgrade_to: route.access.family().to_owned(),
        current_tier: key.plan.tier.clone(),
        required_tier: required.map_or_else(String::new, |plan| plan.tier.clone()),
    }))
}
