//! Every path of the service on one page. Stage prefixes are removed before.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, patch, post};
use sqlx::PgPool;

use crate::api::analysis::AnalysisApi;
use crate::api::contacts::ContactsApi;
use crate::api::health::Health;
use crate::api::management_auth::Management;
use crate::api::status::Status;
use crate::api::{
    account, audit, catalogue, contacts, credits, environments, health, keys, ledger, status, usage,
};
use crate::catalogue::plans::Catalogue;
use crate::domain::key::Scope;
use crate::domain::refusal::Refusal;
use crate::domain::route::Route;
use crate::gate::{Gate, without_parameters as bare};

#[derive(Clone)]
pub struct Parts {
    pub gate: Gate,
    pub routes: Arc<Vec<Arc<Route>>>,
    /// The handlers of the paid routes.
    pub analysis: AnalysisApi,
    pub contacts: ContactsApi,
    pub health: Health,
    pub status: Status,
    pub catalogue: Arc<Catalogue>,
    pub management: Management,
    pub pool: PgPool,
}

pub fn router(parts: &Parts) -> Router {
    let gate = &parts.gate;
    let mut router = Router::new();

    // Paid: config/routes.toml has the price and the access of each.
    for route in parts.routes.iter() {
        router = router.merge(gate.paid(route, parts.analysis.handler(route)));
    }

    // Free, with a key.
    for path in ["/creditos", "/credits"] {
        router = router.merge(gate.free(path, bare(get(credits::credits))).with_state(parts.pool.clone()));
    }

    router = router.merge(gate.free("/status", bare(get(status::status))).with_state(parts.status.clone()));

    // Free, with a key that may read.
    let (of_account, usage) = (bare(get(account::account)), get(usage::usage));
    let (entries, receipt) = (get(ledger::entries), bare(get(ledger::receipt)));
    router = router
        .merge(gate.scoped("/v1/account", Scope::Read, of_account).with_state(parts.pool.clone()))
        .merge(gate.scoped("/v1/account/usage", Scope::Read, usage).with_state(parts.pool.clone()))
        .merge(gate.scoped("/v1/ledger", Scope::Read, entries).with_state(parts.pool.clone()))
        .merge(gate.scoped("/v1/ledger/{call_id}", Scope::Read, receipt).with_state(parts.pool.clone()));

    // Free, with a key that may read, and another right to write.
    let (reading, writing) = (Scope::Read, Scope::Invoke);
    let list = gate
        .in_scope(reading, get(contacts::list))
        .merge(gate.in_scope(writing, bare(post(contacts::create))));
    let one = gate
        .in_scope(reading, bare(get(contacts::read)))
        .merge(gate.in_scope(writing, bare(patch(contacts::change).delete(contacts::delete))));
    router = router
        .merge(gate.free("/v1/contacts", list).with_state(parts.contacts.clone()))
        .merge(gate.free("/v1/contacts/{id}", one).with_state(parts.contacts.clone()));

    // Free, with a key that may manage.
    for (path, methods) in [
        ("/v1/keys", get(keys::list).merge(bare(post(keys::create)))),
        ("/v1/keys/{id}", bare(get(keys::one).patch(keys::change).delete(keys::revoke))),
        ("/v1/keys/{id}/rotate", bare(post(keys::rotate))),
        ("/v1/keys/{id}/end-overlap", bare(post(keys::end_overlap))),
        ("/v1/keys/{id}/cancel-rotation", bare(post(keys::cancel_rotation))),
        ("/v1/keys/{id}/revoke", bare(post(keys::revoke))),
        ("/v1/keys/{id}/disable", bare(post(keys::disable))),
        ("/v1/keys/{id}/enable", bare(post(keys::enable))),
        ("/v1/environments", bare(get(environments::list).post(environments::create))),
        ("/v1/environments/{id}", bare(patch(environments::change))),
        ("/v1/audit", get(audit::entries)),
    ] {
        let managed = gate.scoped(path, Scope::Manage, methods);
        router = router.merge(managed.with_state(parts.management.clone()));
    }

    // Free, the key optional.
    for path in ["/health", "/saude"] {
        router = router.merge(gate.optional(path, get(health::health)).with_state(parts.health.clone()));
    }
    for path in ["/tiers", "/planos"] {
        let catalogue = get(catalogue::catalogue);
        router = router.merge(gate.optional(path, catalogue).with_state(parts.catalogue.clone()));
    }

    // Open, for probes and load balancers.
    let probes =
        Router::new().route(health::LIVEZ, get(health::livez)).route(health::READYZ, get(health::readyz));

    router.merge(probes.with_state(parts.health.clone())).fallback(|| async { Refusal::EndpointNotFound })
}
