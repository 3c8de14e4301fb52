//! A hold in the hands of a call, which ends it once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::message::{BatchRef, CaptureReply, HoldEnd, Kept, LedgerUnavailable, SettleCommand, Turn};
use crate::domain::credits::Credits;
use crate::domain::settlement::Outcome;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::{AnswerContent, Hold, IdempotencyClaim, Refund, StoredAnswer};
use crate::ledger::rules::operation::{CaptureWithResponse, Release};

/// How much longer than its longest wait a call waits for a commit that is under way.
const GRACE: Duration = Duration::from_secs(1);

/// A hold that has not ended. Whoever has it must capture or release it; dropped, for whatever reason, it releases.
#[derive(Debug)]
#[must_use = "a hold ends by capture or release"]
pub struct OpenHold {
    /// Present until the hold has ended.
    open: Option<Hold>,
    claim: Option<IdempotencyClaim>,
    batch_ref: BatchRef,
    settlements: mpsc::UnboundedSender<SettleCommand>,
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
        Self { open: Some(hold), claim, batch_ref, settlements, longest_wait }
    }

    /// What is set aside.
    pub fn amount(&self) -> Credits {
        self.open.as_ref().map_or(Credits::ZERO, Hold::amount)
    }

    /// What a release of `amount` gives back.
    pub fn refund(&self, amount: Credits) -> Refund {
        self.open.as_ref().map_or_else(Refund::default, |hold| hold.refund(amount))
    }

    /// Whether the answer must be kept under an idempotency key: then end it with [`OpenHold::capture_with_response`].
    pub fn has_idempotency_key(&self) -> bool {
        self.claim.is_some()
    }

    /// Captures `used`, at most what is held; the rest goes back. Does not wait: should this gateway die first, the hold
    /// is released and the customer not charged.
    pub fn capture(mut self, used: Credits, outcome: Outcome) {
        let Some(hold) = self.open.take() else { return };
        let rest = hold.amount().checked_sub(used).unwrap_or(Credits::ZERO);
        let end = if rest == Credits::ZERO {
            HoldEnd::Captured(hold.call_id, outcome)
        } else {
            HoldEnd::Released(Release { hold, amount: rest, outcome, whole: false, claim: None })
        };
        kill_point::pass(KillPoint::CaptureUnqueued);
        self.end(end);
        kill_point::pass(KillPoint::CaptureQueued);
    }

    /// Gives everything back, the request of the quota included. Does not wait.
    pub fn release(mut self, outcome: Outcome) {
        self.release_now(outcome);
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
        let (Some(hold), Some(claim)) = (self.open.take(), self.claim.take()) else {
            return Err(LedgerUnavailable::Stopped);
        };
        let answer = StoredAnswer { call_id: hold.call_id, content };
        let captured = used.min(hold.amount());
        let (reply, mut kept) = oneshot::channel();
        let turn = Arc::<Turn>::default();
        let reply = CaptureReply { reply, turn: turn.clone() };
        self.end(HoldEnd::Kept(
            Box::new(CaptureWithResponse { hold, captured, outcome, claim, answer }),
            reply,
        ));
        kill_point::pass(KillPoint::KeepQueued);
        let kept = match tokio::time::timeout(self.longest_wait, &mut kept).await {
            Ok(kept) => kept.unwrap_or(Err(LedgerUnavailable::Stopped)),
            Err(_) if turn.shift(Turn::WAITING, Turn::LEFT) => Err(LedgerUnavailable::TooSlow),
            Err(_) => {
                turn.shift(Turn::COMMITTING, Turn::LEAVING);
                let told = tokio::time::timeout(GRACE, kept).await;
                told.map_or(Err(LedgerUnavailable::Unknown), |kept| {
                    kept.unwrap_or(Err(LedgerUnavailable::Stopped))
                })
            }
        };
        kill_point::pass(KillPoint::AnswerKept);
        kept
    }

    fn release_now(&mut self, outcome: Outcome) {
        let Some(hold) = self.open.take() else { return };
        let amount = hold.amount();
        let claim = self.claim.take();
        self.end(HoldEnd::Released(Release { hold, amount, outcome, whole: true, claim }));
        kill_point::pass(KillPoint::ReleaseQueued);
    }

    fn end(&self, end: HoldEnd) {
        // A writer that has stopped has closed its epoch, which released every hold.
        let _ = self.settlements.send(SettleCommand { batch_ref: self.batch_ref, end });
    }
}

impl Drop for OpenHold {
    fn drop(&mut self) {
        self.release_now(Outcome::Abandoned);
    }
}
