//! Last of the gate: the money. The hold is durable before the handler runs; the handler runs in a task of its own, so
//! that a client who hangs up changes nothing; its outcome decides between capture and release.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio_util::task::TaskTracker;

use crate::domain::billing::{Billing, Standing};
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::route::Route;
use crate::domain::settlement::SettlementTable;
use crate::gate::account_live::Slot;
use crate::gate::caller::Caller;
use crate::gate::running::Running;
use crate::gate::{decision, idempotency};
use crate::http::edge::Edge;
use crate::http::person_request::PersonRequest;
use crate::http::render::{self, RenderContext};
use crate::ledger::entry::{CallRef, RouteNumber};
use crate::ledger::handle::{Granted, Ledger, LedgerUnavailable};
use crate::ledger::hold::{HoldRequest, KeyCaps};

const X_DRY_RUN: HeaderName = HeaderName::from_static("x-dry-run");

/// What metering needs, whatever the route.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Where holds are made.
    pub ledger: Ledger,
    /// Which outcomes are charged.
    pub table: Arc<SettlementTable>,
    /// How long a handler may take.
    pub deadline: Duration,
    /// Where calls run: a stop waits for them, whether or not their clients still do.
    pub calls: TaskTracker,
    /// For answers that are stored: they are written here, as they will be sent.
    pub edge: Arc<Edge>,
}

/// A route behind the meter.
#[derive(Clone, Debug)]
pub struct Metered {
    /// Shared by all routes.
    pub meter: Meter,
    /// What is called.
    pub route: Arc<Route>,
    /// Its number in the ledger.
    pub number: RouteNumber,
}

/// Holds, runs, captures or releases.
pub async fn meter(
    State(metered): State<Metered>,
    mut request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    let extensions = request.extensions_mut();
    let caller = extensions.get::<Caller>().cloned().ok_or(Refusal::MissingAuth)?;
    let call_id = *extensions.get::<CallId>().ok_or(Refusal::Internal)?;
    let slot = extensions.remove::<Slot>();
    let claim = idempotency::claim(&request, caller.key.environment_id)?;
    let tier = request.extensions().get::<PersonRequest>().and_then(|request| request.tier);
    let price = metered.route.price.held(metered.route.tier(tier));
    if is_dry_run(request.headers())? {
        return Ok(dry_run(&caller, price));
    }
    let calls = &metered.meter.calls;
    let running = |price: Credits, standing: Standing, request: &Request| Running {
        deadline: metered.meter.deadline,
        table: metered.meter.table.clone(),
        caller: caller.clone(),
        price,
        standing,
        slot,
        context: RenderContext::of(request.uri().path(), request.headers(), call_id, &metered.meter.edge),
        edge: metered.meter.edge.clone(),
    };
    if caller.key.mode == Mode::Test {
        let running = running(Credits::ZERO, caller.account.standing(), &request);
        return Ok(finished(calls.spawn(running.without_hold(request, next)).await));
    }
    let hold_request = HoldRequest {
        call_id,
        account_id: caller.key.account_id,
        call: CallRef { key_id: caller.key.key_id, route: metered.number },
        amount: price,
        caps: KeyCaps { daily: caller.key.daily_cap, monthly: caller.key.monthly_cap },
        idempotency: claim,
    };
    match metered.meter.ledger.hold(hold_request).await.map_err(unavailable)? {
        Granted::Not(decision) => Ok(decision::answer(decision, &caller, price)),
        Granted::Held { hold, standing } => {
            caller.account.stands(standing.clone());
            let running = running(hold.amount(), standing, &request);
            Ok(finished(calls.spawn(running.with_hold(hold, request, next)).await))
        }
    }
}

/// A call that ended by a fault in the gate itself has released its hold on the way down.
fn finished(ended: Result<Response, tokio::task::JoinError>) -> Response {
    ended.unwrap_or_else(|error| {
        tracing::error!(%error, "a call did not finish");
        Refusal::Internal.into_response()
    })
}

fn unavailable(error: LedgerUnavailable) -> Refusal {
    tracing::warn!(%error, "a paid call could not be held");
    Refusal::Unavailable { retry_after_s: 1 }
}

/// Whether the caller only asks what the call would cost. Anything unclear is refused: it may not become a charge.
fn is_dry_run(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut values = headers.get_all(X_DRY_RUN).iter().map(|value| value.as_bytes().to_ascii_lowercase());
    match (values.next().as_deref(), values.next()) {
        (None, _) | (Some(b"false"), None) => Ok(false),
        (Some(b"true"), None) => Ok(true),
        _ => Err(Refusal::BadRequest { reason: "X-Dry-Run must be sent once, as true or false" }),
    }
}

#[derive(Serialize)]
struct DryRunAnswer {
    success: bool,
    dry_run: DryRun,
}

#[derive(Serialize)]
struct DryRun {
    credits: Credits,
    credits_available: Credits,
    /// None where there are too few.
    credits_after: Option<Credits>,
    would_succeed: bool,
}

/// The price of the call and the balance after it; nothing is charged, and nothing is promised.
fn dry_run(caller: &Caller, price: Credits) -> Response {
    let billing = caller.unbilled();
    let is_free = caller.key.mode == Mode::Test;
    let credits = if is_free { Credits::ZERO } else { price };
    let credits_available = billing.standing.remaining;
    let credits_after = credits_available.checked_sub(credits);
    let would_succeed = is_free || (credits_after.is_some() && billing.standing.requests_remaining > 0);
    let dry_run = DryRun { credits, credits_available, credits_after, would_succeed };
    with_billing(render::json_ok(DryRunAnswer { success: true, dry_run }), billing)
}

/// Puts billing facts on an answer.
pub(super) fn with_billing(mut response: Response, billing: Billing) -> Response {
    response.extensions_mut().insert(billing);
    response
}
