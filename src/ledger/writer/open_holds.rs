//! The batches with open holds: a recovery starts at the oldest.

use std::collections::BTreeMap;

use tokio::time::Instant;

/// Open holds by the batch that made them.
#[derive(Debug, Default)]
pub(crate) struct OpenHolds(BTreeMap<i32, Opened>);

/// The open holds of one batch.
#[derive(Debug)]
struct Opened {
    count: u32,
    at: Instant,
}

impl OpenHolds {
    /// Counts a new hold of `batch`.
    pub(crate) fn opened(&mut self, batch: i32) {
        self.0.entry(batch).or_insert_with(|| Opened { count: 0, at: Instant::now() }).count += 1;
    }

    /// Counts the end of a hold of `batch`.
    pub(crate) fn ended(&mut self, batch: i32) {
        if let Some(opened) = self.0.get_mut(&batch) {
            opened.count -= 1;
            if opened.count == 0 {
                self.0.remove(&batch);
            }
        }
    }

    /// The oldest batch with an open hold, or `otherwise`.
    pub(crate) fn oldest_or(&self, otherwise: i32) -> i32 {
        self.0.first_key_value().map_or(otherwise, |(batch, _)| *batch)
    }

    /// Since when the oldest hold is open.
    pub(crate) fn oldest_at(&self) -> Option<Instant> {
        self.0.first_key_value().map(|(_, opened)| opened.at)
    }

    /// Removes all holds, when their epoch was closed.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_oldest_batch_is_known_with_its_time_until_its_last_hold_ends() {
        let mut open = OpenHolds::default();
        let (first, second) = (Instant::now(), Instant::now() + Duration::from_secs(2));
        assert_eq!((open.oldest_or(9), open.oldest_at()), (9, None));
        open.opened(3);
        open.opened(3);
        tokio::time::advance(Duration::from_secs(2)).await;
        open.opened(4);
        open.ended(3);
        assert_eq!((open.oldest_or(9), open.oldest_at()), (3, Some(first)));
        open.ended(3);
        assert_eq!((open.oldest_or(9), open.oldest_at()), (4, Some(second)));
    }
}
