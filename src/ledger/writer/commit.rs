//! Commits one batch: retries conflicts, looks the batch up after a lost connection, and opens a
//! new epoch when its own was closed.

use std::time::Duration;

use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::kill_point::{self, KillPoint};
use crate::ledger::lock_set::LockSet;
use crate::ledger::store::{Batch, Effects, Epoch, LedgerStore, Resolution, StoreError, Work};

/// Tries of a batch, after conflicts and lost connections, before its calls are refused.
const TRIES: u32 = 5;
/// The first wait after a failure.
const FIRST_WAIT: Duration = Duration::from_millis(10);
/// The longest wait between tries.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// Pause between two checks for locks. A row locked in both is not locked by another gateway's
/// batch, which takes milliseconds.
const RECHECK_AFTER: Duration = Duration::from_millis(50);

/// Why a batch was given up. Nothing was committed, except possibly with [`CommitError::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The epoch was closed by another gateway; a new one has been opened.
    #[error("the writer's epoch was closed")]
    NewEpoch,
    /// The batch could not be looked up: another gateway has closed the epoch, or what the store
    /// holds of it is unreadable. Its holds, if it was committed, are released with the epoch. A
    /// new epoch has been opened, or will be by the next batch.
    #[error("the writer's epoch has ended, and it is not known whether the batch was committed")]
    Unknown,
    /// The batch itself is at fault.
    #[error("the store refused the batch")]
    Refused,
    /// Another session has locked rows of these accounts. The set lists all rows that the batch
    /// writes of them.
    #[error("accounts locked by another session: {}", .0.accounts.len())]
    Locked(LockSet),
    /// The store cannot write now.
    #[error("the store cannot write now")]
    Unavailable,
}

/// Numbers batches and commits them.
#[derive(Debug)]
pub(crate) struct Committer<S> {
    store: S,
    epoch: Epoch,
    next_batch: i32,
}

impl<S: LedgerStore> Committer<S> {
    pub(crate) async fn open(mut store: S) -> Result<Self, StoreError> {
        let epoch = store.open_epoch().await?;
        kill_point::pass(KillPoint::EpochOpened);
        Ok(Self { store, epoch, next_batch: 1 })
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The number of the next batch.
    pub(crate) fn next_batch(&self) -> i32 {
        self.next_batch
    }

    /// Commits one batch. Waits while its outcome is unknown: no other batch may be written before.
    pub(crate) async fn commit(
        &mut self,
        open_from: i32,
        captured: Vec<(CallId, Outcome)>,
        work: Work,
    ) -> Result<Effects, CommitError> {
        let batch = Batch { epoch: self.epoch, number: self.next_batch, open_from, captured, work };
        for attempt in 1..=TRIES {
            let error = match self.store.commit(&batch).await {
                Ok(effects) => return Ok(self.committed(effects)),
                Err(error) => error,
            };
            tracing::warn!(batch = batch.number, attempt, %error, "ledger batch commit failed");
            match error {
                StoreError::Conflict(_) => {}
                StoreError::Locked(_) => {
                    let locked = self.locked_for_long(batch.work.lock_set()).await?;
                    if !locked.is_empty() {
                        return Err(CommitError::Locked(locked));
                    }
                    // The lock is gone, or is on another row.
                }
                StoreError::Unknown(_) => {
                    kill_point::pass(KillPoint::OutcomeUnknown);
                    let resolution = self.resolve(&batch).await?;
                    kill_point::pass(KillPoint::OutcomeResolved);
                    if let Resolution::Committed(effects) = resolution {
                        return Ok(self.committed(effects));
                    }
                }
                StoreError::Fenced => return Err(self.renew_epoch().await),
                StoreError::Refused(_) => return Err(CommitError::Refused),
                StoreError::Unavailable(_) => return Err(CommitError::Unavailable),
            }
            tokio::time::sleep(FIRST_WAIT * attempt).await;
        }
        Err(CommitError::Unavailable)
    }

    /// The part of a lock set whose accounts another session has locked for longer than a batch
    /// takes.
    async fn locked_for_long(&mut self, lock_set: LockSet) -> Result<LockSet, CommitError> {
        let locked = self.locked(lock_set).await?;
        if locked.is_empty() {
            return Ok(locked);
        }
        tokio::time::sleep(RECHECK_AFTER).await;
        self.locked(locked).await
    }

    /// The part of a lock set whose accounts another session has locked now.
    pub(crate) async fn locked(&mut self, lock_set: LockSet) -> Result<LockSet, CommitError> {
        match self.store.locked(&lock_set).await {
            Ok(accounts) => Ok(lock_set.only(&accounts)),
            Err(error) => {
                tracing::warn!(%error, "lock check failed");
                Err(CommitError::Unavailable)
            }
        }
    }

    fn committed(&mut self, effects: Effects) -> Effects {
        self.next_batch += 1;
        effects
    }

    /// Looks the batch up until the store answers. If looking it up can never succeed, the writer
    /// gives up its epoch, which the sweep then closes.
    async fn resolve(&mut self, batch: &Batch) -> Result<Resolution, CommitError> {
        let mut wait = FIRST_WAIT;
        loop {
            match self.store.resolve(batch).await {
                Ok(resolution) => return Ok(resolution),
                Err(StoreError::Fenced) => {
                    self.renew_epoch().await;
                    return Err(CommitError::Unknown);
                }
                Err(StoreError::Refused(reason)) if self.open_new_epoch().await.is_ok() => {
                    tracing::error!(
                        batch = batch.number,
                        reason,
                        "the outcome of a ledger batch is unreadable; its epoch was given up"
                    );
                    return Err(CommitError::Unknown);
                }
                Err(error) => {
                    tracing::warn!(batch = batch.number, %error, "the outcome of a ledger batch is not known yet");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(MAX_WAIT);
                }
            }
        }
    }

    async fn renew_epoch(&mut self) -> CommitError {
        let old = self.epoch.0;
        match self.open_new_epoch().await {
            Ok(()) => {
                tracing::warn!(old, new = self.epoch.0, "the ledger epoch was closed by another gateway");
                CommitError::NewEpoch
            }
            Err(error) => {
                tracing::warn!(old, %error, "opening a ledger epoch failed");
                CommitError::Unavailable
            }
        }
    }

    async fn open_new_epoch(&mut self) -> Result<(), StoreError> {
        (self.epoch, self.next_batch) = (self.store.open_epoch().await?, 1);
        Ok(())
    }

    /// Records that this writer is alive.
    pub(crate) async fn heartbeat(&mut self) -> Result<(), CommitError> {
        match self.store.heartbeat(self.epoch).await {
            Ok(()) => Ok(()),
            Err(StoreError::Fenced) => Err(self.renew_epoch().await),
            Err(error) => {
                tracing::warn!(%error, "the ledger heartbeat failed");
                Err(CommitError::Unavailable)
            }
        }
    }

    pub(crate) async fn close(mut self) {
        if let Err(error) = self.store.close_epoch(self.epoch).await {
            tracing::warn!(%error, "the ledger epoch was left open; it will be closed by the sweep");
        }
    }
}

#[cfg(test)]
mod tests;
