//! How long a cached key may be used.
//!
//! Two things end it. A change ends it as soon as the gateway learns of it, for every lookup that
//! began before: the order of events decides, not a clock. Time ends it in any case: soon if the
//! gateway has no recent proof that nothing changed, and after the longest trust if it has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::gate::changes::{ChangeCounter, LastChange};
use crate::gate::settings::KeySettings;

/// When a lookup began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The last change known at that moment.
    pub(super) change: ChangeCounter,
    pub(super) at: Instant,
}

/// How long cached answers are valid, from the settings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trust {
    longest: Duration,
    unheard: Duration,
    unknown: Duration,
}

impl Trust {
    pub(super) const fn new(keys: &KeySettings) -> Self {
        Self { longest: keys.trust, unheard: keys.unheard_trust, unknown: keys.unknown_trust }
    }
}

/// Which changes this gateway knows.
#[derive(Debug)]
pub(super) struct Freshness {
    trust: Trust,
    started_at: Instant,
    /// Milliseconds from the start to the instant up to which every change is known.
    current_ms: AtomicU64,
    change: AtomicU64,
    /// The last change that concerns every key.
    everything: LastChange,
    /// The last creation of a key.
    unknown: LastChange,
}

impl Freshness {
    pub(super) fn new(trust: Trust) -> Self {
        Self {
            trust,
            started_at: Instant::now(),
            current_ms: AtomicU64::new(0),
            change: AtomicU64::new(0),
            everything: LastChange::default(),
            unknown: LastChange::default(),
        }
    }

    /// Marks the beginning of a lookup. It is taken before the query, so an answer never counts as
    /// newer than it is.
    pub(super) fn asking(&self) -> Asked {
        Asked { change: self.change(), at: Instant::now() }
    }

    pub(super) fn change(&self) -> ChangeCounter {
        ChangeCounter::new(self.change.load(Ordering::Acquire))
    }

    /// Counts a change. A lookup that begins after this sees it, because it was committed before it
    /// was announced.
    pub(super) fn count_change(&self) -> ChangeCounter {
        ChangeCounter::new(self.change.fetch_add(1, Ordering::AcqRel) + 1)
    }

    pub(super) fn everything_changed(&self, change: ChangeCounter) {
        self.everything.changed(change);
        self.unknown.changed(change);
    }

    pub(super) fn key_was_made(&self, change: ChangeCounter) {
        self.unknown.changed(change);
    }

    /// Records that every change before this instant is known.
    pub(super) fn is_current(&self, at: Instant) {
        let after_start = at.saturating_duration_since(self.started_at);
        let after_start = u64::try_from(after_start.as_millis()).unwrap_or(u64::MAX);
        self.current_ms.fetch_max(after_start, Ordering::AcqRel);
    }

    /// Whether a cached key shows every known change.
    pub(super) fn shows_changes(&self, asked: Asked, account: &LastChange) -> bool {
        self.everything.is_shown_by(asked.change) && account.is_shown_by(asked.change)
    }

    /// Whether a cached "unknown key" shows every known change.
    pub(super) fn shows_new_keys(&self, asked: Asked) -> bool {
        self.unknown.is_shown_by(asked.change)
    }

    /// Whether a cached key is young enough. `share`, of 255, is the part of the last quarter of
    /// the longest trust that this key gets, so that keys that were read together do not expire
    /// together.
    pub(super) fn is_in_time(&self, asked: Asked, share: u8) -> bool {
        let age = asked.at.elapsed();
        let quarter = self.trust.longest / 4;
        if age >= quarter * 3 + quarter * u32::from(share) / 255 {
            return false;
        }
        self.is_vouched_for(asked)
    }

    /// Whether the lookup is recent, or the change feed proves that nothing has changed since.
    pub(super) fn is_vouched_for(&self, asked: Asked) -> bool {
        asked.at.elapsed() < self.trust.unheard || self.current_at().elapsed() < self.trust.unheard
    }

    /// Whether a cached "unknown key" is young enough.
    pub(super) fn is_unknown_in_time(&self, asked: Asked) -> bool {
        asked.at.elapsed() < self.trust.unknown
    }

    fn current_at(&self) -> Instant {
        self.started_at + Duration::from_millis(self.current_ms.load(Ordering::Acquire))
    }
}
