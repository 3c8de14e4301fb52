//! The cache of verified keys, bounded in memory. A key is valid until a change invalidates it or
//! its time is up.

mod batcher;
mod freshness;
mod identify;
mod imported;
mod loader;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, counter};
use quick_cache::sync::Cache;
use sqlx::PgPool;
use tokio::time::{Instant, timeout_at};

use self::batcher::Batcher;
use self::freshness::{Asked, Freshness, Trust};
use self::imported::ImportedShapes;
use self::loader::{Found, KeyLoader, StandingLoader};
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

pub use self::batcher::StoreInDoubt;

/// Longest wait of a request for the lookup of its key, including repeated lookups of a key that
/// changes meanwhile. It bounds the wait for a database that hangs and for a key that changes all
/// the time.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Longest wait of an answer for the account's current balance. After it, the answer shows the
/// cached one.
const LONGEST_WAIT_FOR_STANDING: Duration = Duration::from_millis(500);
/// Pause between two queries for networks with too many failures. A valid key among them waits this
/// long and is not refused. However many attempts arrive, they cost the database at most 200
/// queries a second.
const SUSPECT_PAUSE: Duration = Duration::from_millis(5);

/// Finds callers by their keys. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Keyring {
    peppers: Peppers,
    last_used: LastUsed,
    shared: Arc<Shared>,
    lookups: Batcher<KeyDigest, Found>,
    /// Lookups for networks with too many failures. They wait for each other and delay no other
    /// lookup.
    suspect_lookups: Batcher<KeyDigest, Found>,
    imported: ImportedShapes,
    standings: Batcher<AccountId, AccountBalance>,
    standing_trust: Duration,
    failed_auth: FailedAuth,
    /// `gateway_auth_total` of accepted keys.
    accepted: Counter,
}

#[derive(Debug)]
struct Shared {
    known: Cache<KeyDigest, Known>,
    /// The negative cache. It is separate, so that a flood of guesses does not evict valid keys.
    unknown: Cache<KeyDigest, Asked>,
    accounts: Arc<CachedAccounts>,
    freshness: Arc<Freshness>,
    counters: Counters,
}

#[derive(Clone, Debug)]
struct Known {
    caller: Caller,
    asked: Asked,
}

#[derive(Debug)]
struct Counters {
    hit: Counter,
    hit_unknown: Counter,
    stale: Counter,
    miss: Counter,
}

impl Counters {
    fn new() -> Self {
        let of = |result: &'static str| counter!("gateway_auth_cache_total", "result" => result);
        Self { hit: of("hit"), hit_unknown: of("hit_unknown"), stale: of("stale"), miss: of("miss") }
    }
}

impl Keyring {
    /// Starts the tasks that query the database. Cached keys must be invalidated through
    /// [`Keyring::apply`]. Without a sign from the change feed they are valid for `unheard_trust_ms`
    /// only.
    pub fn start(
        pool: PgPool,
        peppers: impl Into<Peppers>,
        keys: &KeySettings,
        limits: RateLimits,
        clock: DatabaseClock,
    ) -> Self {
        let freshness = Arc::new(Freshness::new(Trust::new(keys)));
        let accounts = Arc::new(CachedAccounts::default());
        let standings =
            Batcher::start(StandingLoader(pool.clone()), LONGEST_WAIT_FOR_STANDING, Duration::ZERO);
        let pool_of_shapes = pool.clone();
        let loader =
            KeyLoader { pool, limits, accounts: accounts.clone(), freshness: freshness.clone(), clock };
        let imported = ImportedShapes::start(pool_of_shapes, freshness.clone(), LONGEST_WAIT, SUSPECT_PAUSE);
        let lookups = Batcher::start(loader.clone(), LONGEST_WAIT, Duration::ZERO);
        let suspect_lookups = Batcher::start(loader, LONGEST_WAIT, SUSPECT_PAUSE);
        let shared = Shared {
            known: Cache::new(keys.cache_size.get()),
            unknown: Cache::new(keys.unknown_cache_size.get()),
            accounts,
            freshness,
            counters: Counters::new(),
        };
        let accepted = counter!("gateway_auth_total", "result" => "ok");
        let (shared, failed_auth) = (Arc::new(shared), FailedAuth::new(keys));
        let (peppers, last_used) = (peppers.into(), LastUsed::new(keys.cache_size.get()));
        Self {
            peppers,
            last_used,
            shared,
            lookups,
            suspect_lookups,
            imported,
            standings,
            standing_trust: keys.standing_trust,
            failed_auth,
            accepted,
        }
    }

