//! The sale of one call: its hold, its run and its settlement.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::detach_on_drop::DetachOnDrop;
use super::metered_call::MeteredCall;
use super::settled::Settled;
use super::test_answers::test_call;
use super::{Metering, PaidFuture, declined, dry_run};
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::key::Mode;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::Outcome;
use crate::gate::auth::caller::Caller;
use crate::gate::call::{Answered, Call, Refused};
use crate::gate::idempotency;
use crate::gate::limits::account::Slot;
use crate::http::dry_run::is_dry_run;
use crate::http::negotiate::RenderContext;
use crate::ledger::rules::caps::KeyCaps;
use crate::ledger::rules::entry::{CallRef, RouteNumber};
use crate::ledger::rules::hold::HoldRequest;
use crate::ledger::writer::{Granted, HoldError, LedgerUnavailable};
use crate::telemetry::request::serving;

/// What is sold to a call, and how long it may run.
pub(in crate::gate) struct Sale {
    pub(in crate::gate) metering: Arc<Metering>,
    /// The route's number in the ledger.
    pub(in crate::gate) number: RouteNumber,
    /// What is held.
    pub(in crate::gate) price: Credits,
    /// The least that the call costs if it is charged.
    pub(in crate::gate) least: Credits,
    pub(in crate::gate) deadline: Duration,
    /// Whether the call goes on when its client leaves before the answer.
    pub(in crate::gate) outlives_client: bool,
}

/// The requested hold of a call, and how its answer is rendered.
struct Terms {
    hold: HoldRequest,
    is_dry_run: bool,
    context: RenderContext,
}

impl Sale {
    /// Holds the price, runs the work with what is held, captures or releases by its answer.
    pub(in crate::gate) async fn run<W>(
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
            // A repeat of the call gets its stored answer. Any other answer is lost once the
            // gateway has closed the connection.
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

fn unavailable(error: LedgerUnavailable) -> Refusal {
    tracing::warn!(%error, "hold failed");
    Refusal::UNAVAILABLE
}
