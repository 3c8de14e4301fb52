//! An operator's acts: a few operations, outside the flow of calls, made durable by a writer of their own.
//!
//! A gateway may serve the same accounts meanwhile, on this machine or another: the row locks of the store put the acts
//! in order with everything else, and an epoch of their own keeps their batches in a chain of their own.

use crate::ledger::commit::{Committer, GaveUp};
use crate::ledger::operation::{Effect, Operation};
use crate::ledger::store::{LedgerStore, StoreError, Work};

/// How often operations are tried that were neither decided nor refused.
const TRIES: u32 = 5;

/// Why acts were not carried out, or not all of them.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The store could not even be asked. Nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store was asked, and nothing was changed by the last try.
    #[error("nothing was changed: {0}")]
    GaveUp(GaveUp),
    /// The store kept leaving operations undecided. Those changed nothing.
    #[error("the store left {0} operation(s) undecided; they changed nothing")]
    Undecided(usize),
}

/// Carries out operations in their order, in one commit, and returns their effects. An operation is carried out at most
/// once, whatever happens to the connection; an effect may still say that the rules refused it.
pub async fn act<S: LedgerStore>(store: S, operations: Vec<Operation>) -> Result<Vec<Effect>, ActError> {
    let mut committer = Committer::open(store).await?;
    let outcome = decide(&mut committer, operations).await;
    committer.close().await;
    outcome
}

async fn decide<S: LedgerStore>(
    committer: &mut Committer<S>,
    operations: Vec<Operation>,
) -> Result<Vec<Effect>, ActError> {
    let mut effects = vec![None; operations.len()];
    for _ in 0..TRIES {
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
            Err(GaveUp::NewEpoch) => {}
            Err(gave_up) => return Err(ActError::GaveUp(gave_up)),
        }
    }
    let undecided = effects.iter().filter(|effect| effect.is_none()).count();
    effects.into_iter().collect::<Option<_>>().ok_or(ActError::Undecided(undecided))
}
