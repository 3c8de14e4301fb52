//! Locked accounts are checked twice, and a batch that cannot be looked up ends its epoch.

use std::collections::{HashSet, VecDeque};

use uuid::Uuid;

use super::*;
use crate::domain::ids::AccountId;
use crate::ledger::rules::operation::Operation;

/// Reports a locked row for the first commits.
struct Contended {
    refusals: u32,
    /// The accounts that each check finds locked, then none.
    checks: VecDeque<Vec<AccountId>>,
}

impl LedgerStore for Contended {
    async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
        Ok(Epoch(1))
    }
    async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        if self.refusals == 0 {
            return Ok(vec![None; batch.work.len()]);
        }
        self.refusals -= 1;
        Err(StoreError::Locked("another session".into()))
    }
    async fn resolve(&mut self, _: &Batch) -> Result<Resolution, StoreError> {
        Ok(Resolution::NotCommitted)
    }
    async fn locked(&mut self, lock_set: &LockSet) -> Result<HashSet<AccountId>, StoreError> {
        let seen = self.checks.pop_front().unwrap_or_default();
        Ok(seen.into_iter().filter(|account| lock_set.accounts.contains(account)).collect())
    }
    async fn heartbeat(&mut self, _: Epoch) -> Result<(), StoreError> {
        Ok(())
    }
    async fn close_epoch(&mut self, _: Epoch) -> Result<(), StoreError> {
        Ok(())
    }
}

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

/// Commits a batch of accounts 1 to 3 whose first commit finds a row locked.
async fn commit(checks: &[&[u128]]) -> Result<Effects, CommitError> {
    let checks = checks.iter().map(|seen| seen.iter().copied().map(account).collect()).collect();
    let mut committer = Committer::open(Contended { refusals: 1, checks }).await.unwrap();
    let advance = |number: u128| Operation::Advance {
        account_id: account(number),
        id: CallId::from_uuid(Uuid::from_u128(number)),
    };
    let work = Work::Ordered((1..=3).map(advance).collect());
    committer.commit(1, Vec::new(), work).await
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_gone_at_the_second_check_is_ignored() {
    assert_eq!(commit(&[&[1], &[]]).await.unwrap().len(), 3);
    assert_eq!(commit(&[&[1], &[2]]).await.unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn only_accounts_locked_in_both_checks_are_given_up() {
    let Err(CommitError::Locked(locked)) = commit(&[&[1, 2], &[2, 3]]).await else { panic!() };
    assert_eq!(locked.accounts, HashSet::from([account(2)]));
    assert_eq!(locked.lots_of, HashSet::from([account(2)]));
}

/// Loses the connection at the first commit, and cannot read what became of it. Opening an epoch
/// fails once.
#[derive(Default)]
struct Unreadable {
    epochs: i32,
    commits: u32,
}

impl LedgerStore for Unreadable {
    async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
        self.epochs += 1;
        if self.epochs == 2 { Err(StoreError::Unavailable("away".into())) } else { Ok(Epoch(self.epochs)) }
    }
    async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
        self.commits += 1;
        if self.commits == 1 {
            return Err(StoreError::Unknown("connection lost".into()));
        }
        Ok(vec![None; batch.work.len()])
    }
    async fn resolve(&mut self, _: &Batch) -> Result<Resolution, StoreError> {
        Err(StoreError::Refused("an unreadable row".into()))
    }
    async fn locked(&mut self, _: &LockSet) -> Result<HashSet<AccountId>, StoreError> {
        Ok(HashSet::new())
    }
    async fn heartbeat(&mut self, _: Epoch) -> Result<(), StoreError> {
        Ok(())
    }
    async fn close_epoch(&mut self, _: Epoch) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_whose_outcome_is_unreadable_ends_its_epoch_and_no_other_batch_waits_for_it() {
    let mut committer = Committer::open(Unreadable::default()).await.unwrap();
    let work = || Work::Ordered(Vec::new());
    assert_eq!(committer.commit(1, Vec::new(), work()).await, Err(CommitError::Unknown));
    assert_eq!((committer.epoch(), committer.next_batch()), (Epoch(3), 1));
    assert!(committer.commit(1, Vec::new(), work()).await.is_ok());
}
