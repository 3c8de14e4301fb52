//! The cached accounts, one for each account whose keys are in use.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use super::account::CachedAccount;
use crate::domain::billing::AccountBalance;
use crate::domain::ids::AccountId;
use crate::gate::change_count::ChangeCount;

/// Cached accounts before unused ones are removed for the first time.
const FIRST_PRUNE: usize = 1024;

/// The accounts in use. All keys of an account share its cached state.
#[derive(Debug, Default)]
pub struct CachedAccounts(Mutex<InUse>);

#[derive(Debug, Default)]
struct InUse {
    accounts: HashMap<AccountId, Weak<CachedAccount>>,
    prune_at: usize,
}

impl CachedAccounts {
    /// Returns the shared state of an account that was just read with this balance. A change of an
    /// account that was not in use may have passed unnoticed since the query, so its state counts
    /// as changed now, by `changes`.
    pub fn of(
        &self,
        id: AccountId,
        balance: &AccountBalance,
        changes: impl FnOnce() -> ChangeCount,
    ) -> Arc<CachedAccount> {
        let mut in_use = self.0.lock();
        if let Some(account) = in_use.accounts.get(&id).and_then(Weak::upgrade) {
            account.cache_balance(balance.clone());
            return account;
        }
        // Under the lock: a change that is counted later waits for the lock and reaches this
        // account.
        let account = Arc::new(CachedAccount::new(id, balance.clone(), changes()));
        in_use.accounts.insert(id, Arc::downgrade(&account));
        if in_use.accounts.len() > in_use.prune_at.max(FIRST_PRUNE) {
            in_use.accounts.retain(|_, account| account.strong_count() > 0);
            in_use.prune_at = in_use.accounts.len() * 2;
        }
        account
    }

    /// Records that an account or one of its keys has changed.
    pub fn changed(&self, id: AccountId, change: ChangeCount) {
        let in_use = self.0.lock();
        if let Some(account) = in_use.accounts.get(&id).and_then(Weak::upgrade) {
            account.last_change().changed(change);
        }
    }
}
