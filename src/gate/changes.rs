//! The order of changes: a count and no clock decides whether an answer shows a change.

use std::sync::atomic::{AtomicU64, Ordering};

/// The number of changes that this gateway has heard of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeCounter(u64);

impl ChangeCounter {
    /// After this many changes.
    pub const fn new(changes: u64) -> Self {
        Self(changes)
    }
}

/// The last change of something, as a [`ChangeCounter`]; many threads may read and move it.
#[derive(Debug, Default)]
pub struct LastChange(AtomicU64);

impl LastChange {
    /// Last changed at this count.
    pub const fn at(change: ChangeCounter) -> Self {
        Self(AtomicU64::new(change.0))
    }

    /// Notes a change; an older one never takes the place of a newer.
    pub fn changed(&self, change: ChangeCounter) {
        self.0.fetch_max(change.0, Ordering::AcqRel);
    }

    /// Whether what was asked for at this count shows the last change.
    pub fn is_shown_by(&self, change: ChangeCounter) -> bool {
        change.0 >= self.0.load(Ordering::Acquire)
    }
}
