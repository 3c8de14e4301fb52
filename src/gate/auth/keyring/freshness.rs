//! How long a cached key may be used.
//!
//! Two things end it. A change ends it as soon as the gateway learns of it, for every lookup that
//! began before: the order of events decides, not a clock. Time ends it in any case: soon if the
//! gateway has no recent proof that nothing changed, and after the whole lifetime if it has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::gate::change_count::{ChangeCount, LastChange};
use crate::gate::settings::KeySettings;

/// The beginning of a lookup. Its result includes every change counted before.
#[derive(Clone, Copy, Debug)]
pub(super) struct LookupStart {
    /// Changes counted by then.
    pub(super) change: ChangeCount,
    pub(super) at: Instant,
}

/// How long cached answers are valid, from the settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ttls {
    connected: Duration,
    disconnected: Duration,
    unknown: Duration,
}

impl Ttls {
    pub(super) const fn new(keys: &KeySettings) -> Self {
        Self {
            connected: keys.cache_ttl,
            disconnected: keys.disconnected_cache_ttl,
            unknown: keys.negative_cache_ttl,
        }
    }
}

/// The changes that this gateway has seen.
#[derive(Debug)]
pub(super) struct Freshness {
    ttls: Ttls,
    started_at: Instant,
    /// Milliseconds from the start to the instant up to which every change has been seen.
    current_ms: AtomicU64,
    change: AtomicU64,
    /// The last change that invalidates every key.
    last_full_invalidation: LastChange,
    /// The last creation of a key.
    last_key_creation: LastChange,
}

impl Freshness {
    pub(super) fn new(ttls: Ttls) -> Self {
        Self {
            ttls,
            started_at: Instant::now(),
            current_ms: AtomicU64::new(0),
            change: AtomicU64::new(0),
            last_full_invalidation: LastChange::default(),
            last_key_creation: LastChange::default(),
        }
    }

    /// Marks the beginning of a lookup. Called before the query, so that a result never counts as
    /// newer than it is.
    pub(super) fn start_lookup(&self) -> LookupStart {
        LookupStart { change: self.change(), at: Instant::now() }
    }

    pub(super) fn change(&self) -> ChangeCount {
        ChangeCount::new(self.change.load(Ordering::Acquire))
    }

    /// Counts a change. A lookup that begins after this sees it, because it was committed before it
    /// was announced.
    pub(super) fn count_change(&self) -> ChangeCount {
        ChangeCount::new(self.change.fetch_add(1, Ordering::AcqRel) + 1)
    }

    pub(super) fn everything_changed(&self, change: ChangeCount) {
        self.last_full_invalidation.changed(change);
        self.last_key_creation.changed(change);
    }

    pub(super) fn key_created(&self, change: ChangeCount) {
        self.last_key_creation.changed(change);
    }

    /// Records that every change before this instant has been seen.
    pub(super) fn set_current(&self, at: Instant) {
        let after_start = at.saturating_duration_since(self.started_at);
        let after_start = u64::try_from(after_start.as_millis()).unwrap_or(u64::MAX);
        self.current_ms.fetch_max(after_start, Ordering::AcqRel);
    }

    /// Whether the lookup of a cached key includes every counted change.
    pub(super) fn includes_changes(&self, start: LookupStart, account: &LastChange) -> bool {
        self.last_full_invalidation.is_counted_in(start.change) && account.is_counted_in(start.change)
    }

    /// Whether the lookup of an unknown key includes every key created so far.
    pub(super) fn includes_new_keys(&self, start: LookupStart) -> bool {
        self.last_key_creation.is_counted_in(start.change)
    }

    /// Whether a cached key is young enough. `share`, of 255, is the part of the last quarter of
    /// the longest trust that this key gets, so that keys that were read together do not expire
    /// together.
    pub(super) fn is_unexpired(&self, start: LookupStart, share: u8) -> bool {
        let age = start.at.elapsed();
        let quarter = self.ttls.connected / 4;
        if age >= quarter * 3 + quarter * u32::from(share) / 255 {
            return false;
        }
        self.is_confirmed(start)
    }

    /// Whether the lookup is recent, or the change feed proves that nothing has changed since.
    pub(super) fn is_confirmed(&self, start: LookupStart) -> bool {
        start.at.elapsed() < self.ttls.disconnected || self.current_at().elapsed() < self.ttls.disconnected
    }

    /// Whether the lookup of an unknown key is young enough.
    pub(super) fn is_unknown_unexpired(&self, start: LookupStart) -> bool {
        start.at.elapsed() < self.ttls.unknown
    }

    fn current_at(&self) -> Instant {
        self.started_at + Duration::from_millis(self.current_ms.load(Ordering::Acquire))
    }
}
