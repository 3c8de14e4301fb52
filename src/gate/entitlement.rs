//! Checks whether the plan and the scopes of the key include the call.

use std::sync::Arc;

use super::auth::caller::Caller;
use super::call::{Call, Refused};
use super::key_restrictions::Permitted;
use super::limits::account::Slot;
use crate::catalogue::plans::Catalogue;
use crate::domain::caller::KeyRecord;
use crate::domain::key::Scope;
use crate::domain::plan::Access;
use crate::domain::refusal::Refusal;
use crate::http::dry_run::refuse_dry_run;

/// A call of a paid route that the plan includes and the key may make.
#[derive(Debug)]
pub(super) struct Entitled(Permitted);

impl Entitled {
    pub(super) fn into_parts(self) -> (Call, Caller, Slot) {
        self.0.into_parts()
    }
}

/// Passes calls whose plan and scopes include the route with this name for its customers.
pub(super) async fn entitle(
    name: Arc<str>,
    access: Arc<Access>,
    call: Permitted,
) -> Result<Entitled, Refused> {
    let catalogue = &call.call().gate.catalogue;
    let key = &call.caller().key;
    let checked = check(key, &access).map_err(|missing| match missing {
        Missing::Api => without_api(catalogue, key),
        Missing::Scope => out_of_scope(Scope::Invoke),
        Missing::Access => {
            Refusal::AccessDenied(catalogue.access_denied(&key.edition, &key.plan, &name, &access))
        }
    });
    match checked {
        Ok(()) => Ok(Entitled(call)),
        Err(refusal) => Err(call.refuse(refusal)),
    }
}

/// Passes free calls whose plan has API access and whose key has the scope. A change is never taken
/// for a dry run.
pub(super) async fn in_scope(scope: Scope, call: Permitted) -> Result<Permitted, Refused> {
    let request = &call.call().request;
    if !request.method().is_safe()
        && let Err(refusal) = refuse_dry_run(request.headers())
    {
        return Err(call.refuse(refusal));
    }
    let key = &call.caller().key;
    let refusal = match (key.plan.api_access, key.scopes.contains(&scope)) {
        (true, true) => return Ok(call),
        (false, _) => without_api(&call.call().gate.catalogue, key),
        (true, false) => out_of_scope(scope),
    };
    Err(call.refuse(refusal))
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

/// Checks whether this key may call routes with this access.
pub fn check(key: &KeyRecord, access: &Access) -> Result<(), Missing> {
    if !key.plan.api_access {
        Err(Missing::Api)
    } else if !key.scopes.contains(&Scope::Invoke) {
        Err(Missing::Scope)
    } else if !key.plan.may_call(access) {
        Err(Missing::Access)
    } else {
        Ok(())
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
