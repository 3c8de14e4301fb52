//! Answers of the last moments, given again without asking anew; many who ask for one share one look-up.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::{Cache, EntryAction, EntryResult};
use quick_cache::{DefaultHashBuilder, UnitWeighter, Weighter};

/// Values that are trusted for a while.
pub(super) struct TtlCache<K, V, E, W = UnitWeighter> {
    kept: Cache<K, Kept<V, E>, W, DefaultHashBuilder>,
    ttl: TimeDelta,
    /// Look-ups that failed so far.
    failures: AtomicU64,
}

/// How a look-up ended.
#[derive(Clone)]
pub(super) enum Kept<V, E> {
    /// With a value, at that instant.
    Value { value: V, at: DateTime<Utc> },
    /// As the n-th that failed: for those who waited for it, and for nobody who asks later.
    Failure { error: E, number: u64 },
}

impl<K: Eq + Hash + Clone, V: Clone, E: Clone> TtlCache<K, V, E> {
    /// At most so many values.
    pub(super) fn at_most(values: usize, ttl: TimeDelta) -> Self {
        Self { kept: Cache::new(values), ttl, failures: AtomicU64::new(0) }
    }
}

impl<K, V, E, W> TtlCache<K, V, E, W>
where
    K: Eq + Hash + Clone,
    V: Clone,
    E: Clone,
    W: Weighter<K, Kept<V, E>> + Clone,
{
    /// At most so much weight; `likely` values are expected.
    pub(super) fn weighing(likely: usize, weight: u64, weighter: W, ttl: TimeDelta) -> Self {
        let kept = Cache::with_weighter(likely, weight, weighter);
        Self { kept, ttl, failures: AtomicU64::new(0) }
    }

    /// The value that is remembered, or the one that `look_up` gives. Whoever waits for the look-up of another shares its
    /// failure too: trying one after another, the last of them would wait for as many failures.
    pub(super) async fn get(
        &self,
        key: &K,
        now: DateTime<Utc>,
        look_up: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        // The common case takes no write lock: thousands of requests a second may ask for one person.
        if let Some(Kept::Value { value, at }) = self.kept.get(key)
            && self.is_fresh(at, now)
        {
            return Ok(value);
        }
        // Boxed, so that those who are answered at once do not carry the size of a look-up.
        Box::pin(self.look_up(key, now, look_up)).await
    }

    /// The value that another has looked up meanwhile, or the one that `look_up` gives.
    async fn look_up(
        &self,
        key: &K,
        now: DateTime<Utc>,
        look_up: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let failures_before = self.failures.load(Ordering::Relaxed);
        let entry = self
            .kept
            .entry_async(key, |_, kept| match kept {
                Kept::Value { value, at } if self.is_fresh(*at, now) => {
                    EntryAction::Retain(Ok(value.clone()))
                }
                Kept::Failure { error, number } if *number > failures_before => {
                    EntryAction::Retain(Err(error.clone()))
                }
                _ => EntryAction::ReplaceWithGuard,
            })
            .await;
        let place = match entry {
            EntryResult::Retained(outcome) => return outcome,
            EntryResult::Vacant(place) | EntryResult::Replaced(place, _) => place,
            EntryResult::Removed(..) | EntryResult::Timeout => return look_up().await,
        };
        let outcome = look_up().await;
        let kept = match outcome.clone() {
            Ok(value) => Kept::Value { value, at: now },
            Err(error) => Kept::Failure { error, number: self.failures.fetch_add(1, Ordering::Relaxed) + 1 },
        };
        // Refused only when the key was forgotten meanwhile; the outcome is as good for whoever asked before.
        let _ = place.insert(kept);
        outcome
    }

    /// Has the next who asks look it up, also where a look-up is under way.
    pub(super) fn forget(&self, key: &K) {
        self.kept.remove(key);
    }

    /// A clock that was set back must not keep values alive, so their age counts both ways.
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

    /// Remembers nothing but failures: every look-up takes its time and ends with its number.
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
    async fn whoever_waits_for_a_look_up_shares_its_failure_within_its_time() {
        let failing = Failing::new();
        let begun = Instant::now();
        let ended = join_all((0..100).map(|_| failing.get())).await;
        assert_eq!(ended, vec![Err(0); 100]);
        assert_eq!(begun.elapsed(), ONE_TRY);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_asks_after_a_failure_tries_anew() {
        let failing = Failing::new();
        assert_eq!(failing.get().await, Err(0));
        assert_eq!(failing.get().await, Err(1));
        let values = failing.cache.get(&7, NOW, async || Ok(())).await;
        assert_eq!(values, Ok(()));
        assert_eq!(failing.get().await, Ok(()), "the value that followed the failures is remembered");
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_leaves_hands_the_look_up_on() {
        let failing = Failing::new();
        let leaves = tokio::time::timeout(ONE_TRY / 5, failing.get());
        let (left, stays) = tokio::join!(leaves, failing.get());
        assert!(left.is_err());
        assert_eq!(stays, Err(1));
    }
}
