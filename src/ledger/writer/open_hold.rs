//! A hold in the hands of a call, which ends it once.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::message::{BatchRef, CaptureReply, Kept, LedgerUnavailable, SettleCommand, SharedTurn, Turn};
use crate::domain::billing::Refund;
use crate::domain::credits::Credits;
use crate::domain::settlement::Outcome;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::{AnswerContent, Hold, IdempotencyClaim, StoredAnswer};
use crate::ledger::rules::operation::Settle;

/// How much longer than its longest wait a call waits for a commit that is under way.
const GRACE: Duration = Duration::from_secs(1);

/// A hold that has not ended. Its owner captures or releases it; dropped, for whatever reason, it releases.
#[derive(Debug)]
#[must_use = "a hold ends by capture or release"]
pub struct OpenHold {
    hold: Hold,
    claim: Option<IdempotencyClaim>,
    batch_ref: BatchRef,
    /// Present until the hold has ended.
    settlements: Option<mpsc::UnboundedSender<SettleCommand>>,
    /// Longest a call waits for its answer to be kept.
    longest_wait: Duration,
}

impl OpenHold {
    pub(crate) fn new(
        hold: Hold,
        claim: Option<IdempotencyClaim>,
        batch_ref: BatchRef,
        settlements: mpsc::UnboundedSender<SettleCommand>,
        longest_wait: Duration,
    ) -> Self {
        Self { hold, claim, batch_ref, settlements: Some(settlements), longest_wait }
    }

    /// What is set aside.
    pub fn amount(&self) -> Credits {
        self.hold.amount()
    }

    /// What a release of `amount` gives back.
    pub fn refund(&self, amount: Credits) -> Refund {
        self.hold.refund(amount)
    }

    /// What comes back to the account if the call costs `used`.
    pub fn refund_beyond(&self, used: Credits) -> Refund {
        self.refund(self.amount().saturating_sub(used))
    }

    /// Whether the answer must be kept under an idempotency key: then end it with [`OpenHold::capture_with_response`].
    pub fn has_idempotency_key(&self) -> bool {
        self.claim.is_some()
    }

    /// Captures `used`, at most what is held; returns what comes back to the account. Does not wait: if this gateway dies
    /// first, the hold is released and the customer not charged.
    pub fn capture(mut self, used: Credits, outcome: Outcome) -> Refund {
        let (captured, refund) = (used.min(self.amount()), self.refund_beyond(used));
        kill_point::pass(KillPoint::CaptureUnqueued);
        self.settle(|hold| Settle { hold, captured, outcome, claim: None, response: None }, None);
        kill_point::pass(KillPoint::CaptureQueued);
        refund
    }

    /// Gives everything back, the request of the quota included; returns what that is. Does not wait.
    pub fn release(mut self, outcome: Outcome) -> Refund {
        let refund = self.refund(self.amount());
        self.release_now(outcome);
        refund
    }

    /// Captures `used` and keeps the answer under the call's idempotency key; waits until both are durable, and no
    /// longer than calls wait for a decision. Given up, the call is released, unless a commit was under way that may
    /// have kept it: [`LedgerUnavailable::Unknown`].
    pub async fn capture_with_response(
        mut self,
        used: Credits,
        outcome: Outcome,
        content: AnswerContent,
    ) -> Result<Kept, LedgerUnavailable> {
        let captured = used.min(self.amount());
        let response = Some(StoredAnswer { call_id: self.hold.call_id, content });
        let claim = self.claim.take();
        let (reply, mut kept) = oneshot::channel();
        let turn = SharedTurn::default();
        let reply = CaptureReply { reply, turn: turn.clone() };
        self.settle(|hold| Settle { hold, captured, outcome, claim, response }, Some(reply));
        kill_point::pass(KillPoint::KeepQueued);
        let stopped = |_| Err(LedgerUnavailable::Stopped);
        let kept = match tokio::time::timeout(self.longest_wait, &mut kept).await {
            Ok(kept) => kept.unwrap_or_else(stopped),
            Err(_) if turn.shift(Turn::Waiting, Turn::Left) == Turn::Waiting => {
                Err(LedgerUnavailable::TooSlow)
            }
            Err(_) => {
                turn.shift(Turn::Committing, Turn::Leaving);
                let kept = tokio::time::timeout(GRACE, kept).await;
                kept.map_or(Err(LedgerUnavailable::Unknown), |kept| kept.unwrap_or_else(stopped))
            }
        };
        kill_point::pass(KillPoint::AnswerKept);
        kept
    }

    fn release_now(&mut self, outcome: Outcome) {
        let claim = self.claim.take();
        self.settle(|hold| Settle::release(hold, outcome, claim), None);
        kill_point::pass(KillPoint::ReleaseQueued);
    }

    /// Sends the end of the hold to the writer, once.
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
            self.release_now(Outcome::Abandoned);
        }
    }
}
