//! The writer as the rest of the program sees it: ask for a hold, and end the hold once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::domain::billing::Standing;
use crate::domain::credits::Credits;
use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::kill_point::{self, KillPoint};
use crate::ledger::hold::{
    AnswerContent, Decision, Hold, HoldRequest, IdempotencyClaim, Refund, StoredAnswer,
};
use crate::ledger::life::WriterLife;
use crate::ledger::operation::{Keep, Release};
use crate::ledger::reply::Reply;
use crate::ledger::store::Epoch;

/// Asks the writer for holds. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ledger {
    asks: mpsc::Sender<Ask>,
    longest_wait: Duration,
    life: WriterLife,
}

/// A hold asked for, and where the answer goes.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) request: HoldRequest,
    pub(crate) reply: Reply,
}

/// The writer's answer to an [`Ask`].
pub(crate) type Answer = Result<Granted, LedgerUnavailable>;

/// What a request for a hold came to.
#[derive(Debug)]
pub enum Granted {
    /// The credits are set aside, durably.
    Held {
        /// Ends the hold. Dropped, it releases.
        hold: OpenHold,
        /// The account right after it.
        standing: Standing,
    },
    /// Nothing was set aside; the decision says why. Never [`Decision::Held`].
    Not(Decision),
}

/// The ledger cannot decide now. Nothing will be charged: a hold that was made all the same is released. Only
/// [`LedgerUnavailable::Unknown`] leaves that open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerUnavailable {
    /// Too many calls wait already.
    #[error("the ledger's queue is full")]
    QueueFull,
    /// No decision within the longest wait. An answer that was to be kept is not, and its call is released.
    #[error("the ledger did not decide in time")]
    TooSlow,
    /// The store refused or is away.
    #[error("the ledger's store is not available")]
    Store,
    /// Another session of the store holds the account locked.
    #[error("the account is locked by another session")]
    Locked,
    /// The store went away in the middle of a commit: the call may be charged once, with its answer kept, or released.
    /// Its receipt tells as soon as the store is back, and its key is answered truthfully.
    #[error("the ledger does not know yet what became of the call")]
    Unknown,
    /// The writer has stopped.
    #[error("the ledger has stopped")]
    Stopped,
}

/// How a hold ended, on its way to the writer. There are never more of them than open holds.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) place: Place,
    pub(crate) end: End,
}

/// The batch that made a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) epoch: Epoch,
    pub(crate) batch: i32,
}

#[derive(Debug)]
pub(crate) enum End {
    /// All of it is captured.
    Captured(CallId, Outcome),
    /// A part goes back, the rest is captured; or all of it goes back.
    Released(Release),
    /// Captured, with the answer kept for replay.
    Kept(Box<Keep>, KeepReply),
}

/// What became of an answer that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is stored and charged.
    Stored(Standing),
    /// Another call had taken the key over; this call was released and must not be answered.
    Superseded,
}

/// Who has the last word on an answer that is to be kept. A call that leaves while nothing is being committed knows that
/// it will be released; one that leaves during the commit waits a little more to be told.
#[derive(Debug, Default)]
struct Turn(AtomicU8);

impl Turn {
    const WAITING: u8 = 0;
    const COMMITTING: u8 = 1;
    /// The call wants to leave, and the commit is under way.
    const LEAVING: u8 = 2;
    const LEFT: u8 = 3;

