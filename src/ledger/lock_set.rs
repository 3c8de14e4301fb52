//! The rows that a batch writes, and waits for when another session has locked them.

use std::collections::{HashMap, HashSet};

use crate::domain::ids::{AccountId, KeyId};
use crate::ledger::rules::claim_record::{ClaimKey, claim_key};
use crate::ledger::rules::operation::Operation;
use crate::ledger::rules::plain::PlainWork;

/// Rows of accounts that a batch writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockSet {
    /// Rows of `ledger_account`.
    pub accounts: HashSet<AccountId>,
    /// Accounts whose lots may be written.
    pub lots_of: HashSet<AccountId>,
    /// Idempotency records.
    pub claims: HashSet<ClaimKey>,
    /// The spending of keys with caps.
    pub spends: HashMap<KeyId, AccountId>,
}

impl LockSet {
    /// The rows that plain operations write.
    pub fn of_plain_work(work: &PlainWork) -> Self {
        let settled = work.settlements.iter().map(|plain| plain.settle().hold.account_id);
        let held = work.holds.iter().map(|request| request.account_id);
        Self { accounts: settled.chain(held).collect(), ..Self::default() }
    }

    /// The rows that ordered operations write.
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

    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Keeps the rows of these accounts.
    #[must_use]
    pub fn only(mut self, accounts: &HashSet<AccountId>) -> Self {
        self.accounts.retain(|account_id| accounts.contains(account_id));
        self.lots_of.retain(|account_id| accounts.contains(account_id));
        self.claims.retain(|(account_id, ..)| accounts.contains(account_id));
        self.spends.retain(|_, account_id| accounts.contains(account_id));
        self
    }

    /// Adds the rows of another set.
    pub fn extend(&mut self, others: Self) {
        self.accounts.extend(others.accounts);
        self.lots_of.extend(others.lots_of);
        self.claims.extend(others.claims);
        self.spends.extend(others.spends);
    }
}
