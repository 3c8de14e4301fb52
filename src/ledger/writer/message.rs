//! The messages between calls and their writer.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::domain::billing::AccountBalance;
use crate::ledger::rules::hold::Declined;
use crate::ledger::rules::operation::Settle;
use crate::ledger::store::Epoch;

/// The ledger cannot decide now. Nothing is charged, and any hold is released. Only after
/// [`LedgerUnavailable::Unknown`] is the outcome still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerUnavailable {
    /// The queue of waiting calls is full.
    #[error("the ledger's queue is full")]
    QueueFull,
    /// No decision within the longest wait. An answer to store is not stored, and its call is
    /// released.
    #[error("the ledger did not decide in time")]
    TooSlow,
    /// The store refused or is unavailable.
    #[error("the ledger's store is not available")]
    Store,
    /// Another session of the store holds the account locked.
    #[error("the account is locked by another session")]
    Locked,
    /// The connection was lost during a commit: the call is either charged once, with its answer
    /// stored, or released. Its receipt shows which as soon as the store is back.
    #[error("the outcome of the call is not known yet")]
    Unknown,
    #[error("the ledger has stopped")]
    Stopped,
}

/// Why a hold was not made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum HoldError {
    #[error("the hold was declined: {:?}", .0.reason)]
    Declined(Declined),
    /// The account is not in the ledger.
    #[error("the account is not in the ledger")]
    UnknownAccount,
    #[error(transparent)]
    Unavailable(#[from] LedgerUnavailable),
}

/// The end of a hold, on its way to the writer. There are never more of them than open holds.
#[derive(Debug)]
pub(crate) struct SettleCommand {
    pub(crate) batch_ref: BatchRef,
    pub(crate) settle: Settle,
    /// Present if the call waits for its answer to be stored.
    pub(crate) reply: Option<CaptureReply>,
}

/// The batch that made a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BatchRef {
    pub(crate) epoch: Epoch,
    pub(crate) batch: i32,
}

/// The result of a capture that stores an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptureResult {
    /// The answer is stored and the call charged.
    Stored(AccountBalance),
    /// Another call has taken the key over. This one was released and must not be answered.
    Superseded,
}

/// Whether a call still waits for its answer to be stored. A call that leaves between commits is
/// released. One that wants to leave during a commit waits a little longer for its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CallerState {
    /// The call waits, and nothing is being committed.
    #[default]
    Waiting,
    /// The call waits for the commit that is under way.
    Committing,
    /// The call wants to leave, and the commit is under way.
    Leaving,
    Left,
}

/// The state, shared by the call and the writer.
#[derive(Clone, Debug, Default)]
pub(super) struct SharedCallerState(Arc<Mutex<CallerState>>);

impl SharedCallerState {
    /// Changes the state from `from` to `to`, if it is `from`. Returns the state before.
    pub(super) fn shift(&self, from: CallerState, to: CallerState) -> CallerState {
        let mut state = self.0.lock();
        let before = *state;
        if before == from {
            *state = to;
        }
        before
    }
}

/// The reply to a call whose answer is to be stored.
#[derive(Debug)]
pub(crate) struct CaptureReply {
    pub(super) reply: oneshot::Sender<Result<CaptureResult, LedgerUnavailable>>,
    pub(super) caller: SharedCallerState,
}

impl CaptureReply {
    /// Marks the beginning of a commit. Returns false if the call has left and must be released
    /// instead.
    pub(crate) fn begin_commit(&self) -> bool {
        self.caller.shift(CallerState::Waiting, CallerState::Committing) != CallerState::Left
            && !self.reply.is_closed()
    }

    /// Marks the end of a commit that failed. Returns `None` if the call has left or wants to: it
    /// gets [`LedgerUnavailable::TooSlow`] and must be released.
    pub(crate) fn commit_failed(self) -> Option<Self> {
        match self.caller.shift(CallerState::Committing, CallerState::Waiting) {
            // The commit of a call that waits never began.
            CallerState::Committing | CallerState::Waiting => Some(self),
            CallerState::Leaving | CallerState::Left => {
                self.send(Err(LedgerUnavailable::TooSlow));
                None
            }
        }
    }

    pub(crate) fn send(self, result: Result<CaptureResult, LedgerUnavailable>) {
        // A call that has left repeats its request under its key.
        let _ = self.reply.send(result);
    }
}
