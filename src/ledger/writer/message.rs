//! The messages between calls and their writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::oneshot;

use crate::domain::billing::AccountBalance;
use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::operation::{CaptureWithResponse, Release};
use crate::ledger::store::Epoch;

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
pub(crate) struct SettleCommand {
    pub(crate) batch_ref: BatchRef,
    pub(crate) end: HoldEnd,
}

/// The batch that made a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchRef {
    pub(crate) epoch: Epoch,
    pub(crate) batch: i32,
}

#[derive(Debug)]
pub(crate) enum HoldEnd {
    /// All of it is captured.
    Captured(CallId, Outcome),
    /// A part goes back, the rest is captured; or all of it goes back.
    Released(Release),
    /// Captured, with the answer kept for replay.
    Kept(Box<CaptureWithResponse>, CaptureReply),
}

/// What became of an answer that was to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is stored and charged.
    Stored(AccountBalance),
    /// Another call had taken the key over; this call was released and must not be answered.
    Superseded,
}

/// Who has the last word on an answer that is to be kept. A call that leaves while nothing is being committed knows that
/// it will be released; one that leaves during the commit waits a little more to be told.
#[derive(Debug, Default)]
pub(super) struct Turn(AtomicU8);

impl Turn {
    pub(super) const WAITING: u8 = 0;
    pub(super) const COMMITTING: u8 = 1;
    /// The call wants to leave, and the commit is under way.
    pub(super) const LEAVING: u8 = 2;
    pub(super) const LEFT: u8 = 3;

    /// Moves from one state to another, if it is in the first.
    pub(super) fn shift(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// The way back to a call whose answer is to be kept.
#[derive(Debug)]
pub(crate) struct CaptureReply {
    pub(super) reply: oneshot::Sender<Result<Kept, LedgerUnavailable>>,
    pub(super) turn: Arc<Turn>,
}

impl CaptureReply {
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
