//! Every path of the service on one page. Stage prefixes are removed before.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{MethodFilter, MethodRouter, get, on, patch, post};

use crate::api::account_pool::AccountPool;
use crate::api::contacts::ContactsApi;
use crate::api::health::Health;
use crate::api::leaks::{self, Leaks};
use crate::api::management_auth::Management;
use crate::api::status::Status;
use crate::api::{
    account, audit, catalogue, contacts, credits, environments, health, identity_keys, keys, ledger, status,
    usage,
};
use crate::catalogue::plans::Catalogue;
use crate::console::{self, Console};
use crate::domain::key::Scope;
use crate::domain::refusal::Refusal;
use crate::gate::forward::ForwardRoute;
use crate::gate::metering::PaidRoute;
use crate::gate::{Gate, stack, without_parameters as bare};
use crate::http::answer::refused;
use crate::secret::signing::TokenSigner;
use crate::site::{self, Site};

#[derive(Clone)]
pub struct Parts {
    /// What requests pass before their handlers.
    pub gate: Arc<Gate>,
    /// The paid routes.
    pub paid_routes: Vec<PaidRoute>,
    /// The routes of the seller.
    pub forwarded: Vec<ForwardRoute>,
    /// An account's contacts.
    pub contacts: ContactsApi,
    pub health: Health,
    pub status: Status,
    pub catalogue: Arc<Catalogue>,
    pub management: Management,
    pub leaks: Leaks,
    /// Its public keys are shown to upstreams.
    pub signer: Arc<TokenSigner>,
    /// For free calls.
    pub pool: AccountPool,
    pub site: Arc<Site>,
    /// `None`: this gateway has no console.
    pub console: Option<Arc<Console>>,
}

/// A router, and the list of its paths to compare with the documentation.
#[derive(Default)]
pub struct ListedRouter {
    pub router: Router,
    pub paths: Vec<&'static str>,
}

impl ListedRouter {
    fn add(&mut self, path: &'static str, methods: MethodRouter) {
        self.router = std::mem::take(&mut self.router).route(path, methods);
        self.paths.push(path);
    }
}

/// Returns the router. [`stack`] lists the steps of each kind of call.
pub fn router(parts: &Parts) -> ListedRouter {
    let mut router = ListedRouter::default();
    router.add_sold(parts);
    router.add_free(parts);
    router.add_open(parts);
    router.router = router.router.fallback(|| async { refused(Refusal::EndpointNotFound) });
    router
}

impl ListedRouter {
    /// Calls that cost credits.
    fn add_sold(&mut self, parts: &Parts) {
        let gate = &parts.gate;
        // config/routes.toml says what each costs and who may call it.
        for paid in &parts.paid_routes {
            self.add(paid.route.path, stack::paid(gate, paid.clone()));
        }

        // The routes of the seller.
        for forwarded in &parts.forwarded {
            self.add(forwarded.route.path, stack::forwarded(gate, forwarded.clone()));
        }
        for (path, allow) in without_head(&parts.forwarded) {
            let refuse = move || not_allowed(allow.clone());
            // Its list of methods would have HEAD, twice.
            self.add(path, on(MethodFilter::HEAD, refuse.clone()).fallback(refuse));
        }
    }

