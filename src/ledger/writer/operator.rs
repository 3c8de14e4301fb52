//! Operations of an operator, outside the flow of calls, committed by a writer of their own.
//!
//! Gateways may serve the same accounts meanwhile: row locks order these operations with all
//! others, and their own epoch gives their batches a chain of their own.

use super::commit::{CommitError, Committer};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::{LedgerStore, StoreError, Work};

/// Tries of operations that were neither decided nor refused.
const TRIES: u32 = 5;

/// Why not all operations were carried out.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The store was not reached. Nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The last try changed nothing.
    #[error("nothing was changed: {0}")]
    Commit(CommitError),
    /// The epoch was closed before the outcome could be looked up.
    #[error("it is not known whether the change was made: read the account's statement before you repeat it")]
    Unknown,
    /// The database did not answer in time.
    #[error("the database did not answer in time: read the account's statement before you repeat it")]
    TimedOut,
    /// Operations stayed undecided and changed nothing.
    #[error("operations that the store left undecided: {0}. They changed nothing")]
    Undecided(usize),
}

/// Carries out operations in order, in one commit, and returns their effects. Each is carried out
/// at most once, even when the connection is lost. An effect may be a refusal by the rules.
pub async fn apply_operations<S: LedgerStore>(
    store: S,
    operations: Vec<Operation>,
) -> Result<Vec<Effect>, OperatorError> {
    let mut committer = Committer::open(store).await?;
    let outcome = decide(&mut committer, operations).await;
    committer.close().await;
    outcome
}

