//! The cache of verified keys, bounded in memory. A key is valid until a change invalidates it or
//! its time is up.

mod batcher;
mod cache;
mod freshness;
mod identify;
mod imported;
mod loader;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};
use sqlx::PgPool;
use tokio::time::{Instant, timeout_at};

use self::batcher::Batcher;
use self::cache::KeyCache;
use self::freshness::{Freshness, Ttls};
use self::imported::ImportedShapes;
use self::loader::{BalanceLoader, KeyLoader, LookupResult};
use crate::clock::DatabaseClock;
use crate::domain::billing::AccountBalance;
use crate::domain::change::{FeedEvent, Invalidation};
use crate::domain::ids::AccountId;
use crate::domain::key::{KeyFormat, KeySecret};
use crate::gate::auth::caller::Caller;
use crate::gate::auth::failed_auth::FailedAuth;
use crate::gate::auth::last_used::LastUsed;
use crate::gate::limits::accounts::CachedAccounts;
use crate::gate::limits::limiter::RateLimits;
use crate::gate::settings::KeySettings;
use crate::secret::KeyDigest;
use crate::secret::peppers::{KeyDigests, Peppers};
use crate::storage::keys::Rehash;

pub use self::batcher::LookupError;

/// Longest wait of a request for the lookup of its key, including repeated lookups of a key that
/// changes meanwhile. It bounds the wait for a database that hangs and for a key that changes all
/// the time.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait of an answer for the account's current balance. After it, the answer shows the
/// cached one.
const BALANCE_TIMEOUT: Duration = Duration::from_millis(500);
/// Pause between two queries for networks with too many failures. A valid key among them waits this
/// long and is not refused. However many attempts arrive, they cost the database at most 200
/// queries a second.
const SUSPECT_PAUSE: Duration = Duration::from_millis(5);

/// Finds callers by their keys. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Keyring {
    peppers: Peppers,
    last_used: LastUsed,
    cache: Arc<KeyCache>,
    lookups: Batcher<KeyDigest, LookupResult>,
    /// Lookups for networks with too many failures. They wait for each other and delay no other
    /// lookup.
    suspect_lookups: Batcher<KeyDigest, LookupResult>,
    imported: ImportedShapes,
    balances: Batcher<AccountId, AccountBalance>,
    balance_max_age: Duration,
    failed_auth: FailedAuth,
    /// `gateway_auth_total` of accepted keys.
    accepted: Counter,
}

impl Keyring {
    /// Starts the tasks that query the database. Cached keys must be invalidated through
    /// [`Keyring::apply`]. Without a sign from the change feed they are valid for
    /// `disconnected_cache_ttl_ms` only.
    pub fn start(
        pool: PgPool,
        peppers: impl Into<Peppers>,
        keys: &KeySettings,
        limits: RateLimits,
        clock: DatabaseClock,
    ) -> Self {
        let freshness = Arc::new(Freshness::new(Ttls::new(keys)));
        let accounts = Arc::new(CachedAccounts::default());
        let balances = Batcher::start(BalanceLoader(pool.clone()), BALANCE_TIMEOUT, Duration::ZERO);
        let imported = ImportedShapes::start(pool.clone(), freshness.clone(), LOOKUP_TIMEOUT, SUSPECT_PAUSE);
        let loader =
            KeyLoader { pool, limits, accounts: accounts.clone(), freshness: freshness.clone(), clock };
        let lookups = Batcher::start(loader.clone(), LOOKUP_TIMEOUT, Duration::ZERO);
        let suspect_lookups = Batcher::start(loader, LOOKUP_TIMEOUT, SUSPECT_PAUSE);
        let cache = Arc::new(KeyCache::new(keys, accounts, freshness));
        Self {
            peppers: peppers.into(),
            last_used: LastUsed::new(keys.cache_size.get()),
            cache,
            lookups,
            suspect_lookups,
            imported,
            balances,
            balance_max_age: keys.balance_max_age,
            failed_auth: FailedAuth::new(keys),
            accepted: counter!("gateway_auth_total", "result" => "ok"),
        }
    }

