//! A call of a test environment: it holds and costs nothing.

use axum::response::Response;

use super::{HandlerResult, MeteredCall};
use crate::domain::credits::Credits;
use crate::domain::refusal::Refusal;
use crate::domain::settlement::Settlement;
use crate::gate::metering::settled::Settled;
use crate::gate::metering::stored_answer::is_storable;
use crate::gate::metering::{PaidFuture, declined};
use crate::ledger::rules::hold::Declined;
use crate::storage::error::StorageError;
use crate::storage::test_answers::TestCall;

impl MeteredCall {
    /// Runs a call of a test environment, which holds and costs nothing. Its idempotency key works
    /// as in a live one.
    pub(in crate::gate::metering) async fn run_without_hold<W>(
        self,
        keyed: Option<TestCall>,
        work: W,
    ) -> Settled
    where
        W: FnOnce(Credits) -> PaidFuture + Send,
    {
        let billing = self.billing(Credits::ZERO, self.balance.clone(), None);
        let Some(call) = keyed else {
            let handled = self.handle(work).await;
            return Settled::new(self.free_of_charge(handled).0, billing);
        };
        let claim = match self.metering.test_answers.claim(call).await {
            Ok(Ok(claim)) => claim,
            Ok(Err(reason)) => {
                let declined = Declined { reason, balance: self.balance };
                return declined::answer(declined, &self.caller, self.price);
            }
            Err(error) => return Settled::refused(idempotency_unavailable(&error), billing),
        };
        let handled = self.handle(work).await;
        let (outcome, error_code) = (handled.outcome, handled.error_code);
        let (response, is_stream) = self.free_of_charge(handled);
        if self.metering.table.settle(outcome) == Settlement::Release {
            claim.release().await;
            return Settled::new(response, billing);
        }
        let (response, content) = if is_stream {
            (response, None)
        } else {
            let Some((parts, body, content)) = self.render(response, &billing).await else {
                claim.release().await;
                return Settled::refused(Refusal::Internal, billing);
            };
            (Response::from_parts(parts, body.into()), Some(content).filter(is_storable))
        };
        match claim.store(content.as_ref()).await {
            Ok(true) => Settled { response, billing, error_code },
            Ok(false) => Settled::unavailable(billing),
            Err(error) => Settled::refused(idempotency_unavailable(&error), billing),
        }
    }

    /// The answer of a call that holds nothing, and whether it is streamed.
    fn free_of_charge(&self, handled: HandlerResult) -> (Response, bool) {
        let Some(stream) = handled.stream else { return (handled.response, false) };
        let attached = self.attached();
        (stream.answer(handled.response, attached), true)
    }
}

/// The refusal of a call whose idempotency record cannot be read or written.
fn idempotency_unavailable(error: &StorageError) -> Refusal {
    tracing::warn!(%error, "test idempotency query failed");
    Refusal::UNAVAILABLE
}
