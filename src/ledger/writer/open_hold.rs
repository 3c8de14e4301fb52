//! A hold that its call must end, once.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::message::{
    BatchRef, CallerState, CaptureReply, CaptureResult, LedgerUnavailable, SettleCommand, SharedCallerState,
};
use crate::domain::billing::Refund;
use crate::domain::call_status::CallStatus;
use crate::domain::credits::Credits;
use crate::domain::price::PriceDetail;
use crate::domain::settlement::{Outcome, Settlement, SettlementTable};
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::{AnswerContent, Hold, IdempotencyClaim, StoredAnswer};
use crate::ledger::rules::operation::Settle;

/// Additional wait of a call for a commit in progress.
const GRACE: Duration = Duration::from_secs(1);

/// A hold that has not ended. Its owner captures or releases it. Dropping it releases it.
#[derive(Debug)]
#[must_use = "a hold ends by capture or release"]
pub struct OpenHold {
    hold: Hold,
    claim: Option<IdempotencyClaim>,
    /// How the charge was computed, for the receipt.
    price: Option<Box<PriceDetail>>,
    /// What the client gets, for the receipt.
    status: Option<CallStatus>,
    /// The outcome if it is dropped.
    if_dropped: Outcome,
    batch_ref: BatchRef,
    /// Present until the hold has ended.
    settlements: Option<mpsc::UnboundedSender<SettleCommand>>,
    /// Longest wait of a call for its answer to be stored.
    max_wait: Duration,
}

impl OpenHold {
    pub(crate) fn new(
        hold: Hold,
        claim: Option<IdempotencyClaim>,
        batch_ref: BatchRef,
        settlements: mpsc::UnboundedSender<SettleCommand>,
        max_wait: Duration,
    ) -> Self {
        Self {
            hold,
            claim,
            price: None,
            status: None,
            if_dropped: Outcome::Abandoned,
            batch_ref,
            settlements: Some(settlements),
            max_wait,
        }
    }

    pub fn amount(&self) -> Credits {
        self.hold.amount()
    }

    /// The refund of a release of `amount`.
    pub fn refund(&self, amount: Credits) -> Refund {
        self.hold.refund(amount)
    }

    /// The refund if the call costs `used`.
    pub fn refund_beyond(&self, used: Credits) -> Refund {
        self.refund(self.amount().saturating_sub(used))
    }

    /// Whether the answer must be stored under an idempotency key, by
    /// [`OpenHold::capture_and_store`].
    pub fn has_idempotency_key(&self) -> bool {
        self.claim.is_some()
    }

    /// Puts on the receipt how the charge was computed.
    pub fn explain(&mut self, price: Option<Box<PriceDetail>>) {
        self.price = price;
    }

    /// Puts on the receipt what the client gets, and what the upstream answered.
    pub fn ends_with(&mut self, status: CallStatus) {
        self.status = Some(status);
    }

    /// Captures `used`, at most the held amount, and returns the refund of the rest. Does not wait:
    /// if this gateway dies before the commit, the hold is released and the customer is not
    /// charged.
    pub fn capture(mut self, used: Credits, outcome: Outcome) -> Refund {
        let (captured, refund) = (used.min(self.amount()), self.refund_beyond(used));
        kill_point::pass(KillPoint::HandlerFinished);
        let (price, status) = (self.price.take(), self.status_with(outcome));
        self.settle(
            |hold| Settle { hold, captured, outcome, claim: None, response: None, price, status },
            None,
        );
        kill_point::pass(KillPoint::CaptureQueued);
        refund
    }

    /// Captures `used`, and records under the call's idempotency key that its answer is not stored.
    /// A part of an answer that costs nothing frees the key. Does not wait.
    pub fn capture_without_answer(mut self, used: Credits, outcome: Outcome) -> Refund {
        let (captured, refund) = (used.min(self.amount()), self.refund_beyond(used));
        let answer = StoredAnswer { call_id: self.hold.call_id, content: None };
        let is_free_part = captured == Credits::ZERO && outcome.is_charged_part();
        let response = (self.claim.is_some() && !is_free_part).then_some(answer);
        let (claim, price, status) = (self.claim.take(), self.price.take(), self.status_with(outcome));
        self.settle(|hold| Settle { hold, captured, outcome, claim, response, price, status }, None);
        refund
    }