    /// Calls that cost nothing, by the key that they need.
    fn add_free(&mut self, parts: &Parts) {
        let gate = &parts.gate;
        // With a key.
        for path in ["/creditos", "/credits"] {
            let credits = stack::free(gate, path, bare(get(credits::credits)));
            self.add(path, credits.with_state(parts.pool.clone()));
        }
        let status = stack::free(gate, "/status", bare(get(status::status)));
        self.add("/status", status.with_state(parts.status.clone()));

        // With a key that may read.
        for (path, methods) in [
            ("/v1/account", bare(get(account::account))),
            ("/v1/account/usage", get(usage::usage)),
            ("/v1/ledger", get(ledger::entries)),
            ("/v1/ledger/{call_id}", bare(get(ledger::receipt))),
        ] {
            let scoped = stack::scoped(gate, path, Scope::Read, methods);
            self.add(path, scoped.with_state(parts.pool.clone()));
        }

        // With a key that may read, and another right to write.
        for (path, reading, writing) in [
            ("/v1/contacts", get(contacts::list), bare(post(contacts::create))),
            (
                "/v1/contacts/{id}",
                bare(get(contacts::read)),
                bare(patch(contacts::change).delete(contacts::delete)),
            ),
        ] {
            let reading = stack::scoped(gate, path, Scope::Read, reading);
            let writing = stack::scoped(gate, path, Scope::Invoke, writing);
            self.add(path, reading.merge(writing).with_state(parts.contacts.clone()));
        }

        // With a key that may manage.
        for (path, methods) in managed() {
            let scoped = stack::scoped(gate, path, Scope::Manage, methods);
            self.add(path, scoped.with_state(parts.management.clone()));
        }

        // The key is optional.
        for path in ["/health", "/saude"] {
            let health = stack::optional(gate, path, get(health::health));
            self.add(path, health.with_state(parts.health.clone()));
        }
        for path in ["/tiers", "/planos"] {
            let catalogue = stack::optional(gate, path, get(catalogue::catalogue));
            self.add(path, catalogue.with_state(parts.catalogue.clone()));
        }
    }

    /// Everything without a key.
    fn add_open(&mut self, parts: &Parts) {
        // For orchestrators.
        self.add(health::LIVEZ, get(health::livez).with_state(parts.health.clone()));
        self.add(health::READYZ, get(health::readyz).with_state(parts.health.clone()));

        // Reports of leaked keys.
        self.add("/leaks/report", bare(post(leaks::report)).with_state(parts.leaks.clone()));
        self.add("/leaks/github", bare(post(leaks::github::report)).with_state(parts.leaks.clone()));
        self.add("/leaks/verify", bare(post(leaks::verify)).with_state(parts.leaks.clone()));
        // For upstreams that verify who calls.
        self.add(identity_keys::PATH, get(identity_keys::keys).with_state(parts.signer.clone()));

        // The documentation.
        for (path, methods) in site::routes::all(&parts.site) {
            self.add(path, methods);
        }

        // Pages of people who have logged in.
        if let Some(pages) = &parts.console {
            for (path, methods) in console::routes(pages) {
                self.add(path, methods);
            }
        }
    }
}

/// The paths that list GET and not HEAD, which axum would answer by the handler of GET, with the
/// methods that they list.
fn without_head(routes: &[ForwardRoute]) -> BTreeMap<&'static str, String> {
    let mut paths: BTreeMap<&'static str, Vec<&str>> = BTreeMap::new();
    for forwarded in routes {
        let methods = forwarded.route.methods.iter().map(|method| method.as_str());
        paths.entry(forwarded.route.path).or_default().extend(methods);
    }
    paths.retain(|_, methods| methods.contains(&"GET") && !methods.contains(&"HEAD"));
    paths.into_iter().map(|(path, methods)| (path, methods.join(","))).collect()
}

async fn not_allowed(allow: String) -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allow)])
}

/// Changes of keys and environments, and what was changed.
fn managed() -> [(&'static str, MethodRouter<Management>); 11] {
    [
        ("/v1/keys", get(keys::list).merge(bare(post(keys::create)))),
        ("/v1/keys/{id}", bare(get(keys::one).patch(keys::change).delete(keys::revoke))),
        ("/v1/keys/{id}/rotate", bare(post(keys::rotate))),
        ("/v1/keys/{id}/end-overlap", bare(post(keys::end_overlap))),
        ("/v1/keys/{id}/cancel-rotation", bare(post(keys::cancel_rotation))),
        ("/v1/keys/{id}/revoke", bare(post(keys::revoke))),
        ("/v1/keys/{id}/disable", bare(post(keys::disable))),
        ("/v1/keys/{id}/enable", bare(post(keys::enable))),
        ("/v1/environments", get(environments::list).merge(bare(post(environments::create)))),
        ("/v1/environments/{id}", bare(get(environments::one).patch(environments::change))),
        ("/v1/audit", get(audit::entries)),
    ]
}
