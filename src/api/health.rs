//! The service's health: `/health` and `/saude` for clients, `/livez` and `/readyz` for
//! orchestrators.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::account_pool::AccountPool;
use crate::api::credits::current_balance;
use crate::background::readiness::Readiness;
use crate::catalogue::routes::RouteSet;
use crate::clock::{self, DatabaseClock};
use crate::domain::billing::{AccountBalance, Billing};
use crate::domain::credits::Credits;
use crate::domain::instant;
use crate::gate::auth::caller::Caller;
use crate::gate::entitlement;
use crate::http::answer::{RefusalResponse, json_ok, json_with, with_billing};
use crate::http::call_record::CallRecord;

/// What the health pages look at.
#[derive(Clone, Debug)]
pub struct Health {
    /// Whether paid calls can be taken.
    pub readiness: Readiness,
    pub pool: AccountPool,
    pub routes: Arc<RouteSet>,
    /// The `service` of `/health`.
    pub service: Arc<str>,
    pub clock: DatabaseClock,
}

/// Free paths that the health page names.
const FREE_PATHS: [&str; 7] = ["/health", "/saude", "/status", "/creditos", "/credits", "/tiers", "/planos"];

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HealthAnswer")]
pub(crate) struct HealthShown<'a> {
    status: &'static str,
    service: &'a str,
    version: &'static str,
    timestamp: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    key: Option<KeyShown>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "KeyHealth")]
pub(crate) struct KeyShown {
    api_key_status: &'static str,
    subscription_info: Subscription,
    rate_limit_status: RequestQuota,
    endpoints_available: Vec<&'static str>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Subscription {
    tier: String,
    credits_remaining: Credits,
    monthly_limit: Credits,
    reset_date: String,
    rate_limit: String,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct RequestQuota {
    requests_remaining: u64,
    reset_time: String,
}

/// Whether paid calls can be taken; with a key, also what that key may do.
pub async fn health(
    State(health): State<Health>,
    caller: Option<Extension<Caller>>,
) -> Result<Response, RefusalResponse> {
    let ready = health.readiness.is_ready();
    let mut shown = HealthShown {
        status: if ready { "healthy" } else { "unavailable" },
        service: &health.service,
        version: env!("CARGO_PKG_VERSION"),
        timestamp: instant::written(clock::now()),
        key: None,
    };
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let Some(Extension(caller)) = caller else {
        return Ok(json_with(status, shown));
    };
    let balance = current_balance(&health.pool, &caller).await?;
    shown.key = Some(key_shown(&caller, &balance, &health.routes));
    let response = json_with(status, shown);
    Ok(with_billing(response, Billing { balance, ..caller.uncharged_billing() }))
}

fn key_shown(caller: &Caller, balance: &AccountBalance, routes: &RouteSet) -> KeyShown {
    let plan = &caller.key.plan;
    let callable = routes.callable_in(caller.key.mode);
    let callable = callable.filter(|(_, access)| entitlement::check(&caller.key, access).is_ok());
    // Several routes may share a path, by method.
    let mut listed = BTreeSet::new();
    let paths = callable.map(|(path, _)| path).chain(FREE_PATHS).filter(|path| listed.insert(*path));
    KeyShown {
        api_key_status: "valid",
        subscription_info: Subscription {
            tier: plan.plan.clone(),
            credits_remaining: balance.remaining,
            monthly_limit: balance.plan_credits,
            reset_date: instant::written(balance.renews_at),
            rate_limit: format!("{} req/sec", plan.rate_per_s),
        },
        rate_limit_status: RequestQuota {
            requests_remaining: balance.requests_remaining(),
            reset_time: instant::written(balance.renews_at),
        },
        endpoints_available: paths.collect(),
    }
}

/// The paths that orchestrators probe.
pub const PROBES: [&str; 2] = [LIVEZ, READYZ];
/// The path of the metrics, on their own listener.
pub const METRICS: &str = "/metrics";
pub const LIVEZ: &str = "/livez";
/// Whether the gateway accepts new requests.
pub const READYZ: &str = "/readyz";

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AliveAnswer")]
pub(crate) struct AliveShown {
    status: &'static str,
}

/// Whether the process runs. Touches nothing else, so that a store in trouble does not get gateways
/// restarted.
pub async fn livez() -> Response {
    of_route(LIVEZ, json_ok(AliveShown { status: "alive" }))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadyAnswer")]
pub(crate) struct ReadyShown {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// What does not keep it from serving, but should not stay so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<String>,
}

/// Whether the gateway accepts new requests.
pub async fn readyz(State(health): State<Health>) -> Response {
    let (reason, warnings) = (health.readiness.trouble(), health.clock.warning().into_iter().collect());
    let response = match reason {
        None => json_ok(ReadyShown { status: "ready", reason, warnings }),
        Some(_) => {
            let shown = ReadyShown { status: "not ready", reason, warnings };
            json_with(StatusCode::SERVICE_UNAVAILABLE, shown)
        }
    };
    of_route(READYZ, response)
}

/// Names the route of an answer, for the log.
pub(crate) fn of_route(route: &'static str, mut response: Response) -> Response {
    response.extensions_mut().insert(CallRecord::of_open_path(route));
    response
}
