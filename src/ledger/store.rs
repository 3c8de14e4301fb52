//! The store of a writer: PostgreSQL, or a simulated one in tests.

use std::collections::HashSet;

use crate::domain::ids::{AccountId, CallId};
use crate::domain::settlement::Outcome;
use crate::ledger::lock_set::LockSet;
use crate::ledger::rules::hold::HoldRequest;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::rules::plain::PlainWork;

/// One run of one writer, as the store numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub i32);

/// The content of one commit.
#[derive(Clone, Debug)]
pub struct Batch {
    pub epoch: Epoch,
    /// Its number within the epoch, from 1 without gaps.
    pub number: i32,
    /// The oldest batch of the epoch with an open hold, or this one.
    pub open_from: i32,
    /// Calls captured in full. The store adds the calls in `work` that capture a part or store an
    /// answer.
    pub captured: Vec<(CallId, Outcome)>,
    /// The operations to decide.
    pub work: Work,
}

/// The part of a batch that moves credits.
#[derive(Clone, Debug)]
pub enum Work {
    /// Plain operations, decided by one statement for each account whose open lot covers them all.
    Fast(PlainWork),
    /// Any operations, decided in order under the accounts' locks.
    Ordered(Vec<Operation>),
}

impl Work {
    /// Only plain holds.
    pub fn holds(holds: Vec<HoldRequest>) -> Self {
        Self::Fast(PlainWork { settlements: Vec::new(), holds })
    }

    /// The number of effects that a commit returns.
    pub fn len(&self) -> usize {
        match self {
            Self::Fast(work) => work.len(),
            Self::Ordered(operations) => operations.len(),
        }
    }

    /// Its operations, in the order of the effects.
    pub fn operations(&self) -> Vec<Operation> {
        match self {
            Self::Fast(work) => {
                let settlements =
                    work.settlements.iter().cloned().map(|plain| Operation::Settle(plain.into()));
                settlements.chain(work.holds.iter().cloned().map(Operation::Hold)).collect()
            }
            Self::Ordered(operations) => operations.clone(),
        }
    }

    /// The rows that it writes.
    pub fn lock_set(&self) -> LockSet {
        match self {
            Self::Fast(work) => LockSet::of_plain_work(work),
            Self::Ordered(operations) => LockSet::of_operations(operations),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The effects of a batch in the order of its work. `None` is undecided and must be tried again: a
/// plain operation that did not fit, or a decision that was lost with the connection and changed
/// nothing.
pub type Effects = Vec<Option<Effect>>;

/// Why a batch was not committed, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another node has closed the epoch and released its open holds. Nothing was committed.
    #[error("the writer's epoch was closed")]
    Fenced,
    /// A serialisation failure or deadlock: try again. Nothing was committed.
    #[error("the store asks for another try: {0}")]
    Conflict(String),
    /// Another session has locked a row for longer than the store waits. Nothing was committed.
    #[error("another session holds a lock: {0}")]
    Locked(String),
    /// The batch violates a constraint: trying again cannot help. Nothing was committed.
    #[error("the store refused the batch: {0}")]
    Refused(String),
    /// The store cannot write now: away, read-only, out of space or too slow. Nothing was
    /// committed.
    #[error("the store cannot write now: {0}")]
    Unavailable(String),
    /// The connection was lost; the batch may have been committed.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
}

/// The outcome of a batch, looked up.
#[derive(Debug, PartialEq)]
pub enum Resolution {
    /// It was committed, with these effects.
    Committed(Effects),
    /// It was not and will not be committed. Its number is free again.
    NotCommitted,
}

/// A store for one writer.
pub trait LedgerStore: Send + 'static {
    fn open_epoch(&mut self) -> impl Future<Output = Result<Epoch, StoreError>> + Send;

    /// Commits a batch durably, all or nothing.
    fn commit(&mut self, batch: &Batch) -> impl Future<Output = Result<Effects, StoreError>> + Send;

    /// Looks a batch up after [`StoreError::Unknown`], on a new connection if necessary. After it
    /// has returned, no earlier try of the batch can commit.
    fn resolve(&mut self, batch: &Batch) -> impl Future<Output = Result<Resolution, StoreError>> + Send;

    /// Returns the accounts of which another session has locked rows. Does not wait. A store
    /// without locks returns none.
    fn locked(
        &mut self,
        lock_set: &LockSet,
    ) -> impl Future<Output = Result<HashSet<AccountId>, StoreError>> + Send {
        let _ = lock_set;
        async { Ok(HashSet::new()) }
    }

    /// Records that the epoch's writer is alive.
    fn heartbeat(&mut self, epoch: Epoch) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Closes the epoch and releases its open holds, in one commit.
    fn close_epoch(&mut self, epoch: Epoch) -> impl Future<Output = Result<(), StoreError>> + Send;
}