    /// Moves from one state to another, if it is in the first.
    fn shift(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// How much longer than its longest wait a call waits for a commit that is under way.
const GRACE: Duration = Duration::from_secs(1);

/// The way back to a call whose answer is to be kept.
#[derive(Debug)]
pub(crate) struct KeepReply {
    reply: oneshot::Sender<Result<Kept, LedgerUnavailable>>,
    turn: Arc<Turn>,
}

impl KeepReply {
    /// The answer is about to be committed. False where the call has left: then it must be released instead.
    pub(crate) fn begin(&self) -> bool {
        self.turn.shift(Turn::WAITING, Turn::COMMITTING);
        !self.reply.is_closed() && self.turn.0.load(Ordering::Acquire) != Turn::LEFT
    }

    /// Nothing was committed. None where the call has left or wanted to: it is told that it is released, and must be.
    pub(crate) fn rest(self) -> Option<Self> {
        // One that was never begun waits already, unless its call has left.
        let waits = self.turn.shift(Turn::COMMITTING, Turn::WAITING)
            || self.turn.0.load(Ordering::Acquire) == Turn::WAITING;
        if waits {
            return Some(self);
        }
        self.send(Err(LedgerUnavailable::TooSlow));
        None
    }

    pub(crate) fn send(self, kept: Result<Kept, LedgerUnavailable>) {
        // A call that has left asks for the answer again, under its key.
        let _ = self.reply.send(kept);
    }
}

impl Ledger {
    pub(crate) fn new(asks: mpsc::Sender<Ask>, longest_wait: Duration, life: WriterLife) -> Self {
        Self { asks, longest_wait, life }
    }

    /// Whether the writer lives.
    pub fn life(&self) -> &WriterLife {
        &self.life
    }

    /// Sets credits aside, durably. A caller that stops waiting is not charged.
    pub async fn hold(&self, request: HoldRequest) -> Result<Granted, LedgerUnavailable> {
        let (reply, answer) = Reply::to_here();
        self.asks.try_send(Ask { request, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => LedgerUnavailable::QueueFull,
            mpsc::error::TrySendError::Closed(_) => LedgerUnavailable::Stopped,
        })?;
        match tokio::time::timeout(self.longest_wait, answer).await {
            Ok(Ok(answer)) => {
                kill_point::pass(KillPoint::HoldReceived);
                answer
            }
            Ok(Err(_)) => Err(LedgerUnavailable::Stopped),
            Err(_) => Err(LedgerUnavailable::TooSlow),
        }
    }
}

/// A hold that has not ended. Whoever has it must capture or release it; dropped, for whatever reason, it releases.
#[derive(Debug)]
#[must_use = "a hold ends by capture or release"]
pub struct OpenHold {
    /// Present until the hold has ended.
    open: Option<Hold>,
    claim: Option<IdempotencyClaim>,
    place: Place,
    endings: mpsc::UnboundedSender<Ending>,
    /// Longest a call waits for its answer to be kept.
    longest_wait: Duration,
}

impl OpenHold {
    pub(crate) fn new(
        hold: Hold,
        claim: Option<IdempotencyClaim>,
        place: Place,
        endings: mpsc::UnboundedSender<Ending>,
        longest_wait: Duration,
    ) -> Self {
        Self { open: Some(hold), claim, place, endings, longest_wait }
    }

    /// What is set aside.
    pub fn amount(&self) -> Credits {
        self.open.as_ref().map_or(Credits::ZERO, Hold::amount)
    }

    /// What a release of `amount` gives back.
    pub fn refund(&self, amount: Credits) -> Refund {
        self.open.as_ref().map_or_else(Refund::default, |hold| hold.refund(amount))
    }

    /// Whether the answer must be kept under an idempotency key: then end it with [`OpenHold::keep`].
    pub fn must_be_kept(&self) -> bool {
        self.claim.is_some()
    }

    /// Captures `used`, at most what is held; the rest goes back. Does not wait: should this gateway die first, the hold
    /// is released and the customer not charged.
    pub fn capture(mut self, used: Credits, outcome: Outcome) {
        let Some(hold) = self.open.take() else { return };
        let rest = hold.amount().checked_sub(used).unwrap_or(Credits::ZERO);
        let end = if rest == Credits::ZERO {
            End::Captured(hold.call_id, outcome)
        } else {
            End::Released(Release { hold, amount: rest, outcome, whole: false, claim: None })
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
    pub async fn keep(
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
        let reply = KeepReply { reply, turn: turn.clone() };
        self.end(End::Kept(Box::new(Keep { hold, captured, outcome, claim, answer }), reply));
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
        self.end(End::Released(Release { hold, amount, outcome, whole: true, claim }));
        kill_point::pass(KillPoint::ReleaseQueued);
    }

    fn end(&self, end: End) {
        // A writer that has stopped has closed its epoch, which released every hold.
        let _ = self.endings.send(Ending { place: self.place, end });
    }
}

impl Drop for OpenHold {
    fn drop(&mut self) {
        self.release_now(Outcome::Abandoned);
    }
}
