//! Verified keys, kept in bounded memory for a bounded time; misses of many requests share one query.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use quick_cache::sync::Cache;
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use crate::domain::caller::KeyRecord;
use crate::domain::ids::AccountId;
use crate::domain::key::KeySecret;
use crate::gate::account_live::AccountLive;
use crate::gate::caller::Caller;
use crate::gate::limiter::RateLimits;
use crate::secret::{KeyDigest, Pepper};
use crate::storage::error::StorageError;
use crate::storage::keys::find_by_digest;

/// Lookups that may wait for a query; more are refused.
const QUEUE: usize = 4096;
/// Keys that one query looks up at most.
const LOOKUP_BATCH: usize = 256;
/// Longest a request waits for its key to be looked up: a store that hangs must not hang its callers.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// Accounts the loader remembers before it looks for ones that nobody uses any more.
const FIRST_PRUNE: usize = 1024;

/// Finds callers by their keys. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Keyring {
    pepper: Pepper,
    cache: Arc<Cache<KeyDigest, Arc<Known>>>,
    trust: Duration,
    lookups: mpsc::Sender<Lookup>,
}

/// What was found under a digest, a key or nothing, and when.
#[derive(Debug)]
struct Known {
    caller: Option<Caller>,
    read_at: Instant,
}

#[derive(Debug)]
struct Lookup {
    digest: KeyDigest,
    reply: oneshot::Sender<Result<Arc<Known>, StoreInDoubt>>,
}

/// The store could not say whether the key is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store of keys cannot be asked")]
pub struct StoreInDoubt;

impl Keyring {
    /// Starts the task that looks keys up. `capacity` bounds the cache; a key is trusted for `trust` after it was read.
    pub fn start(pool: PgPool, pepper: Pepper, capacity: usize, trust: Duration, limits: RateLimits) -> Self {
        let (lookups, inbox) = mpsc::channel(QUEUE);
        let loader = Loader { pool, limits, accounts: HashMap::new(), prune_at: FIRST_PRUNE };
        tokio::spawn(loader.run(inbox));
        Self { pepper, cache: Arc::new(Cache::new(capacity)), trust, lookups }
    }

    /// The caller with this key, or `None` if there is no such key.
    pub async fn find(&self, secret: &KeySecret) -> Result<Option<Caller>, StoreInDoubt> {
        let digest = self.pepper.digest(secret);
        if let Some(known) = self.cache.get(&digest)
            && known.read_at.elapsed() < self.trust
        {
            return Ok(known.caller.clone());
        }
        let (reply, answer) = oneshot::channel();
        self.lookups.try_send(Lookup { digest, reply }).map_err(|_| StoreInDoubt)?;
        let answered = timeout(LONGEST_WAIT, answer).await.map_err(|_| StoreInDoubt)?;
        let known = answered.unwrap_or(Err(StoreInDoubt))?;
        let caller = known.caller.clone();
        self.cache.insert(digest, known);
        Ok(caller)
    }
}

/// Looks keys up, many with one query.
struct Loader {
    pool: PgPool,
    limits: RateLimits,
    /// One for each account in use, so that all its keys share its limits.
    accounts: HashMap<AccountId, Weak<AccountLive>>,
    prune_at: usize,
}

impl Loader {
    async fn run(mut self, mut inbox: mpsc::Receiver<Lookup>) {
        let mut lookups = Vec::new();
        while inbox.recv_many(&mut lookups, LOOKUP_BATCH).await > 0 {
            let mut digests: Vec<KeyDigest> = lookups.iter().map(|lookup| lookup.digest).collect();
            digests.sort_unstable_by_key(|digest| *digest.as_bytes());
            digests.dedup();
            // Read before the query is sent: what is known must never seem newer than it is.
            let read_at = Instant::now();
            let found = self.load(&digests).await.map_err(|error| {
                tracing::warn!(%error, keys = digests.len(), "keys could not be looked up");
                StoreInDoubt
            });
            for lookup in lookups.drain(..) {
                let known = match &found {
                    Ok(callers) => {
                        Ok(Arc::new(Known { caller: callers.get(&lookup.digest).cloned(), read_at }))
                    }
                    Err(in_doubt) => Err(*in_doubt),
                };
                let _ = lookup.reply.send(known);
            }
        }
    }

    async fn load(&mut self, digests: &[KeyDigest]) -> Result<HashMap<KeyDigest, Caller>, StorageError> {
        let mut connection = self.pool.acquire().await?;
        let records = find_by_digest(&mut connection, digests).await?;
        Ok(records.into_iter().map(|(digest, record)| (digest, self.caller(record))).collect())
    }

    fn caller(&mut self, record: KeyRecord) -> Caller {
        let known = self.accounts.get(&record.account_id).and_then(Weak::upgrade);
        let account = known.unwrap_or_else(|| Arc::new(AccountLive::new(record.standing.clone())));
        account.stands(record.standing.clone());
        self.accounts.insert(record.account_id, Arc::downgrade(&account));
        if self.accounts.len() > self.prune_at {
            self.accounts.retain(|_, account| account.strong_count() > 0);
            self.prune_at = (self.accounts.len() * 2).max(FIRST_PRUNE);
        }
        let rate = self.limits.of(record.plan.rate_per_s, record.plan.burst);
        Caller::new(record, account, rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::generate_pepper;

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_does_not_hang_its_callers() {
        // The inbox is kept, so that a lookup waits, and never read.
        let (lookups, _inbox) = mpsc::channel(1);
        let pepper = Pepper::parse(&generate_pepper(), 1).unwrap();
        let cache = Arc::new(Cache::new(1));
        let keyring = Keyring { pepper, cache, trust: Duration::from_secs(1), lookups };
        let key = KeySecret::parse(b"an-imported-key-for-tests-1").unwrap();
        let found = timeout(Duration::from_secs(60), keyring.find(&key)).await;
        assert!(matches!(found, Ok(Err(StoreInDoubt))), "still waiting after a minute");
    }
}
