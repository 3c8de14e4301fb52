//! What the writer needs of a database. Postgres is one store; the simulation has another.

use std::collections::HashSet;

use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::lock_set::LockSet;
use crate::ledger::rules::hold::HoldRequest;
use crate::ledger::rules::operation::{Effect, Operation};

/// One run of one writer, as the store numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub i32);

/// What is to be made durable by one commit.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The writer's epoch.
    pub epoch: Epoch,
    /// Its number within the epoch, dense from 1.
    pub number: i32,
    /// The oldest batch of the epoch that still has an open hold; this one's own number when there is none.
    pub open_from: i32,
    /// Calls that ended by capture of all that was held. The store adds those of its work that captured a part, or were
    /// kept for replay.
    pub captured: Vec<(CallId, Outcome)>,
    /// What is to be decided.
    pub work: Work,
}

/// The part of a batch that moves credits.
#[derive(Clone, Debug)]
pub enum Work {
    /// Plain holds, taken by one statement where the account's open lot covers all of them together.
    Fast(Vec<HoldRequest>),
    /// Anything, decided in order under the accounts' locks.
    Ordered(Vec<Operation>),
}

impl Work {
    /// How many effects a commit of it returns.
    pub fn len(&self) -> usize {
        match self {
            Self::Fast(holds) => holds.len(),
            Self::Ordered(operations) => operations.len(),
        }
    }

    /// What it writes.
    pub fn lock_set(&self) -> LockSet {
        match self {
            Self::Fast(holds) => LockSet::of_holds(holds),
            Self::Ordered(operations) => LockSet::of_operations(operations),
        }
    }

    /// Whether there is nothing to decide.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The effects of a batch in the order of its work. `None` was left undecided: a fast hold that did not fit, or a
/// decision that was lost with the connection and changed nothing. It is to be asked again.
pub type Effects = Vec<Option<Effect>>;

/// Why a batch was not committed, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The epoch was closed by another node, which released what it had open. Nothing was committed.
    #[error("the writer's epoch was closed")]
    Fenced,
    /// A conflict that passes: serialisation failure or deadlock. Nothing was committed.
    #[error("the store asks for another try: {0}")]
    Conflict(String),
    /// Somebody else held a row for longer than the store waits. Nothing was committed.
    #[error("another session holds a lock: {0}")]
    Locked(String),
    /// The batch breaks a rule of the store: trying it again cannot help. Nothing was committed.
    #[error("the store refused the batch: {0}")]
    Refused(String),
    /// The store cannot write now: away, read-only, out of space or too slow. Nothing was committed.
    #[error("the store cannot write now: {0}")]
    Unavailable(String),
    /// The connection was lost; the batch may have been committed.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

/// What became of a batch whose outcome was unknown.
#[derive(Debug, PartialEq)]
pub enum Resolution {
    /// It was committed, with these effects.
    Committed(Effects),
    /// It was not and never will be: the same number may be used again.
    NotCommitted,
}

/// A store for one writer.
pub trait LedgerStore: Send + 'static {
    /// Starts a new epoch.
    fn open_epoch(&mut self) -> impl Future<Output = Result<Epoch, StoreError>> + Send;

    /// Commits a batch, durably, or nothing of it.
    fn commit(&mut self, batch: &Batch) -> impl Future<Output = Result<Effects, StoreError>> + Send;

    /// Finds out what became of a batch after [`StoreError::Unknown`], on a connection that is new if need be. Once it
    /// has answered, no earlier try of the batch can commit any more.
    fn resolve(&mut self, batch: &Batch) -> impl Future<Output = Result<Resolution, StoreError>> + Send;

    /// Of which accounts somebody else holds any of this locked now. Does not wait. A store without locks has none.
    fn locked(
        &mut self,
        lock_set: &LockSet,
    ) -> impl Future<Output = Result<HashSet<AccountId>, StoreError>> + Send {
        let _ = lock_set;
        async { Ok(HashSet::new()) }
    }

    /// Says that the epoch's writer is alive.
    fn heartbeat(&mut self, epoch: Epoch) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Closes the epoch and releases whatever it left open, in one commit.
    fn close_epoch(&mut self, epoch: Epoch) -> impl Future<Output = Result<(), StoreError>> + Send;
}
