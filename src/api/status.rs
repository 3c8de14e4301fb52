//! `/status`: the service's health, the caller's limits, and where limits are decided.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::account_pool::AccountPool;
use crate::api::credits::current_balance;
use crate::background::readiness::Readiness;
use crate::catalogue::in_force::OfferInForce;
use crate::clock::{self, DatabaseClock};
use crate::domain::billing::{AccountBalance, Billing};
use crate::domain::credits::Credits;
use crate::domain::instant;
use crate::gate::auth::caller::Caller;
use crate::gate::limits::account::Slot;
use crate::gate::limits::{DecidedBy, Limits};
use crate::http::answer::{json_ok, with_billing};
use crate::lookup::People;

#[derive(Clone)]
pub struct Status {
    /// Whether paid calls can be taken.
    pub readiness: Readiness,
    pub limits: Limits,
    /// The sources of people; one of them may be away.
    pub people: Arc<People>,
    pub pool: AccountPool,
    /// The operator's name for this gateway.
    pub node: String,
    pub region: String,
    /// The database's time, beside this machine's.
    pub clock: DatabaseClock,
    /// The sets that this gateway sells by.
    pub offer: OfferInForce,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StatusAnswer")]
pub(crate) struct Answer<'a> {
    success: bool,
    status: &'static str,
    service: &'static str,
    version: &'static str,
    node: &'a str,
    region: &'a str,
    timestamp: String,
    /// Seconds by which this gateway's clock is ahead of the database's, by which keys end.
    clock_skew_s: f64,
    /// What does not keep it from serving, but should not stay so.
    warnings: Vec<String>,
    limits: LimitsShown,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LimitsInForce")]
pub(crate) struct LimitsShown {
    /// `shared` by all gateways, or `local` to this one.
    decided: &'static str,
    /// Since when they are local though they should be shared.
    degraded_since: Option<String>,
    rate: RateShown,
    concurrency: ConcurrencyShown,
    requests: RequestsShown,
    credits: CreditsShown,
    renews_at: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RateLimit")]
pub(crate) struct RateShown {
    per_second: u32,
    burst: u32,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ConcurrencyLimit")]
pub(crate) struct ConcurrencyShown {
    limit: u32,
    /// Includes the request itself.
    running: u32,
}

/// Requests that the plan pays for, per billing period.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PeriodLimit")]
pub(crate) struct RequestsShown {
    limit: u64,
    remaining: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreditLimit")]
pub(crate) struct CreditsShown {
    /// Plan credits per billing period.
    limit: Credits,
    /// Of these.
    remaining: Credits,
    /// Of all lots.
    balance: Credits,
}

/// The state of the service and of the caller's limits. Without the store, the answer has the last
/// known balance.
pub async fn status(
    State(status): State<Status>,
    Extension(caller): Extension<Caller>,
    Extension(slot): Extension<Slot>,
) -> Response {
    let ready = status.readiness.is_ready();
    let balance = match ready {
        true => current_balance(&status.pool, &caller).await.unwrap_or_else(|_| caller.account.balance()),
        false => caller.account.balance(),
    };
    let decided_by = status.limits.decided_by();
    let response = json_ok(Answer {
        success: true,
        status: match (ready, decided_by) {
            (false, _) => "unavailable",
            (true, DecidedBy::ThisGatewaySince(_)) => "degraded",
            (true, _) if status.people.is_enrichment_paused() => "degraded",
            (true, DecidedBy::ThisGateway | DecidedBy::SharedStore) => "operational",
        },
        service: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        node: &status.node,
        region: &status.region,
        timestamp: instant::written(clock::now()),
        clock_skew_s: to_the_millisecond(status.clock.skew()),
        warnings: status.clock.warning().into_iter().chain(status.offer.warning()).collect(),
        limits: limits_shown(decided_by, &caller, &slot, &balance),
    });
    with_billing(response, Billing { balance, ..caller.uncharged_billing() })
}

fn to_the_millisecond(span: TimeDelta) -> f64 {
    (span.as_seconds_f64() * 1_000.0).round() / 1_000.0
}

fn limits_shown(
    decided_by: DecidedBy,
    caller: &Caller,
    slot: &Slot,
    balance: &AccountBalance,
) -> LimitsShown {
    let plan = &caller.key.plan;
    LimitsShown {
        decided: if decided_by == DecidedBy::SharedStore { "shared" } else { "local" },
        degraded_since: match decided_by {
            DecidedBy::ThisGatewaySince(since) => Some(instant::written(since)),
            DecidedBy::ThisGateway | DecidedBy::SharedStore => None,
        },
        rate: RateShown { per_second: plan.rate_per_s, burst: plan.burst },
        concurrency: ConcurrencyShown { limit: plan.concurrency, running: slot.running() },
        requests: RequestsShown { limit: balance.requests_limit, remaining: balance.requests_remaining() },
        credits: CreditsShown {
            limit: balance.plan_credits,
            remaining: balance.plan_credits.saturating_sub(balance.plan_credits_used),
            balance: balance.remaining,
        },
        renews_at: instant::written(balance.renews_at),
    }
}
