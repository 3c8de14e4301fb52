//! A cache of recent lookups. Concurrent requests for one key share a lookup.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::{Cache, EntryAction, EntryResult};
use quick_cache::{DefaultHashBuilder, UnitWeighter, Weighter};

/// A cache of values that expire.
pub(super) struct TtlCache<K, V, E, W = UnitWeighter> {
    entries: Cache<K, CacheEntry<V, E>, W, DefaultHashBuilder>,
    ttl: TimeDelta,
    /// The number of failed lookups so far.
    failures: AtomicU64,
}

/// The outcome of a lookup.
#[derive(Clone)]
pub(super) enum CacheEntry<V, E> {
    /// With a value, at this instant.
    Value { value: V, at: DateTime<Utc> },
    /// As the n-th failure. It is shared by the requests that waited for it, not with later ones.
    Failure { error: E, number: u64 },
}

impl<K: Eq + Hash + Clone, V: Clone, E: Clone> TtlCache<K, V, E> {
    /// Holds at most this number of values.
    pub(super) fn at_most(values: usize, ttl: TimeDelta) -> Self {
        Self { entries: Cache::new(values), ttl, failures: AtomicU64::new(0) }
    }
}

impl<K, V, E, W> TtlCache<K, V, E, W>
where
    K: Eq + Hash + Clone,
    V: Clone,
    E: Clone,
    W: Weighter<K, CacheEntry<V, E>> + Clone,
{
    /// Holds values up to this total weight. `likely` is the expected number of values.
    pub(super) fn weighing(likely: usize, weight: u64, weighter: W, ttl: TimeDelta) -> Self {
        let entries = Cache::with_weighter(likely, weight, weighter);
        Self { entries, ttl, failures: AtomicU64::new(0) }
    }

    /// Returns the cached value, or the one that `look_up` returns. Requests that wait for
    /// another's lookup share its failure too: if each tried in turn, the last would wait for every
    /// failure before it.
    pub(super) async fn get(
        &self,
        key: &K,
        now: DateTime<Utc>,
        look_up: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        // The common case takes no write lock: thousands of requests a second may ask for one
        // person.
        if let Some(CacheEntry::Value { value, at }) = self.entries.get(key)
            && self.is_fresh(at, now)
        {
            return Ok(value);
        }
        // Boxed, so that cached answers do not carry the size of a lookup.
        Box::pin(self.look_up(key, now, look_up)).await
    }

    /// Returns the value that another request has looked up meanwhile, or the one that `look_up`
    /// returns.
    async fn look_up(
        &self,
        key: &K,
        now: DateTime<Utc>,
        look_up: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let failures_before = self.failures.load(Ordering::Relaxed);
        let slot = self
            .entries
            .entry_async(key, |_, entry| match entry {
                CacheEntry::Value { value, at } if self.is_fresh(*at, now) => {
                    EntryAction::Retain(Ok(value.clone()))
                }
                CacheEntry::Failure { error, number } if *number > failures_before => {
                    EntryAction::Retain(Err(error.clone()))
                }
                _ => EntryAction::ReplaceWithGuard,
            })
            .await;
        let place = match slot {
            EntryResult::Retained(outcome) => return outcome,
            EntryResult::Vacant(place) | EntryResult::Replaced(place, _) => place,
            EntryResult::Removed(..) | EntryResult::Timeout => return look_up().await,
        };
        let outcome = look_up().await;
        let entry = match outcome.clone() {
            Ok(value) => CacheEntry::Value { value, at: now },
            Err(error) => {
                CacheEntry::Failure { error, number: self.failures.fetch_add(1, Ordering::Relaxed) + 1 }
            }
        };
        // Fails only if the key was removed meanwhile. The outcome is still valid for earlier
        // requests.
        let _ = place.insert(entry);
        outcome
    }

    /// Makes the next request look the key up, even if a lookup is running.
    pub(super) fn remove(&self, key: &K) {
        self.entries.remove(key);
    }

    /// Age counts in both directions: a clock that was set back must not keep values alive.
    fn is_fresh(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        (now - at).abs() < self.ttl
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;
    use tokio::time::{Instant, sleep};

    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const ONE_TRY: Duration = Duration::from_secs(5);

    /// Only fails: every lookup takes its time and returns its number as an error.
    struct Failing {
        cache: TtlCache<u8, (), u64>,
        look_ups: AtomicU64,
    }

    impl Failing {
        fn new() -> Self {
            Self { cache: TtlCache::at_most(10, TimeDelta::seconds(2)), look_ups: AtomicU64::new(0) }
        }

        async fn get(&self) -> Result<(), u64> {
            let look_up = async || {
                let number = self.look_ups.fetch_add(1, Ordering::Relaxed);
                sleep(ONE_TRY).await;
                Err(number)
            };
            self.cache.get(&7, NOW, look_up).await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_that_wait_for_a_lookup_share_its_failure() {
        let failing = Failing::new();
        let begun = Instant::now();
        let ended = join_all((0..100).map(|_| failing.get())).await;
        assert_eq!(ended, vec![Err(0); 100]);
        assert_eq!(begun.elapsed(), ONE_TRY);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_after_a_failure_tries_again() {
        let failing = Failing::new();
        assert_eq!(failing.get().await, Err(0));
        assert_eq!(failing.get().await, Err(1));
        let values = failing.cache.get(&7, NOW, async || Ok(())).await;
        assert_eq!(values, Ok(()));
        assert_eq!(failing.get().await, Ok(()), "the value after the failures is cached");
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancelled_request_passes_the_lookup_on() {
        let failing = Failing::new();
        let leaves = tokio::time::timeout(ONE_TRY / 5, failing.get());
        let (left, stays) = tokio::join!(leaves, failing.get());
        assert!(left.is_err());
        assert_eq!(stays, Err(1));
    }
}
