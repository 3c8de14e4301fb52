//! The cached accounts, one for each account whose keys are in use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::account::CachedAccount;
use crate::domain::billing::AccountBalance;
use crate::domain::ids::AccountId;
use crate::gate::changes::ChangeCounter;

/// Accounts that are remembered before those are looked for that nobody uses any more.
const FIRST_PRUNE: usize = 1024;

/// The accounts in use, so that all keys of one share what is remembered of it.
#[derive(Debug, Default)]
pub struct CachedAccounts(Mutex<InUse>);

#[derive(Debug, Default)]
struct InUse {
    accounts: HashMap<AccountId, Weak<CachedAccount>>,
    prune_at: usize,
}

impl CachedAccounts {
    /// The account, of which was just read that it stands so. One that was not in use until now may have changed since
    /// it was asked for, unnoticed: it counts as changed now, by `changes`.
    pub fn of(
        &self,
        id: AccountId,
        balance: &AccountBalance,
        changes: impl FnOnce() -> ChangeCounter,
    ) -> Arc<CachedAccount> {
        let mut in_use = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = in_use.accounts.get(&id).and_then(Weak::upgrade) {
            account.remember_balance(balance.clone());
            return account;
        }
        // Under the lock: a change that is counted later is told to this account, because it waits for the lock.
        let account = Arc::new(CachedAccount::new(id, balance.clone(), changes()));
        in_use.accounts.insert(id, Arc::downgrade(&account));
        if in_use.accounts.len() > in_use.prune_at.max(FIRST_PRUNE) {
            in_use.accounts.retain(|_, account| account.strong_count() > 0);
            in_use.prune_at = in_use.accounts.len() * 2;
        }
        account
    }

    /// Notes that an account or one of its keys has changed.
    pub fn changed(&self, id: AccountId, change: ChangeCounter) {
        let in_use = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = in_use.accounts.get(&id).and_then(Weak::upgrade) {
            account.last_change().changed(change);
        }
    }
}
