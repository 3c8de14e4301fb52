//! The rows that a batch waits for when somebody else has them locked.

use std::collections::{HashMap, HashSet};

use crate::domain::ids::{AccountId, KeyId};
use crate::ledger::rules::batch_state::{ClaimKey, claim_key};
use crate::ledger::rules::hold::HoldRequest;
use crate::ledger::rules::operation::Operation;

/// What a batch writes of some accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockSet {
    /// Their own rows.
    pub accounts: HashSet<AccountId>,
    /// Those whose lots it writes.
    pub lots_of: HashSet<AccountId>,
    /// Idempotency records.
    pub claims: HashSet<ClaimKey>,
    /// What keys with caps have spent, by key.
    pub spends: HashMap<KeyId, AccountId>,
}

impl LockSet {
    /// By plain holds: an update of the accounts' rows.
    pub fn of_holds(holds: &[HoldRequest]) -> Self {
        Self { accounts: holds.iter().map(|hold| hold.account_id).collect(), ..Self::default() }
    }

    /// By operations that are decided in order.
    pub fn of_operations(operations: &[Operation]) -> Self {
        let mut lock_set = Self::default();
        for operation in operations {
            let account_id = operation.account_id();
            lock_set.accounts.insert(account_id);
            lock_set.lots_of.insert(account_id);
            lock_set.claims.extend(operation.claim().map(|claim| claim_key(account_id, claim)));
            lock_set.spends.extend(operation.capped_key().map(|key| (key, account_id)));
        }
        lock_set
    }

    /// Whether it is nobody's.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Only what is of these accounts.
    #[must_use]
    pub fn only(mut self, accounts: &HashSet<AccountId>) -> Self {
        self.accounts.retain(|account_id| accounts.contains(account_id));
        self.lots_of.retain(|account_id| accounts.contains(account_id));
        self.claims.retain(|(account_id, ..)| accounts.contains(account_id));
        self.spends.retain(|_, account_id| accounts.contains(account_id));
        self
    }

    /// Adds what is of other accounts.
    pub fn extend(&mut self, others: Self) {
        self.accounts.extend(others.accounts);
        self.lots_of.extend(others.lots_of);
        self.claims.extend(others.claims);
        self.spends.extend(others.spends);
    }
}
