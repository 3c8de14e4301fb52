//! Reads keys and balances from the database.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::PgPool;

use super::batcher::Load;
use super::freshness::{Asked, Freshness};
use crate::clock::DatabaseClock;
use crate::domain::billing::AccountBalance;
use crate::domain::caller::KeyRecord;
use crate::domain::ids::AccountId;
use crate::gate::auth::caller::Caller;
use crate::gate::limits::accounts::CachedAccounts;
use crate::gate::limits::limiter::RateLimits;
use crate::secret::KeyDigest;
use crate::storage::error::StorageError;
use crate::storage::keys::find_by_digest;
use crate::storage::ledger::balance::read_balances;

/// The caller with a digest, if there is one, and when the database was asked.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) caller: Option<Caller>,
    pub(super) asked: Asked,
}

#[derive(Clone)]
pub(super) struct KeyLoader {
    pub(super) pool: PgPool,
    pub(super) limits: RateLimits,
    pub(super) accounts: Arc<CachedAccounts>,
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
    /// Assigns the records of an answer to the digests that were asked for.
    pub(super) fn found(
        &self,
        asked: Asked,
        digests: &[KeyDigest],
        records: Vec<(KeyDigest, KeyRecord)>,
    ) -> HashMap<KeyDigest, Found> {
        let unknown = digests.iter().map(|digest| (*digest, Found { caller: None, asked }));
        let mut found: HashMap<_, _> = unknown.collect();
        for (digest, record) in records {
            let account = self.accounts.of(record.account_id, &record.balance, || self.freshness.change());
            let rate = self.limits.of(record.plan.rate_per_s, record.plan.burst);
            let caller = Caller::new(record, account, rate, self.clock.clone());
            found.insert(digest, Found { caller: Some(caller), asked });
        }
        found
    }
}

/// Reads the balances of accounts.
pub(super) struct BalanceLoader(pub(super) PgPool);

impl Load<AccountId, AccountBalance> for BalanceLoader {
    async fn load(&self, accounts: &[AccountId]) -> Result<HashMap<AccountId, AccountBalance>, StorageError> {
        let mut connection = self.0.acquire().await?;
        Ok(read_balances(&mut connection, accounts).await?.into_iter().collect())
    }
}
