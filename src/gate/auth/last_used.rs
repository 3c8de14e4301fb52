//! When secrets were last used: recorded in memory once a minute each, written to the database in
//! batches.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use chrono::DateTime;
use parking_lot::{Mutex, MutexGuard};
use sqlx::PgPool;

use crate::domain::ids::KeyId;
use crate::storage::error::StorageError;
use crate::storage::keys::{Rehash, SecretUse, record_uses};

/// The most uses that one statement writes.
const FLUSH_AT_ONCE: usize = 5_000;

/// Uses that are not written yet. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LastUsed {
    waiting: Arc<Mutex<HashMap<(KeyId, i32), Use>>>,
    /// The most secrets that may wait. Uses of others are dropped and recorded again a minute
    /// later.
    most: usize,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    minute: i64,
    rehash: Option<Rehash>,
}

/// The last recorded use of a cached key. Only the first request of a minute does more than read a
/// number.
#[derive(Debug)]
pub struct UseMark {
    key_id: KeyId,
    version: i32,
    /// The latest recorded minute, counted from 1970. 0 before the first.
    minute: AtomicI64,
    rehash: Option<Rehash>,
}

impl UseMark {
    /// Returns the mark of a secret version, with the digest that it still lacks.
    pub fn new(key_id: KeyId, version: i32, rehash: Option<Rehash>) -> Self {
        Self { key_id, version, minute: AtomicI64::new(0), rehash }
    }
}

impl LastUsed {
    /// Starts empty. At most `most` secrets wait to be written.
    pub fn new(most: usize) -> Self {
        Self { waiting: Arc::default(), most }
    }

    /// Records a use in this minute, counted from 1970.
    pub fn note(&self, mark: &UseMark, minute: i64) {
        if mark.minute.load(Relaxed) < minute && mark.minute.fetch_max(minute, Relaxed) < minute {
            self.keep((mark.key_id, mark.version), Use { minute, rehash: mark.rehash });
        }
    }

    fn keep(&self, secret: (KeyId, i32), new: Use) {
        let mut waiting = self.waiting();
        if waiting.len() >= self.most && !waiting.contains_key(&secret) {
            return;
        }
        let known = waiting.entry(secret).or_insert(new);
        known.minute = known.minute.max(new.minute);
        known.rehash = known.rehash.or(new.rehash);
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<(KeyId, i32), Use>> {
        self.waiting.lock()
    }

    /// Writes the waiting uses. Those that cannot be written wait for the next flush.
    pub async fn flush(&self, pool: &PgPool) {
        let uses: Vec<_> = std::mem::take(&mut *self.waiting()).into_iter().collect();
        for (place, chunk) in uses.chunks(FLUSH_AT_ONCE).enumerate() {
            if let Err(error) = write(pool, chunk).await {
                tracing::warn!(%error, keys = uses.len(), "writing the last use of keys failed");
                uses.iter().skip(place * FLUSH_AT_ONCE).for_each(|(secret, used)| self.keep(*secret, *used));
                return;
            }
        }
    }
}

async fn write(pool: &PgPool, uses: &[((KeyId, i32), Use)]) -> Result<(), StorageError> {
    let written = uses.iter().filter_map(|((key_id, version), used)| {
        let at = DateTime::from_timestamp(used.minute.checked_mul(60)?, 0)?;
        Some(SecretUse { key_id: *key_id, version: *version, at, rehash: used.rehash })
    });
    record_uses(&mut *pool.acquire().await?, &written.collect::<Vec<_>>()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn mark(number: u128) -> UseMark {
        UseMark::new(KeyId::from_uuid(Uuid::from_u128(number)), 1, None)
    }

    fn noted(uses: &LastUsed) -> Vec<i64> {
        let mut minutes: Vec<_> = uses.waiting().values().map(|used| used.minute).collect();
        minutes.sort_unstable();
        minutes
    }

    #[test]
    fn a_key_is_noted_once_a_minute() {
        let (uses, key) = (LastUsed::new(10), mark(1));
        for minute in [7, 7, 7] {
            uses.note(&key, minute);
        }
        assert_eq!(noted(&uses), [7]);
        uses.waiting().clear();
        uses.note(&key, 7);
        assert_eq!(noted(&uses), Vec::<i64>::new(), "the first use of the minute is recorded");
        uses.note(&key, 8);
        assert_eq!(noted(&uses), [8]);
    }

    #[test]
    fn memory_is_bounded_and_waiting_keys_stay() {
        let uses = LastUsed::new(2);
        let keys: Vec<_> = (0..5).map(mark).collect();
        keys.iter().for_each(|key| uses.note(key, 1));
        assert_eq!(noted(&uses), [1, 1]);
        keys.iter().for_each(|key| uses.note(key, 2));
        assert_eq!(noted(&uses), [2, 2]);
    }

    proptest! {
        #[test]
        fn the_latest_minute_wins_in_any_order(minutes in proptest::collection::vec(1..1_000_i64, 1..50)) {
            let uses = LastUsed::new(10);
            // As when a key is read again and again: each time with a new mark.
            minutes.iter().for_each(|minute| uses.note(&mark(1), *minute));
            prop_assert_eq!(noted(&uses), vec![*minutes.iter().max().unwrap()]);
        }
    }
}
