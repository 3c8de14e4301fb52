//! The money. The hold is durable before the handler runs; the handler outlives its connection, so that a client who hangs up
//! changes nothing; its outcome decides between capture and release.

mod decision;
mod detach_on_drop;
mod dry_run;
mod metered_call;
mod replay;
pub mod test_answers;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use sqlx::PgPool;
use tokio_util::task::TaskTracker;

use self::detach_on_drop::DetachOnDrop;
use self::metered_call::MeteredCall;
use self::test_answers::TestAnswers;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::route::Route;
use crate::domain::settlement::SettlementTable;
use crate::gate::auth::caller::Caller;
use crate::gate::idempotency;
use crate::gate::limits::account::Slot;
use crate::gate::stage::{Endpoint, Passing, Stage};
use crate::http::negotiate::RenderContext;
use crate::http::person_request::PersonRequest;
use crate::http::public_links::PublicLinks;
use crate::ledger::rules::caps::KeyCaps;
use crate::ledger::rules::entry::{CallRef, RouteNumber};
use crate::ledger::rules::hold::{HoldRequest, IdempotencyClaim};
use crate::ledger::writer::{Granted, HoldError, Ledger, LedgerUnavailable};
use crate::storage::test_answers::TestCall;
use crate::telemetry::request::serving;

pub use self::metered_call::{CreditsUsed, unless_panicking};

/// What metering needs, whatever the route.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Where holds are made.
    pub ledger: Ledger,
    /// Where dry runs read what the ledger would decide by.
    pub pool: PgPool,
    /// Which outcomes are charged.
    pub table: Arc<SettlementTable>,
    /// How long a handler may take.
    pub deadline: Duration,
    /// Where calls go on that their clients have left: a stop waits for them.
    pub calls: TaskTracker,
    /// Where answers of test environments are kept.
    pub test_answers: TestAnswers,
    /// For answers that are stored: they are written here, as they will be sent.
    pub links: Arc<PublicLinks>,
}

/// Runs the handler against a hold of its price.
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
        let context = RenderContext::of(request.uri().path(), request.headers(), call_id, &self.meter.links);
        if dry_run::is_dry_run(request.headers())? {
            let hold = self.hold_request(call_id, &caller, price, claim);
            // Boxed, so that paid calls do not carry its size.
            return Box::pin(dry_run::answer(&self.meter, &caller, hold, &context)).await;
        }
        if caller.key.mode == Mode::Test {
            let balance = caller.account.balance();
            let meter = self.meter.clone();
            let account_id = caller.key.account_id;
            let metered_call = MeteredCall { meter, caller, price: Credits::ZERO, balance, slot, context };
            let handler = self.next.run(request);
            return Ok(match claim.map(|claim| TestCall { call_id, account_id, claim }) {
                Some(call) => self.detached(call_id, metered_call.under_key(call, handler)).await,
                None => self.detached(call_id, metered_call.without_hold(handler)).await,
            });
        }
        let hold = self.hold_request(call_id, &caller, price, claim);
        match self.meter.ledger.hold(hold).await {
            Err(HoldError::Declined(declined)) => Ok(decision::answer(declined, &caller, price)),
            Err(HoldError::Unavailable(error)) => Err(unavailable(error)),
            // A key outlives its account's ledger only if rows were deleted by hand.
            Err(error @ HoldError::UnknownAccount) => {
                tracing::error!(account = %caller.key.account_id, %error, "a paid call could not be held");
                Err(Refusal::Internal)
            }
            Ok(Granted { hold, balance }) => {
                caller.account.remember_balance(balance.clone());
                let (meter, price) = (self.meter.clone(), hold.amount());
                let metered_call = MeteredCall { meter, caller, price, balance, slot, context };
                Ok(self.detached(call_id, metered_call.with_hold(hold, self.next.run(request))).await)
            }
        }
    }
}

impl Metered {
    /// What is logged on the way names the call, also when its client has left.
    fn detached<T: Send + 'static>(
        &self,
        call_id: CallId,
        call: impl Future<Output = T> + Send + 'static,
    ) -> DetachOnDrop<'_, T> {
        DetachOnDrop::new(&self.meter.calls, serving(call_id, call))
    }

    fn hold_request(
        &self,
        call_id: CallId,
        caller: &Caller,
        amount: Credits,
        idempotency: Option<IdempotencyClaim>,
    ) -> HoldRequest {
        let key = &caller.key;
        HoldRequest {
            call_id,
            account_id: key.account_id,
            call: CallRef { key_id: key.key_id, route: self.number },
            amount,
            caps: KeyCaps { daily: key.daily_cap, monthly: key.monthly_cap },
            idempotency,
        }
    }
}

fn unavailable(error: LedgerUnavailable) -> Refusal {
    tracing::warn!(%error, "a paid call could not be held");
    Refusal::Unavailable { retry_after_s: 1 }
}
