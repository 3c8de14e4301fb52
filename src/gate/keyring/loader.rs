//! Reading keys and standings from the store.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sqlx::PgPool;

use super::batcher::Load;
use super::freshness::{Asked, Freshness, Tick};
use crate::clock::DatabaseClock;
use crate::domain::billing::AccountBalance;
use crate::domain::caller::KeyRecord;
use crate::domain::ids::AccountId;
use crate::gate::account_live::AccountLive;
use crate::gate::caller::Caller;
use crate::gate::limiter::RateLimits;
use crate::secret::KeyDigest;
use crate::storage::error::StorageError;
use crate::storage::keys::find_by_digest;
use crate::storage::ledger::standing::read_standings;

/// Accounts that are remembered before those are looked for that nobody uses any more.
const FIRST_PRUNE: usize = 1024;

/// What was found under a digest, a caller or nothing, and when it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) caller: Option<Caller>,
    pub(super) asked: Asked,
}

/// Reads keys.
#[derive(Clone)]
pub(super) struct KeyLoader {
    pub(super) pool: PgPool,
    pub(super) limits: RateLimits,
    pub(super) accounts: Arc<Accounts>,
    pub(super) freshness: Arc<Freshness>,
    pub(super) clock: DatabaseClock,
}

impl Load<KeyDigest, Found> for KeyLoader {
    async fn load(&self, digests: &[KeyDigest]) -> Result<HashMap<KeyDigest, Found>, StorageError> {
        let asked = self.freshness.asking();
        let mut connection = self.pool.acquire().await?;
        let records = find_by_digest(&mut connection, digests).await?;
        Ok(self.found(asked, digests, records))
    }
}

impl KeyLoader {
    /// What the store's answer says of each digest.
    pub(super) fn found(
        &self,
        asked: Asked,
        digests: &[KeyDigest],
        records: Vec<(KeyDigest, KeyRecord)>,
    ) -> HashMap<KeyDigest, Found> {
        let nobody = digests.iter().map(|digest| (*digest, Found { caller: None, asked }));
        let mut found: HashMap<_, _> = nobody.collect();
        for (digest, record) in records {
            let account = self.accounts.of(record.account_id, &record.standing, &self.freshness);
            let rate = self.limits.of(record.plan.rate_per_s, record.plan.burst);
            let caller = Caller::new(record, account, rate, self.clock.clone());
            found.insert(digest, Found { caller: Some(caller), asked });
        }
        found
    }
}

/// Reads where accounts stand.
pub(super) struct StandingLoader(pub(super) PgPool);

impl Load<AccountId, AccountBalance> for StandingLoader {
    async fn load(&self, accounts: &[AccountId]) -> Result<HashMap<AccountId, AccountBalance>, StorageError> {
        let mut connection = self.0.acquire().await?;
        Ok(read_standings(&mut connection, accounts).await?.into_iter().collect())
    }
}

/// The accounts in use, so that all keys of one share what is remembered of it.
#[derive(Debug, Default)]
pub(super) struct Accounts(Mutex<Live>);

#[derive(Debug, Default)]
struct Live {
    accounts: HashMap<AccountId, Weak<AccountLive>>,
    prune_at: usize,
}

impl Accounts {
    /// The account, of which was just read that it stands so. One that was not in use until now may have changed since
    /// it was asked for, and nobody could be told: it counts as changed now.
    pub(super) fn of(
        &self,
        id: AccountId,
        standing: &AccountBalance,
        freshness: &Freshness,
    ) -> Arc<AccountLive> {
        let mut live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = live.accounts.get(&id).and_then(Weak::upgrade) {
            account.stands(standing.clone());
            return account;
        }
        // Under the lock: a change that is counted later is told to this account, because it waits for the lock.
        let account = Arc::new(AccountLive::new(standing.clone(), freshness.tick()));
        live.accounts.insert(id, Arc::downgrade(&account));
        if live.accounts.len() > live.prune_at.max(FIRST_PRUNE) {
            live.accounts.retain(|_, account| account.strong_count() > 0);
            live.prune_at = live.accounts.len() * 2;
        }
        account
    }

    /// Notes that an account or one of its keys has changed.
    pub(super) fn changed(&self, id: AccountId, tick: Tick) {
        let live = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = live.accounts.get(&id).and_then(Weak::upgrade) {
            account.last_change().changed(tick);
        }
    }
}
