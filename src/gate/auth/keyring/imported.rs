//! The formats of imported keys. A credential without the checksum of an issued format is looked up
//! only if some imported key has its format, so that garbage costs the database nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use sqlx::PgPool;

use super::batcher::{Batcher, Load, LookupError};
use super::freshness::{Freshness, LookupStart};
use crate::domain::key::KeyFormat;
use crate::storage::error::StorageError;
use crate::storage::keys::imported_shapes;

/// The formats, as last read. They are read again, once for all waiting requests, after a key is
/// created. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct ImportedShapes {
    read: Arc<RwLock<Option<Shapes>>>,
    lookups: Batcher<(), Shapes>,
    freshness: Arc<Freshness>,
}

#[derive(Clone, Debug)]
struct Shapes {
    shapes: Arc<[KeyFormat]>,
    start: LookupStart,
}

struct Loader {
    pool: PgPool,
    freshness: Arc<Freshness>,
}

impl Load<(), Shapes> for Loader {
    async fn load(&self, _: &[()]) -> Result<HashMap<(), Shapes>, StorageError> {
        let start = self.freshness.start_lookup();
        let mut connection = self.pool.acquire().await?;
        let shapes = imported_shapes(&mut connection).await?.into();
        Ok(HashMap::from([((), Shapes { shapes, start })]))
    }
}

impl ImportedShapes {
    /// Starts the task that reads the formats. A request waits for it for at most `wait`.
    /// The task pauses after each query.
    pub(super) fn start(pool: PgPool, freshness: Arc<Freshness>, wait: Duration, pause: Duration) -> Self {
        let loader = Loader { pool, freshness: freshness.clone() };
        Self { read: Arc::default(), lookups: Batcher::start(loader, wait, pause), freshness }
    }

    /// Whether some imported key has this format.
    ///
    /// # Errors
    /// When that is not cached and the database does not answer.
    pub(super) async fn include(&self, shape: KeyFormat) -> Result<bool, LookupError> {
        if let Some(cached) = self.cached() {
            return Ok(cached.shapes.contains(&shape));
        }
        let found = self.lookups.load(()).await?;
        // Read after the request arrived, so it holds for the request even if a key is created
        // meanwhile.
        let includes = found.shapes.contains(&shape);
        *self.read.write() = Some(found);
        Ok(includes)
    }

    fn cached(&self) -> Option<Shapes> {
        let read = self.read.read().clone();
        read.filter(|cached| {
            self.freshness.includes_new_keys(cached.start) && self.freshness.is_confirmed(cached.start)
        })
    }
}