async fn decide<S: LedgerStore>(
    committer: &mut Committer<S>,
    operations: Vec<Operation>,
) -> Result<Vec<Effect>, OperatorError> {
    let mut effects = vec![None; operations.len()];
    for attempt in 1..=TRIES {
        let (due, slots): (Vec<_>, Vec<_>) =
            operations.iter().zip(&mut effects).filter(|(_, effect)| effect.is_none()).unzip();
        if due.is_empty() {
            break;
        }
        let open_from = committer.next_batch();
        match committer.commit(open_from, Vec::new(), Work::Ordered(due.into_iter().cloned().collect())).await
        {
            Ok(decided) => slots.into_iter().zip(decided).for_each(|(slot, effect)| *slot = effect),
            // A gateway's sweep took this writer for dead. Nothing was committed.
            Err(CommitError::NewEpoch) => {}
            Err(CommitError::Unknown) => return Err(OperatorError::Unknown),
            // Each try waits for as long as the store waits for a lock.
            Err(CommitError::Locked(_)) if attempt < TRIES => {}
            Err(error) => return Err(OperatorError::Commit(error)),
        }
    }
    let undecided = effects.iter().filter(|effect| effect.is_none()).count();
    effects.into_iter().collect::<Option<_>>().ok_or(OperatorError::Undecided(undecided))
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use std::collections::VecDeque;
    use std::sync::Arc;

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::billing::AccountBalance;
    use crate::domain::credits::Credits;
    use crate::domain::ids::{AccountId, CallId};
    use crate::ledger::store::{Batch, Effects, Epoch, Resolution};

    /// A store with scripted answers. Its log has `+` and `-` for epochs, and the operations by
    /// their last digits.
    struct Scripted {
        answers: VecDeque<Result<Effects, StoreError>>,
        found: Vec<Resolution>,
        log: Arc<Mutex<Vec<String>>>,
    }

    impl Scripted {
        fn note(&self, what: String) {
            self.log.lock().push(what);
        }
    }

    impl LedgerStore for Scripted {
        async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
            self.note("+".into());
            Ok(Epoch(1))
        }
        async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
            let Work::Ordered(operations) = &batch.work else { panic!("operations are ordered") };
            let operations = operations.iter().map(|operation| match operation {
                Operation::Advance { id, .. } => id.as_uuid().as_u128().to_string(),
                other => panic!("{other:?}"),
            });
            self.note(operations.collect());
            self.answers.pop_front().unwrap()
        }
        async fn resolve(&mut self, _: &Batch) -> Result<Resolution, StoreError> {
            if self.found.is_empty() { Err(StoreError::Fenced) } else { Ok(self.found.remove(0)) }
        }
        async fn heartbeat(&mut self, _: Epoch) -> Result<(), StoreError> {
            Ok(())
        }
        async fn close_epoch(&mut self, _: Epoch) -> Result<(), StoreError> {
            self.note("-".into());
            Ok(())
        }
    }

    fn done() -> Option<Effect> {
        Some(Effect::Done(AccountBalance {
            remaining: Credits::ZERO,
            plan_credits_used: Credits::ZERO,
            plan_credits: Credits::ZERO,
            requests_limit: 0,
            requests_used: 0,
            renews_at: DateTime::<Utc>::UNIX_EPOCH,
        }))
    }

    /// Runs operations 1 and 2, and returns the outcome and the store's log.
    async fn run(
        answers: Vec<Result<Effects, StoreError>>,
        found: Vec<Resolution>,
    ) -> (Result<Vec<Effect>, OperatorError>, Vec<String>) {
        let log = Arc::new(Mutex::new(Vec::new()));
        let store = Scripted { answers: answers.into(), found, log: Arc::clone(&log) };
        let account_id = AccountId::from_uuid(uuid::Uuid::nil());
        let operations = [1, 2].map(|number| {
            let id = CallId::from_uuid(uuid::Uuid::from_u128(number));
            Operation::Advance { account_id, id }
        });
        let outcome = apply_operations(store, operations.into()).await;
        let log = log.lock().clone();
        (outcome, log)
    }

    #[tokio::test]
    async fn operations_are_one_commit_in_an_epoch_of_their_own() {
        let (outcome, log) = run(vec![Ok(vec![done(), done()])], vec![]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(log, ["+", "12", "-"]);
    }

    #[tokio::test]
    async fn only_undecided_operations_are_tried_again() {
        let (outcome, log) = run(vec![Ok(vec![done(), None]), Ok(vec![done()])], vec![]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(log, ["+", "12", "2", "-"]);
    }

    #[tokio::test]
    async fn operations_committed_before_the_connection_was_lost_are_not_repeated() {
        let lost = Err(StoreError::Unknown("reset".into()));
        let (outcome, log) = run(vec![lost], vec![Resolution::Committed(vec![done(), done()])]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(log, ["+", "12", "-"]);
    }

    #[tokio::test]
    async fn operations_with_an_unknown_outcome_are_not_repeated() {
        let lost = Err(StoreError::Unknown("reset".into()));
        let (outcome, log) = run(vec![lost], vec![]).await;
        assert!(matches!(outcome, Err(OperatorError::Unknown)));
        assert_eq!(log, ["+", "12", "+", "-"]);
    }

    #[tokio::test]
    async fn a_closed_epoch_is_replaced_and_the_operations_are_tried_in_the_new_one() {
        let (outcome, log) = run(vec![Err(StoreError::Fenced), Ok(vec![done(), done()])], vec![]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(log, ["+", "12", "+", "12", "-"]);
    }

    #[tokio::test]
    async fn a_store_that_cannot_write_is_reported_and_the_epoch_closed() {
        let (outcome, log) = run(vec![Err(StoreError::Unavailable("read-only".into()))], vec![]).await;
        assert!(matches!(outcome, Err(OperatorError::Commit(CommitError::Unavailable))));
        assert_eq!(log, ["+", "12", "-"]);
    }

    #[tokio::test]
    async fn operations_that_stay_undecided_are_given_up() {
        let mut answers = vec![Ok(vec![None, done()])];
        answers.extend((1..TRIES).map(|_| Ok(vec![None])));
        let (outcome, log) = run(answers, vec![]).await;
        assert!(matches!(outcome, Err(OperatorError::Undecided(1))));
        assert_eq!(log.len(), 2 + TRIES as usize);
    }
}
