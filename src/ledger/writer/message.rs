//! The messages between calls and their writer.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::domain::billing::AccountBalance;
use crate::ledger::rules::hold::Declined;
use crate::ledger::rules::operation::Settle;
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

/// Why a hold was not made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HoldError {
    /// The rules decided against it.
    #[error("the hold was declined: {:?}", .0.reason)]
    Declined(Declined),
    /// The account is not in the ledger.
    #[error("the account is not in the ledger")]
    UnknownAccount,
    /// The ledger cannot decide now.
    #[error(transparent)]
    Unavailable(#[from] LedgerUnavailable),
}

/// The end of a hold, on its way to the writer. There are never more of them than open holds.
#[derive(Debug)]
pub(crate) struct SettleCommand {
    pub(crate) batch_ref: BatchRef,
    pub(crate) settle: Settle,
    /// Present where the call waits for its answer to be kept.
    pub(crate) reply: Option<CaptureReply>,
}

/// The batch that made a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchRef {
    pub(crate) epoch: Epoch,
    pub(crate) batch: i32,
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
/// it will be released; one that leaves during the commit waits a little longer for the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Turn {
    /// The call waits, and nothing is being committed.
    #[default]
    Waiting,
    /// The call waits for the commit that is under way.
    Committing,
    /// The call wants to leave, and the commit is under way.
    Leaving,
    /// The call has left.
    Left,
}

/// The turn, shared by the call and the writer.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedTurn(Arc<Mutex<Turn>>);

impl SharedTurn {
    /// Moves from one turn to another, if it is the first. Returns the turn before.
    pub(super) fn shift(&self, from: Turn, to: Turn) -> Turn {
        let mut turn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *turn;
        if before == from {
            *turn = to;
        }
        before
    }
}

/// The way back to a call whose answer is to be kept.
#[derive(Debug)]
pub(crate) struct CaptureReply {
    pub(super) reply: oneshot::Sender<Result<Kept, LedgerUnavailable>>,
    pub(super) turn: SharedTurn,
}

impl CaptureReply {
    /// The answer is about to be committed. False where the call has left: then it must be released instead.
    pub(crate) fn begin(&self) -> bool {
        self.turn.shift(Turn::Waiting, Turn::Committing) != Turn::Left && !self.reply.is_closed()
    }

    /// Nothing was committed. `None` where the call has left or wanted to: it gets the answer that it is released, and must
    /// be.
    pub(crate) fn rest(self) -> Option<Self> {
        match self.turn.shift(Turn::Committing, Turn::Waiting) {
            // One that was never begun waits already.
            Turn::Committing | Turn::Waiting => Some(self),
            Turn::Leaving | Turn::Left => {
                self.send(Err(LedgerUnavailable::TooSlow));
                None
            }
        }
    }

    pub(crate) fn send(self, kept: Result<Kept, LedgerUnavailable>) {
        // A call that has left asks for the answer again, under its key.
        let _ = self.reply.send(kept);
    }
}