    /// Returns the caller with this key, or `None` for an unknown key.
    ///
    /// # Errors
    /// When the cached state cannot be trusted and the database cannot be reached.
    async fn find(&self, secret: &KeySecret, from: Option<IpAddr>) -> Result<Option<Caller>, StoreInDoubt> {
        if secret.format() == KeyFormat::Legacy && !self.imported.include(secret.shape()).await? {
            return Ok(None);
        }
        let digest = self.peppers.newest().digest(secret);
        if let Some(remembered) = self.shared.remembered(&digest) {
            return Ok(remembered);
        }
        // A key that was valid a while ago is not a guess.
        let is_suspect = from.is_some_and(|address| self.failed_auth.are_too_many(address))
            && !self.shared.known.contains_key(&digest);
        let digests = self.peppers.digests(secret);
        self.look_up(digests, if is_suspect { &self.suspect_lookups } else { &self.lookups }).await
    }

    async fn look_up(
        &self,
        digests: KeyDigests,
        lookups: &Batcher<KeyDigest, Found>,
    ) -> Result<Option<Caller>, StoreInDoubt> {
        let deadline = Instant::now() + LONGEST_WAIT;
        // Keeps the outdated caller alive during the lookup. Without it the account's state would
        // be dropped, and would count as changed once more when it is read again.
        let mut outdated: Option<Option<Caller>> = None;
        loop {
            let asking = timeout_at(deadline, self.ask(digests, lookups)).await;
            let doubt = if outdated.is_some() { StoreInDoubt::Changing } else { StoreInDoubt::Silent };
            let found = asking.unwrap_or(Err(doubt))?;
            let caller = found.caller.clone();
            // The answer may miss a change that was announced meanwhile. Then the key is looked up
            // again.
            if self.shared.remember(digests.newest, found) {
                return Ok(caller);
            }
            outdated = Some(caller);
        }
    }

    /// Looks up a key under all digests that it may have, in one query. A key without a digest
    /// under the newest pepper gets one when it is used.
    async fn ask(
        &self,
        digests: KeyDigests,
        lookups: &Batcher<KeyDigest, Found>,
    ) -> Result<Found, StoreInDoubt> {
        let newest = lookups.ask(digests.newest);
        let Some(previous) = digests.previous else { return newest.await };
        let (newest, previous) = tokio::join!(newest, lookups.ask(previous));
        let (newest, previous) = (newest?, previous?);
        match (&newest.caller, previous.caller) {
            (None, Some(caller)) => {
                let pepper_version = self.peppers.newest().version();
                let caller = caller.to_be_rehashed(Rehash { digest: digests.newest, pepper_version });
                Ok(Found { caller: Some(caller), asked: previous.asked })
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
    pub async fn ask_standing(&self, caller: &Caller) {
        if !caller.account.standing_is_older_than(self.standing_trust) {
            return;
        }
        let asked = self.standings.ask(caller.key.account_id);
        if let Ok(standing) = asked.await {
            caller.account.stands(standing);
        }
    }

    /// Applies an event of the change feed. Once this returns, no request is admitted by the state
    /// before the change.
    pub fn apply(&self, event: FeedEvent) {
        let (freshness, accounts) = (&self.shared.freshness, &self.shared.accounts);
        match event {
            FeedEvent::Current(at) => freshness.is_current(Instant::from_std(at)),
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
                freshness.key_was_made(change);
                accounts.changed(id, change);
            }
        }
    }
}

impl Shared {
    /// Returns the cached result that may still be used: a caller, or `Some(None)` for an unknown
    /// key.
    fn remembered(&self, digest: &KeyDigest) -> Option<Option<Caller>> {
        if let Some(known) = self.known.get(digest) {
            let share = digest.as_bytes()[0];
            if self.shows_changes(&known) && self.freshness.is_in_time(known.asked, share) {
                self.counters.hit.increment(1);
                return Some(Some(known.caller));
            }
            self.counters.stale.increment(1);
            return None;
        }
        if let Some(asked) = self.unknown.get(digest)
            && self.freshness.shows_new_keys(asked)
            && self.freshness.is_unknown_in_time(asked)
        {
            self.counters.hit_unknown.increment(1);
            return Some(None);
        }
        self.counters.miss.increment(1);
        None
    }

    /// Caches a lookup's result if it shows every change known by now, and returns whether it does.
    fn remember(&self, digest: KeyDigest, found: Found) -> bool {
        match found.caller {
            Some(caller) => {
                let known = Known { caller, asked: found.asked };
                let is_true = self.shows_changes(&known);
                if is_true {
                    self.unknown.remove(&digest);
                    self.known.insert(digest, known);
                }
                is_true
            }
            None => {
                let is_true = self.freshness.shows_new_keys(found.asked);
                if is_true {
                    self.known.remove(&digest);
                    self.unknown.insert(digest, found.asked);
                }
                is_true
            }
        }
    }

    fn shows_changes(&self, known: &Known) -> bool {
        self.freshness.shows_changes(known.asked, known.caller.account.last_change())
    }
}
