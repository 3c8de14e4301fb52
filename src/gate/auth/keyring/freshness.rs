//! How long what was read of a key may be believed.
//!
//! Two things end belief. A change that the gateway is told of ends it at once, for whatever was asked for before the
//! change was known: the order of events decides, and no clock. Time ends it in any case: soon when the gateway has not
//! heard for a while that nothing changed, and after the longest trust when it has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::gate::changes::{ChangeCounter, LastChange};
use crate::gate::settings::KeySettings;

/// When a question was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// After which change.
    pub(super) change: ChangeCounter,
    /// At what time.
    pub(super) at: Instant,
}

/// How long to believe, from the settings.
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

/// What this gateway knows of changes.
#[derive(Debug)]
pub(super) struct Freshness {
    trust: Trust,
    started_at: Instant,
    /// Milliseconds after the start up to which every change is known.
    current_ms: AtomicU64,
    change: AtomicU64,
    /// The last change that concerned every key.
    everything: LastChange,
    /// The last time that a key was made.
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

    /// Now, for a question that is about to be asked. Its answer must never seem newer than it is.
    pub(super) fn asking(&self) -> Asked {
        Asked { change: self.change(), at: Instant::now() }
    }

    /// The last change that is known.
    pub(super) fn change(&self) -> ChangeCounter {
        ChangeCounter::new(self.change.load(Ordering::Acquire))
    }

    /// Counts a change. Whoever asks from now on sees it, because it was committed before it was told.
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

    /// Notes that every change before this instant is known.
    pub(super) fn is_current(&self, at: Instant) {
        let after_start = at.saturating_duration_since(self.started_at);
        let after_start = u64::try_from(after_start.as_millis()).unwrap_or(u64::MAX);
        self.current_ms.fetch_max(after_start, Ordering::AcqRel);
    }

    /// Whether an answer about a key shows every change that is known.
    pub(super) fn shows_changes(&self, asked: Asked, account: &LastChange) -> bool {
        self.everything.is_shown_by(asked.change) && account.is_shown_by(asked.change)
    }

    /// Whether an answer that there is no such key shows every change that is known.
    pub(super) fn shows_new_keys(&self, asked: Asked) -> bool {
        self.unknown.is_shown_by(asked.change)
    }

    /// Whether time still lets an answer about a key be believed. `share`, of 255, is the part of the last quarter of the
    /// longest trust that this key gets, so that keys that were read together are not read together again.
    pub(super) fn is_in_time(&self, asked: Asked, share: u8) -> bool {
        let age = asked.at.elapsed();
        let quarter = self.trust.longest / 4;
        if age >= quarter * 3 + quarter * u32::from(share) / 255 {
            return false;
        }
        self.is_vouched_for(asked)
    }

    /// Whether what was asked for is young, or nothing can have changed since without being heard.
    pub(super) fn is_vouched_for(&self, asked: Asked) -> bool {
        asked.at.elapsed() < self.trust.unheard || self.current_at().elapsed() < self.trust.unheard
    }

    /// Whether time still lets an answer be believed that there is no such key.
    pub(super) fn is_unknown_in_time(&self, asked: Asked) -> bool {
        asked.at.elapsed() < self.trust.unknown
    }

    fn current_at(&self) -> Instant {
        self.started_at + Duration::from_millis(self.current_ms.load(Ordering::Acquire))
    }
}