    /// Returns the caller with this key, or `None` for an unknown key.
    ///
    /// # Errors
    /// When the cached state is outdated and the database cannot be reached.
    async fn find(&self, secret: &KeySecret, from: Option<IpAddr>) -> Result<Option<Caller>, LookupError> {
        if secret.format() == KeyFormat::Legacy && !self.imported.include(secret.shape()).await? {
            return Ok(None);
        }
        let digest = self.peppers.newest().digest(secret);
        if let Some(cached) = self.cache.cached(&digest) {
            return Ok(cached);
        }
        // A key that was valid a while ago is not a guess.
        let is_suspect = from.is_some_and(|address| self.failed_auth.are_too_many(address))
            && !self.cache.was_found(&digest);
        let digests = self.peppers.digests(secret);
        self.look_up(digests, if is_suspect { &self.suspect_lookups } else { &self.lookups }).await
    }

    async fn look_up(
        &self,
        digests: KeyDigests,
        lookups: &Batcher<KeyDigest, LookupResult>,
    ) -> Result<Option<Caller>, LookupError> {
        let deadline = Instant::now() + LOOKUP_TIMEOUT;
        // Keeps the outdated caller alive during the lookup. Without it the account's state would
        // be dropped, and would count as changed once more when it is read again.
        let mut outdated: Option<Option<Caller>> = None;
        loop {
            let loaded = timeout_at(deadline, self.load_digests(digests, lookups)).await;
            let timed_out =
                if outdated.is_some() { LookupError::KeepsChanging } else { LookupError::NoAnswer };
            let found = loaded.unwrap_or(Err(timed_out))?;
            let caller = found.caller.clone();
            // A change counted during the query may be missing from the result: look the key up
            // again.
            if self.cache.insert_if_current(digests.newest, found) {
                return Ok(caller);
            }
            outdated = Some(caller);
        }
    }

    /// Looks up a key under all digests that it may have, in one query. A key without a digest
    /// under the newest pepper gets one when it is used.
    async fn load_digests(
        &self,
        digests: KeyDigests,
        lookups: &Batcher<KeyDigest, LookupResult>,
    ) -> Result<LookupResult, LookupError> {
        let newest = lookups.load(digests.newest);
        let Some(previous) = digests.previous else { return newest.await };
        let (newest, previous) = tokio::join!(newest, lookups.load(previous));
        let (newest, previous) = (newest?, previous?);
        match (&newest.caller, previous.caller) {
            (None, Some(caller)) => {
                let pepper_version = self.peppers.newest().version();
                let caller = caller.to_be_rehashed(Rehash { digest: digests.newest, pepper_version });
                Ok(LookupResult { caller: Some(caller), start: previous.start })
            }
            _ => Ok(newest),
        }
    }

    /// Returns the recorded uses of keys that wait to be written.
    pub fn last_used(&self) -> &LastUsed {
        &self.last_used
    }

    /// Refreshes a caller's balance unless it was read a moment ago: a key may be cached for long,
    /// its balance may not. If the database does not answer in time, the cached balance stays.
    pub async fn refresh_balance(&self, caller: &Caller) {
        if !caller.account.balance_is_older_than(self.balance_max_age) {
            return;
        }
        let loaded = self.balances.load(caller.key.account_id);
        if let Ok(balance) = loaded.await {
            caller.account.cache_balance(balance);
        }
    }

    /// Applies an event of the change feed. Once this returns, no request is admitted by the state
    /// before the change.
    pub fn apply(&self, event: FeedEvent) {
        let (freshness, accounts) = (&self.cache.freshness, &self.cache.accounts);
        match event {
            FeedEvent::Current(at) => freshness.set_current(Instant::from_std(at)),
            // No key depends on it: plans that a new catalogue changes are changes of their own.
            FeedEvent::Invalidated(Invalidation::OfferSets) => {}
            FeedEvent::Invalidated(Invalidation::Everything) => {
                freshness.everything_changed(freshness.count_change())
            }
            FeedEvent::Invalidated(Invalidation::Account(id)) => {
                accounts.changed(id, freshness.count_change())
            }
            FeedEvent::Invalidated(Invalidation::AccountAndUnknown(id)) => {
                let change = freshness.count_change();
                freshness.key_created(change);
                accounts.changed(id, change);
            }
        }
    }
}

#[cfg(test)]
mod tests;
