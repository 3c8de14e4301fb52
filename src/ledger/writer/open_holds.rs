//! The batches with open holds: a recovery starts at the oldest.

use std::collections::BTreeMap;

/// Counts of open holds by the batch that made them.
#[derive(Debug, Default)]
pub(crate) struct OpenHolds(BTreeMap<i32, u32>);

impl OpenHolds {
    /// Counts a new hold of `batch`.
    pub(crate) fn opened(&mut self, batch: i32) {
        *self.0.entry(batch).or_default() += 1;
    }

    /// Counts the end of a hold of `batch`.
    pub(crate) fn ended(&mut self, batch: i32) {
        if let Some(count) = self.0.get_mut(&batch) {
            *count -= 1;
            if *count == 0 {
                self.0.remove(&batch);
            }
        }
    }

    /// The oldest batch with an open hold, or `otherwise`.
    pub(crate) fn oldest_or(&self, otherwise: i32) -> i32 {
        self.0.first_key_value().map_or(otherwise, |(batch, _)| *batch)
    }

    /// Removes all holds, when their epoch was closed.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
