//! Reads keys and balances from the database.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::PgPool;

use super::batcher::Load;
use super::freshness::{Freshness, LookupStart};
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

/// The caller with a digest, or `None` for an unknown key.
#[derive(Clone, Debug)]
pub(super) struct LookupResult {
    pub(super) caller: Option<Caller>,
    /// When the lookup began.
    pub(super) start: LookupStart,
}

#[derive(Clone)]
pub(super) struct KeyLoader {
    pub(super) pool: PgPool,
    pub(super) limits: RateLimits,
    pub(super) accounts: Arc<CachedAccounts>,
    pub(super) freshness: Arc<Freshness>,
    pub(super) clock: DatabaseClock,
}

impl Load<KeyDigest, LookupResult> for KeyLoader {
    async fn load(&self, digests: &[KeyDigest]) -> Result<HashMap<KeyDigest, LookupResult>, StorageError> {
        let start = self.freshness.start_lookup();
        let mut connection = self.pool.acquire().await?;
        let records = find_by_digest(&mut connection, digests).await?;
        Ok(self.found(start, digests, records))
    }
}

impl KeyLoader {
    /// Assigns the records of a result to the digests of the query.
    pub(super) fn found(
        &self,
        start: LookupStart,
        digests: &[KeyDigest],
        records: Vec<(KeyDigest, KeyRecord)>,
    ) -> HashMap<KeyDigest, LookupResult> {
        let unknown = digests.iter().map(|digest| (*digest, LookupResult { caller: None, start }));
        let mut found: HashMap<_, _> = unknown.collect();
        for (digest, record) in records {
            let account = self.accounts.of(record.account_id, &record.balance, || self.freshness.change());
            let rate = self.limits.of(record.plan.rate_per_s, record.plan.burst);
            let caller = Caller::new(record, account, rate, self.clock.clone());
            found.insert(digest, LookupResult { caller: Some(caller), start });
        }
        found
    }
}

pub(super) struct BalanceLoader(pub(super) PgPool);

impl Load<AccountId, AccountBalance> for BalanceLoader {
    async fn load(&self, accounts: &[AccountId]) -> Result<HashMap<AccountId, AccountBalance>, StorageError> {
        let mut connection = self.0.acquire().await?;
        Ok(read_balances(&mut connection, accounts).await?.into_iter().collect())
    }
}