    /// Captures or releases by the outcome, without an answer to store. Returns what is charged,
    /// and the refund. Does not wait.
    pub fn settle_by(
        mut self,
        table: &SettlementTable,
        outcome: Outcome,
        credits: Credits,
        price: Option<Box<PriceDetail>>,
    ) -> (Credits, Refund) {
        match table.settle(outcome) {
            Settlement::Capture => {
                let used = credits.min(self.amount());
                self.explain(price);
                (used, self.capture_without_answer(used, outcome))
            }
            Settlement::Release => (Credits::ZERO, self.release(outcome)),
        }
    }

    /// Sets the outcome of a call whose hold is dropped.
    pub fn set_outcome_if_dropped(&mut self, outcome: Outcome) {
        self.if_dropped = outcome;
    }

    /// Releases the whole hold with its request unit, and returns the refund. Does not wait.
    pub fn release(mut self, outcome: Outcome) -> Refund {
        let refund = self.refund(self.amount());
        self.release_now(outcome, self.status_with(outcome));
        refund
    }

    /// Releases a hold that came after its call stopped waiting. One that had waited for as long as
    /// calls wait was answered with 503.
    pub(super) fn release_unclaimed(mut self, waited: Duration) {
        if waited >= self.max_wait {
            self.ends_with(CallStatus::UNAVAILABLE);
            self.release(Outcome::Failed);
        }
    }

    /// Captures `used` and stores the answer under the call's idempotency key. Waits until both are
    /// durable, but no longer than calls wait for a decision. After that the call is released,
    /// unless a commit in progress may have stored it: [`LedgerUnavailable::Unknown`].
    pub async fn capture_and_store(
        mut self,
        used: Credits,
        outcome: Outcome,
        content: AnswerContent,
    ) -> Result<CaptureResult, LedgerUnavailable> {
        let captured = used.min(self.amount());
        let response = Some(StoredAnswer { call_id: self.hold.call_id, content: Some(content) });
        let claim = self.claim.take();
        let (reply, mut stored) = oneshot::channel();
        let caller = SharedCallerState::default();
        let reply = CaptureReply { reply, caller: caller.clone() };
        let (price, status) = (self.price.take(), self.status_with(outcome));
        self.settle(|hold| Settle { hold, captured, outcome, claim, response, price, status }, Some(reply));
        kill_point::pass(KillPoint::CaptureWithAnswerQueued);
        let stopped = |_| Err(LedgerUnavailable::Stopped);
        let result = match tokio::time::timeout(self.max_wait, &mut stored).await {
            Ok(result) => result.unwrap_or_else(stopped),
            Err(_) if caller.shift(CallerState::Waiting, CallerState::Left) == CallerState::Waiting => {
                Err(LedgerUnavailable::TooSlow)
            }
            Err(_) => {
                caller.shift(CallerState::Committing, CallerState::Leaving);
                let result = tokio::time::timeout(GRACE, stored).await;
                result.map_or(Err(LedgerUnavailable::Unknown), |result| result.unwrap_or_else(stopped))
            }
        };
        kill_point::pass(KillPoint::AnswerStored);
        result
    }

    fn status_with(&self, outcome: Outcome) -> Option<CallStatus> {
        self.status.and_then(|status| status.unless_implied_by(outcome))
    }

    fn release_now(&mut self, outcome: Outcome, status: Option<CallStatus>) {
        let claim = self.claim.take();
        self.settle(|hold| Settle { status, ..Settle::release(hold, outcome, claim) }, None);
        kill_point::pass(KillPoint::ReleaseQueued);
    }

    /// Queues the end of the hold, once.
    fn settle(&mut self, settle: impl FnOnce(Hold) -> Settle, reply: Option<CaptureReply>) {
        if let Some(settlements) = self.settlements.take() {
            let hold = Hold { takes: std::mem::take(&mut self.hold.takes), ..self.hold };
            let command = SettleCommand { batch_ref: self.batch_ref, settle: settle(hold), reply };
            // A writer that has stopped has closed its epoch, which released every hold.
            let _ = settlements.send(command);
        }
    }
}

impl Drop for OpenHold {
    fn drop(&mut self) {
        if self.settlements.is_some() {
            self.release_now(self.if_dropped, None);
        }
    }
}
