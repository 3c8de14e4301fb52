//! Last of the gate: the money. The hold is durable before the handler runs; the handler outlives its connection, so
//! that a client who hangs up changes nothing; its outcome decides between capture and release.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use serde::Serialize;
use tokio_util::task::TaskTracker;

use crate::domain::billing::Billing;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::route::Route;
use crate::domain::settlement::SettlementTable;
use crate::gate::account_live::Slot;
use crate::gate::caller::Caller;
use crate::gate::outliving::Outliving;
use crate::gate::running::Running;
use crate::gate::stage::{Endpoint, Passing, Stage};
use crate::gate::{decision, idempotency};
use crate::http::edge::Edge;
use crate::http::person_request::PersonRequest;
use crate::http::render::{self, RenderContext};
use crate::ledger::entry::{CallRef, RouteNumber};
use crate::ledger::handle::{Granted, Ledger, LedgerUnavailable};
use crate::ledger::hold::{HoldRequest, IdempotencyClaim, KeyCaps};
use crate::telemetry::request::serving;

pub(super) const X_DRY_RUN: HeaderName = HeaderName::from_static("x-dry-run");

/// What metering needs, whatever the route.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Where holds are made.
    pub ledger: Ledger,
    /// Which outcomes are charged.
    pub table: Arc<SettlementTable>,
    /// How long a handler may take.
    pub deadline: Duration,
    /// Where calls go on that their clients have left: a stop waits for them.
    pub calls: TaskTracker,
    /// For answers that are stored: they are written here, as they will be sent.
    pub edge: Arc<Edge>,
}

/// The layer.
#[derive(Clone, Debug)]
pub struct Metered {
    /// Shared by all routes.
    pub meter: Arc<Meter>,
    /// What is called.
    pub route: Arc<Route>,
    /// Its number in the ledger.
    pub number: RouteNumber,
    /// The handler.
    pub next: Endpoint,
}

impl Stage for Metered {
    /// Holds, runs, captures or releases.
    async fn pass(&self, mut request: Passing) -> Result<Response, Refusal> {
        let extensions = request.extensions_mut();
        let slot = extensions.remove::<Slot>();
        let caller = extensions.get::<Caller>().cloned().ok_or(Refusal::MissingAuth)?;
        let call_id = *extensions.get::<CallId>().ok_or(Refusal::Internal)?;
        let claim = idempotency::claim(&request, caller.key.environment_id)?;
        let tier = request.extensions().get::<Arc<PersonRequest>>().and_then(|request| request.tier);
        let price = self.route.price.held(self.route.tier(tier));
        if is_dry_run(request.headers())? {
            return Ok(dry_run(&caller, price));
        }
        let context = RenderContext::of(request.uri().path(), request.headers(), call_id, &self.meter.edge);
        if caller.key.mode == Mode::Test {
            let standing = caller.account.standing();
            let meter = self.meter.clone();
            let running = Running { meter, caller, price: Credits::ZERO, standing, slot, context };
            return Ok(self.outliving(call_id, running.without_hold(self.next.run(request))).await);
        }
        match self.hold(call_id, &caller, price, claim).await? {
            Granted::Not(decision) => Ok(decision::answer(decision, &caller, price)),
            Granted::Held { hold, standing } => {
                caller.account.stands(standing.clone());
                let (meter, price) = (self.meter.clone(), hold.amount());
                let running = Running { meter, caller, price, standing, slot, context };
                Ok(self.outliving(call_id, running.with_hold(hold, self.next.run(request))).await)
            }
        }
    }
}

impl Metered {
    /// What is logged on the way names the call, also when its client has left.
    fn outliving<T: Send + 'static>(
        &self,
        call_id: CallId,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Outliving<'_, T> {
        Outliving::new(&self.meter.calls, serving(call_id, call))
    }

    async fn hold(
        &self,
        call_id: CallId,
        caller: &Caller,
        amount: Credits,
        idempotency: Option<IdempotencyClaim>,
    ) -> Result<Granted, Refusal> {
        let key = &caller.key;
        let request = HoldRequest {
            call_id,
            account_id: key.account_id,
            call: CallRef { key_id: key.key_id, route: self.number },
            amount,
            caps: KeyCaps { daily: key.daily_cap, monthly: key.monthly_cap },
            idempotency,
        };
        self.meter.ledger.hold(request).await.map_err(unavailable)
    }
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
