//! One operation for each of many accounts, where a few may be locked or faulty.

use super::commit::CommitError;
use super::operator::OperatorError;
use crate::domain::ids::AccountId;
use crate::ledger::rules::operation::{Effect, Operation};

/// What became of the accounts.
#[derive(Debug, Default)]
pub struct Applied {
    pub decided: Vec<(AccountId, Effect)>,
    /// Another session holds them, or others of their part, locked. Nothing was changed.
    pub locked: Vec<AccountId>,
    /// The store refused the operation. Nothing was changed.
    pub refused: Vec<AccountId>,
    /// What ended the work before the accounts that are in no list.
    pub error: Option<OperatorError>,
}

/// Applies an operation to all accounts in one commit if nothing is in its way, otherwise without
/// locked accounts and in parts without the faulty ones. `apply` makes one commit and returns its
/// effects in order.
pub async fn apply_in_parts<F>(
    accounts: Vec<AccountId>,
    operation: impl Fn(AccountId) -> Operation,
    apply: impl Fn(Vec<Operation>) -> F,
) -> Applied
where
    F: Future<Output = Result<Vec<Effect>, OperatorError>>,
{
    let mut applied = Applied::default();
    let mut parts = vec![accounts];
    // Ends: a part succeeds, or is tried again without its locked accounts or in two halves.
    while let Some(mut part) = parts.pop() {
        match apply(part.iter().copied().map(&operation).collect()).await {
            Ok(effects) => applied.decided.extend(part.into_iter().zip(effects)),
            Err(OperatorError::Commit(CommitError::Locked(locked))) => {
                let before = part.len();
                let is_locked = |id: &mut AccountId| locked.accounts.contains(id);
                applied.locked.extend(part.extract_if(.., is_locked));
                if part.len() == before {
                    applied.locked.append(&mut part);
                } else if !part.is_empty() {
                    parts.push(part);
                }
            }
            Err(OperatorError::Commit(CommitError::Refused)) if part.len() > 1 => {
                parts.push(part.split_off(part.len() / 2));
                parts.push(part);
            }
            Err(OperatorError::Commit(CommitError::Refused)) => applied.refused.append(&mut part),
            Err(error) => {
                applied.error = Some(error);
                break;
            }
        }
    }
    applied
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashSet;

    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::CallId;
    use crate::ledger::lock_set::LockSet;

    fn account(number: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(number))
    }

    fn advance(account_id: AccountId) -> Operation {
        Operation::Advance { account_id, id: CallId::from_uuid(account_id.as_uuid()) }
    }

    /// Applies to accounts 1 to 6, of which one is locked and one is refused. Returns the parts in
    /// which that was done as well.
    async fn apply(locked: u128, refused: u128) -> (Applied, Vec<usize>) {
        let sizes = RefCell::new(Vec::new());
        let applied = apply_in_parts((1..=6).map(account).collect(), advance, async |part| {
            sizes.borrow_mut().push(part.len());
            let names = |number: u128| part.iter().any(|operation| operation.account_id() == account(number));
            if names(locked) {
                let accounts = HashSet::from([account(locked)]);
                return Err(OperatorError::Commit(CommitError::Locked(LockSet {
                    accounts,
                    ..LockSet::default()
                })));
            }
            if names(refused) {
                return Err(OperatorError::Commit(CommitError::Refused));
            }
            Ok(vec![Effect::UnknownAccount; part.len()])
        })
        .await;
        (applied, sizes.into_inner())
    }

    #[tokio::test]
    async fn a_locked_and_a_faulty_account_leave_the_others_decided() {
        let (applied, sizes) = apply(2, 5).await;
        assert_eq!((applied.locked, applied.refused), (vec![account(2)], vec![account(5)]));
        let decided: Vec<_> = applied.decided.into_iter().map(|(id, _)| id).collect();
        assert_eq!(decided, [1, 3, 4, 6].map(account));
        assert!(applied.error.is_none());
        assert_eq!(sizes, [6, 5, 2, 3, 1, 2, 1, 1]);
    }

    #[tokio::test]
    async fn accounts_with_nothing_in_their_way_share_one_commit() {
        let (applied, sizes) = apply(9, 9).await;
        assert_eq!((applied.decided.len(), sizes), (6, vec![6]));
    }

    #[tokio::test]
    async fn a_store_that_is_away_ends_the_work() {
        let away = async |_| Err(OperatorError::Commit(CommitError::Unavailable));
        let applied = apply_in_parts(vec![account(1), account(2)], advance, away).await;
        assert!(applied.decided.is_empty() && applied.locked.is_empty() && applied.refused.is_empty());
        assert!(matches!(applied.error, Some(OperatorError::Commit(CommitError::Unavailable))));
    }
}
