//! Word frequencies, as the directory last counted them.

use std::sync::Arc;

use parking_lot::RwLock;
use sqlx::PgPool;

use crate::people::rarity::Rarity;
use crate::storage::directory::words::load_rarity;
use crate::storage::error::StorageError;

/// One count of the words, with its version.
pub(super) struct Words {
    pub(super) version: i64,
    pub(super) rarity: Rarity,
}

/// The newest count that this gateway has read.
pub(super) struct KnownWords {
    newest: RwLock<Arc<Words>>,
    /// Held during a read, so that concurrent requests read the words once.
    reading: tokio::sync::Mutex<()>,
}

impl KnownWords {
    pub(super) fn none_yet() -> Self {
        let none = Words { version: -1, rarity: Rarity::default() };
        Self { newest: RwLock::new(Arc::new(none)), reading: tokio::sync::Mutex::new(()) }
    }

    pub(super) fn newest(&self) -> Arc<Words> {
        Arc::clone(&self.newest.read())
    }

    /// Returns the newest count. Reads it if the cached one is older than `version`.
    pub(super) async fn at_least(&self, version: i64, pool: &PgPool) -> Result<Arc<Words>, StorageError> {
        if self.newest().version >= version {
            return Ok(self.newest());
        }
        let _turn = self.reading.lock().await;
        let known = self.newest();
        if known.version >= version {
            return Ok(known);
        }
        let (version, rarity) = load_rarity(pool).await?;
        let read = Arc::new(Words { version, rarity });
        *self.newest.write() = Arc::clone(&read);
        Ok(read)
    }
}
