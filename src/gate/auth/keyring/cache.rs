//! The cached keys, valid and unknown, and which of them may still be used.

use std::sync::Arc;

use metrics::{Counter, counter};
use quick_cache::sync::Cache;

use super::freshness::{Freshness, LookupStart};
use super::loader::LookupResult;
use crate::gate::auth::caller::Caller;
use crate::gate::limits::accounts::CachedAccounts;
use crate::gate::settings::KeySettings;
use crate::secret::KeyDigest;

#[derive(Debug)]
pub(super) struct KeyCache {
    pub(super) keys: Cache<KeyDigest, CachedKey>,
    /// The negative cache. It is separate, so that a flood of guesses does not evict valid keys.
    unknown_keys: Cache<KeyDigest, LookupStart>,
    pub(super) accounts: Arc<CachedAccounts>,
    pub(super) freshness: Arc<Freshness>,
    counters: Counters,
}

#[derive(Clone, Debug)]
pub(super) struct CachedKey {
    caller: Caller,
    /// When the lookup that found it began.
    start: LookupStart,
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

impl KeyCache {
    pub(super) fn new(
        settings: &KeySettings,
        accounts: Arc<CachedAccounts>,
        freshness: Arc<Freshness>,
    ) -> Self {
        Self {
            keys: Cache::new(settings.cache_size.get()),
            unknown_keys: Cache::new(settings.negative_cache_size.get()),
            accounts,
            freshness,
            counters: Counters::new(),
        }
    }

    /// Whether the last lookup of the key found it.
    pub(super) fn was_found(&self, digest: &KeyDigest) -> bool {
        self.keys.contains_key(digest)
    }

    /// Returns the cached result that may still be used: a caller, or `Some(None)` for an unknown
    /// key.
    pub(super) fn cached(&self, digest: &KeyDigest) -> Option<Option<Caller>> {
        if let Some(cached) = self.keys.get(digest) {
            let share = digest.as_bytes()[0];
            if self.includes_changes(&cached) && self.freshness.is_unexpired(cached.start, share) {
                self.counters.hit.increment(1);
                return Some(Some(cached.caller));
            }
            self.counters.stale.increment(1);
            return None;
        }
        if let Some(start) = self.unknown_keys.get(digest)
            && self.freshness.includes_new_keys(start)
            && self.freshness.is_unknown_unexpired(start)
        {
            self.counters.hit_unknown.increment(1);
            return Some(None);
        }
        self.counters.miss.increment(1);
        None
    }

    /// Caches a lookup's result if it includes every change counted so far, and returns whether it
    /// does.
    pub(super) fn insert_if_current(&self, digest: KeyDigest, found: LookupResult) -> bool {
        match found.caller {
            Some(caller) => {
                let key = CachedKey { caller, start: found.start };
                let is_current = self.includes_changes(&key);
                if is_current {
                    self.unknown_keys.remove(&digest);
                    self.keys.insert(digest, key);
                }
                is_current
            }
            None => {
                let is_current = self.freshness.includes_new_keys(found.start);
                if is_current {
                    self.keys.remove(&digest);
                    self.unknown_keys.insert(digest, found.start);
                }
                is_current
            }
        }
    }

    fn includes_changes(&self, key: &CachedKey) -> bool {
        self.freshness.includes_changes(key.start, key.caller.account.last_change())
    }
}
