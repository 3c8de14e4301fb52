//! The order of changes and lookups. A count decides whether a lookup includes a change; no clock
//! does.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many changes this gateway had seen at some moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeCount(u64);

impl ChangeCount {
    pub const fn new(changes: u64) -> Self {
        Self(changes)
    }
}

/// The count at the last change of an account, or of another part of the cache.
#[derive(Debug, Default)]
pub struct LastChange(AtomicU64);

impl LastChange {
    /// Last changed at this count.
    pub const fn at(change: ChangeCount) -> Self {
        Self(AtomicU64::new(change.0))
    }

    /// Records a change. An older one never replaces a newer.
    pub fn changed(&self, change: ChangeCount) {
        self.0.fetch_max(change.0, Ordering::AcqRel);
    }

    /// Whether the last change was counted by then, so that a lookup that began at `count` includes
    /// it.
    pub fn is_counted_in(&self, count: ChangeCount) -> bool {
        count.0 >= self.0.load(Ordering::Acquire)
    }
}
