//! Holds the price, runs the handler, captures or releases.
//!
//! The hold is durable before the handler starts. The handler outlives its connection, so a
//! disconnect changes nothing. Its outcome decides between capture and release.

mod declined;
mod delivery;
mod detach_on_drop;
mod dry_run;
mod metered_call;
mod plan_counters;
mod replay;
mod settled;
pub mod stream;
pub mod test_answers;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::delivery::Delivery;
use self::detach_on_drop::DetachOnDrop;
use self::metered_call::MeteredCall;
use self::settled::Settled;
use self::stream::StreamedBody;
use self::test_answers::TestAnswers;
use super::auth::caller::Caller;
use super::call::{Answered, Call, Refused};
use super::idempotency;
use super::limits::account::Slot;
use super::validate::Validated;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::Mode;
use crate::domain::price::PriceDetail;
use crate::domain::refusal::Refusal;
use crate::domain::route::Route;
use crate::domain::settlement::{Outcome, SettlementTable};
use crate::http::dry_run::is_dry_run;
use crate::http::negotiate::RenderContext;
use crate::http::person_request::PersonRequest;
use crate::http::public_links::PublicLinks;
use crate::ledger::rules::caps::KeyCaps;
use crate::ledger::rules::entry::{CallRef, RouteNumber};
use crate::ledger::rules::hold::HoldRequest;
use crate::ledger::writer::{Granted, HoldError, Ledger, LedgerUnavailable};
use crate::storage::test_answers::TestCall;
use crate::telemetry::request::serving;

/// The parts that all paid routes share.
#[derive(Clone, Debug)]
pub struct Metering {
    pub ledger: Ledger,
    /// For dry runs, which read the ledger without the writer.
    pub pool: PgPool,
    /// Which outcomes are charged.
    pub table: Arc<SettlementTable>,
    /// How long a handler may take.
    pub deadline: Duration,
    /// Runs calls whose clients have disconnected. A stopping gateway waits for them.
    pub calls: TaskTracker,
    /// Cancelled when a stopping gateway closes its connections: calls that end by it are free.
    pub cut: CancellationToken,
    /// The stored answers of test environments.
    pub test_answers: TestAnswers,
    /// For stored answers, which are rendered before they leave the gate.
    pub links: Arc<PublicLinks>,
}

/// A paid route with its handler.
#[derive(Clone)]
pub struct PaidRoute {
    pub route: Arc<Route>,
    /// Its number in the ledger.
    pub number: RouteNumber,
    pub handler: PaidHandler,
    pub metering: Arc<Metering>,
}

/// Answers a paid call. Whether it is charged follows from the answer, by `config/settlement.toml`.
pub type PaidHandler = Arc<dyn Fn(PaidCall) -> PaidFuture + Send + Sync>;

/// Boxed, so that callers do not have the size of the handler. It borrows nothing, because it may
/// outlive the connection.
pub type PaidFuture = Pin<Box<dyn Future<Output = Result<PaidAnswer, Refusal>> + Send>>;

/// A call whose price is held.
#[derive(Debug)]
pub struct PaidCall {
    /// Who pays.
    pub caller: Caller,
    /// The person to analyse.
    pub person: PersonRequest,
    /// The held price, charged unless the answer reports less.
    pub price: Credits,
}

/// The answer to a paid call.
#[derive(Debug)]
pub struct PaidAnswer {
    /// What the client gets.
    pub response: Response,
    /// What the call costs if it is charged: at most its price.
    pub credits_used: Credits,
    /// Decides whether it is charged.
    pub outcome: Outcome,
    /// How the price was computed, where it depends on figures.
    pub price: Option<Box<PriceDetail>>,
    /// The body, if it is streamed. It decides outcome and price at its end; the
    /// ones above are those of an answer that is whole.
    pub stream: Option<Box<StreamedBody>>,
}

impl fmt::Debug for PaidRoute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("PaidRoute").field("route", &self.route).finish_non_exhaustive()
    }
}

impl PaidAnswer {
    /// An answer whose status decides whether it is charged.
    pub fn by_status(response: Response, credits_used: Credits) -> Self {
        let outcome = Outcome::of(response.status().as_u16(), None);
        Self { response, credits_used, outcome, price: None, stream: None }
    }
}

/// Holds the price, runs the handler, captures or releases.
pub(super) async fn meter(route: Arc<PaidRoute>, validated: Validated) -> Result<Answered, Refused> {
    let Validated { call, caller, slot, person, body } = validated;
    let price = route.route.price.held(route.route.depth(person.depth));
    let sale = Sale {
        metering: route.metering.clone(),
        number: route.number,
        price,
        least: price,
        outlives_client: true,
        deadline: route.metering.deadline,
    };
    let (handler, payer) = (route.handler.clone(), caller.clone());
    sale.run(call, caller, slot, &body, move |price| handler(PaidCall { caller: payer, person, price })).await
}

