//! Answers of the last moments, given again without asking anew; many who ask for one share one look-up.

use std::hash::Hash;

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::{Cache, EntryAction, EntryResult};
use quick_cache::{DefaultHashBuilder, UnitWeighter, Weighter};

/// Values that are trusted for a while.
pub(super) struct Remembered<K, V, W = UnitWeighter> {
    kept: Cache<K, Kept<V>, W, DefaultHashBuilder>,
    ttl: TimeDelta,
}

/// A value and when it was looked up.
#[derive(Clone)]
pub(super) struct Kept<V> {
    pub(super) value: V,
    at: DateTime<Utc>,
}

impl<K: Eq + Hash + Clone, V: Clone> Remembered<K, V> {
    /// At most so many values.
    pub(super) fn at_most(values: usize, ttl: TimeDelta) -> Self {
        Self { kept: Cache::new(values), ttl }
    }
}

impl<K, V, W> Remembered<K, V, W>
where
    K: Eq + Hash + Clone,
    V: Clone,
    W: Weighter<K, Kept<V>> + Clone,
{
    /// At most so much weight; `likely` values are expected.
    pub(super) fn weighing(likely: usize, weight: u64, weighter: W, ttl: TimeDelta) -> Self {
        Self { kept: Cache::with_weighter(likely, weight, weighter), ttl }
    }

    /// The value that is remembered, or the one that `look_up` gives.
    pub(super) async fn get<E>(
        &self,
        key: &K,
        now: DateTime<Utc>,
        look_up: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        // The common case takes no write lock: thousands of requests a second may ask for one person.
        if let Some(kept) = self.kept.get(key).filter(|kept| self.is_fresh(kept, now)) {
            return Ok(kept.value);
        }
        let entry = self
            .kept
            .entry_async(key, |_, kept| {
                if self.is_fresh(kept, now) {
                    EntryAction::Retain(kept.value.clone())
                } else {
                    EntryAction::ReplaceWithGuard
                }
            })
            .await;
        match entry {
            EntryResult::Retained(value) => Ok(value),
            EntryResult::Vacant(place) | EntryResult::Replaced(place, _) => {
                let value = look_up.await?;
                // Refused only when the key was forgotten meanwhile; the value is as good for whoever asked before.
                let _ = place.insert(Kept { value: value.clone(), at: now });
                Ok(value)
            }
            EntryResult::Removed(..) | EntryResult::Timeout => look_up.await,
        }
    }

    /// Has the next who asks look it up, also where a look-up is under way.
    pub(super) fn forget(&self, key: &K) {
        self.kept.remove(key);
    }

    /// A clock that was set back must not keep values alive, so their age counts both ways.
    fn is_fresh(&self, kept: &Kept<V>, now: DateTime<Utc>) -> bool {
        (now - kept.at).abs() < self.ttl
    }
}
