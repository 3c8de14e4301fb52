//! Operations of an operator: few, outside the flow of calls, made durable by a writer of their own.
//!
//! A gateway may serve the same accounts meanwhile, on this machine or another: the row locks of the store put these
//! in order with everything else, and an epoch of their own keeps their batches in a chain of their own.

use super::commit::{CommitError, Committer};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::{LedgerStore, StoreError, Work};

/// How often operations are tried that were neither decided nor refused.
const TRIES: u32 = 5;

/// Why operations were not carried out, or not all of them.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// The store could not even be asked. Nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store was asked, and nothing was changed by the last try.
    #[error("nothing was changed: {0}")]
    Commit(CommitError),
    /// The store was asked, and could not say before the epoch was closed.
    #[error("it is not known whether the change was made: read the account's statement before you repeat it")]
    Unknown,
    /// The store kept leaving operations undecided. Those changed nothing.
    #[error("the store left {0} operation(s) undecided; they changed nothing")]
    Undecided(usize),
}

/// Carries out operations in their order, in one commit, and returns their effects. An operation is carried out at most
/// once, whatever happens to the connection; an effect may still say that the rules refused it.
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
            // The sweep of a gateway took a pause for death. Nothing was committed.
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
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::billing::AccountBalance;
    use crate::domain::credits::Credits;
    use crate::domain::ids::{AccountId, CallId};
    use crate::ledger::store::{Batch, Effects, Epoch, Resolution};

    /// A store that answers as it was told, and notes what it was asked: acts by their last digits, `+` and `-` for
    /// epochs.
    struct Scripted {
        answers: VecDeque<Result<Effects, StoreError>>,
        found: Vec<Resolution>,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl Scripted {
        fn note(&self, what: String) {
            self.asked.lock().unwrap().push(what);
        }
    }

    impl LedgerStore for Scripted {
        async fn open_epoch(&mut self) -> Result<Epoch, StoreError> {
            self.note("+".into());
            Ok(Epoch(1))
        }
        async fn commit(&mut self, batch: &Batch) -> Result<Effects, StoreError> {
            let Work::Ordered(operations) = &batch.work else { panic!("acts are ordered") };
            let acts = operations.iter().map(|operation| match operation {
                Operation::Advance { id, .. } => id.as_uuid().as_u128().to_string(),
                other => panic!("{other:?}"),
            });
            self.note(acts.collect());
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
            requests_remaining: 0,
            renews_at: DateTime::<Utc>::UNIX_EPOCH,
        }))
    }

    /// Runs acts 1 and 2, and tells what the store was asked.
    async fn run(
        answers: Vec<Result<Effects, StoreError>>,
        found: Vec<Resolution>,
    ) -> (Result<Vec<Effect>, OperatorError>, Vec<String>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let store = Scripted { answers: answers.into(), found, asked: Arc::clone(&asked) };
        let account_id = AccountId::from_uuid(uuid::Uuid::nil());
        let acts = [1, 2].map(|number| {
            let id = CallId::from_uuid(uuid::Uuid::from_u128(number));
            Operation::Advance { account_id, id }
        });
        let outcome = apply_operations(store, acts.into()).await;
        let asked = asked.lock().unwrap().clone();
        (outcome, asked)
    }

    #[tokio::test]
    async fn acts_are_one_commit_in_an_epoch_of_their_own() {
        let (outcome, asked) = run(vec![Ok(vec![done(), done()])], vec![]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(asked, ["+", "12", "-"]);
    }

    #[tokio::test]
    async fn only_what_was_left_undecided_is_asked_again() {
        let (outcome, asked) = run(vec![Ok(vec![done(), None]), Ok(vec![done()])], vec![]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(asked, ["+", "12", "2", "-"]);
    }

    #[tokio::test]
    async fn what_was_committed_before_the_connection_was_lost_is_not_repeated() {
        let lost = Err(StoreError::Unknown("reset".into()));
        let (outcome, asked) = run(vec![lost], vec![Resolution::Committed(vec![done(), done()])]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(asked, ["+", "12", "-"]);
    }

    #[tokio::test]
    async fn what_may_have_been_committed_before_the_epoch_was_closed_is_not_repeated() {
        let lost = Err(StoreError::Unknown("reset".into()));
        let (outcome, asked) = run(vec![lost], vec![]).await;
        assert!(matches!(outcome, Err(OperatorError::Unknown)));
        assert_eq!(asked, ["+", "12", "+", "-"]);
    }

    #[tokio::test]
    async fn a_closed_epoch_is_replaced_and_the_acts_are_tried_in_it() {
        let (outcome, asked) = run(vec![Err(StoreError::Fenced), Ok(vec![done(), done()])], vec![]).await;
        assert_eq!(outcome.unwrap().len(), 2);
        assert_eq!(asked, ["+", "12", "+", "12", "-"]);
    }

    #[tokio::test]
    async fn a_store_that_cannot_write_is_told_and_the_epoch_closed() {
        let (outcome, asked) = run(vec![Err(StoreError::Unavailable("read-only".into()))], vec![]).await;
        assert!(matches!(outcome, Err(OperatorError::Commit(CommitError::Unavailable))));
        assert_eq!(asked, ["+", "12", "-"]);
    }

    #[tokio::test]
    async fn a_store_that_never_decides_is_not_asked_for_ever() {
        let mut answers = vec![Ok(vec![None, done()])];
        answers.extend((1..TRIES).map(|_| Ok(vec![None])));
        let (outcome, asked) = run(answers, vec![]).await;
        assert!(matches!(outcome, Err(OperatorError::Undecided(1))));
        assert_eq!(asked.len(), 2 + TRIES as usize);
    }
}