/// What is sold to a call, and how long it may run.
pub(super) struct Sale {
    pub(super) metering: Arc<Metering>,
    /// The route's number in the ledger.
    pub(super) number: RouteNumber,
    /// What is held.
    pub(super) price: Credits,
    /// The least that the call costs if it is charged.
    pub(super) least: Credits,
    pub(super) deadline: Duration,
    /// Whether the call goes on when its client leaves before the answer.
    pub(super) outlives_client: bool,
}

/// The requested hold of a call, and how its answer is rendered.
struct Terms {
    hold: HoldRequest,
    is_dry_run: bool,
    context: RenderContext,
}

impl Sale {
    /// Holds the price, runs the work with what is held, captures or releases by its answer.
    pub(super) async fn run<W>(
        self,
        mut call: Call,
        caller: Caller,
        slot: Slot,
        body: &[u8],
        work: W,
    ) -> Result<Answered, Refused>
    where
        W: FnOnce(Credits) -> PaidFuture + Send + 'static,
    {
        let terms = match self.terms(&call, &caller, body) {
            Ok(terms) => terms,
            Err(refusal) => return Err(call.refuse(refusal)),
        };
        match self.hold_and_run(terms, caller, slot, work).await {
            Ok(Settled { response, billing, error_code }) => {
                call.facts.record.error_code = error_code;
                Ok(call.answer(response, billing))
            }
            Err(refusal) => Err(call.refuse(refusal)),
        }
    }

    /// Runs a call, detached from its connection unless it ends with it. Its log lines keep the id
    /// of the call.
    async fn run_call<T: Send + 'static>(
        &self,
        call_id: CallId,
        is_repeatable: bool,
        call: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let call = serving(call_id, call);
        if self.outlives_client {
            // A repeat of the call gets its stored answer. No other call would bring its answer to
            // anybody once the gateway has closed the connection.
            let cut = Some(&self.metering.cut).filter(|_| !is_repeatable);
            DetachOnDrop::new(&self.metering.calls, cut, call).await
        } else {
            Box::pin(call).await
        }
    }

    fn terms(&self, call: &Call, caller: &Caller, body: &[u8]) -> Result<Terms, Refusal> {
        let (request, key) = (&call.request, &caller.key);
        let head = (request.method(), request.uri(), request.headers());
        let idempotency = idempotency::claim(head, body, key.environment_id)?;
        let hold = HoldRequest {
            call_id: call.id(),
            account_id: key.account_id,
            call: CallRef { key_id: key.key_id, route: self.number },
            amount: self.price,
            caps: KeyCaps { daily: key.daily_cap, monthly: key.monthly_cap },
            idempotency,
        };
        let is_dry_run = is_dry_run(request.headers())?;
        Ok(Terms { hold, is_dry_run, context: call.context })
    }

    async fn hold_and_run<W>(
        &self,
        terms: Terms,
        caller: Caller,
        slot: Slot,
        work: W,
    ) -> Result<Settled, Refusal>
    where
        W: FnOnce(Credits) -> PaidFuture + Send + 'static,
    {
        let Terms { hold, is_dry_run, context } = terms;
        let metering = &self.metering;
        if is_dry_run {
            // Boxed, so that paid calls do not carry its size.
            return Box::pin(dry_run::answer(metering, &caller, hold, self.least, &context)).await;
        }
        let (call_id, is_repeatable) = (hold.call_id, hold.idempotency.is_some());
        let is_test = caller.key.mode == Mode::Test;
        let price = if is_test { Credits::ZERO } else { hold.amount };
        let deadline = self.deadline;
        let metered = |caller, balance| {
            let metering = metering.clone();
            MeteredCall { metering, call_id, caller, price, balance, deadline, slot, context }
        };
        if is_test {
            let balance = caller.account.balance();
            let call = metered(caller, balance).run_without_hold(test_call(hold), work);
            return Ok(self.run_call(call_id, is_repeatable, call).await);
        }
        match metering.ledger.hold(hold).await {
            Ok(Granted { mut hold, balance }) => {
                caller.account.cache_balance(balance.clone());
                if !self.outlives_client {
                    hold.set_outcome_if_dropped(Outcome::LeftEarly);
                }
                let call = metered(caller, balance).run_with_hold(hold, work);
                Ok(self.run_call(call_id, is_repeatable, call).await)
            }
            Err(HoldError::Declined(declined)) => Ok(declined::answer(declined, &caller, price)),
            Err(HoldError::Unavailable(error)) => Err(unavailable(error)),
            // A key outlives its account's ledger only if rows were deleted by hand.
            Err(error @ HoldError::UnknownAccount) => {
                tracing::error!(account = %caller.key.account_id, %error, "hold failed");
                Err(Refusal::Internal)
            }
        }
    }
}

/// Returns the claim of a test call, or `None` without an idempotency key.
fn test_call(hold: HoldRequest) -> Option<TestCall> {
    let HoldRequest { call_id, account_id, idempotency, .. } = hold;
    idempotency.map(|claim| TestCall { call_id, account_id, claim })
}

fn unavailable(error: LedgerUnavailable) -> Refusal {
    tracing::warn!(%error, "hold failed");
    Refusal::UNAVAILABLE
}
