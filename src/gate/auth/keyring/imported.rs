//! Which shapes imported keys have on this service. A credential without the checksum of an issued format is looked up only
//! where some imported key looks like it: elsewhere garbage costs the store nothing.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use sqlx::PgPool;

use super::batcher::{Batcher, Load, StoreInDoubt};
use super::freshness::{Asked, Freshness};
use crate::domain::key::KeyFormat;
use crate::storage::error::StorageError;
use crate::storage::keys::imported_shapes;

/// The shapes, as last read. They are read again, once for all who wait, when a key was made since. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct ImportedShapes {
    read: Arc<RwLock<Option<Shapes>>>,
    lookups: Batcher<(), Shapes>,
    freshness: Arc<Freshness>,
}

#[derive(Clone, Debug)]
struct Shapes {
    shapes: Arc<[KeyFormat]>,
    asked: Asked,
}

struct Loader {
    pool: PgPool,
    freshness: Arc<Freshness>,
}

impl Load<(), Shapes> for Loader {
    async fn load(&self, _: &[()]) -> Result<HashMap<(), Shapes>, StorageError> {
        let asked = self.freshness.asking();
        let mut connection = self.pool.acquire().await?;
        let shapes = imported_shapes(&mut connection).await?.into();
        Ok(HashMap::from([((), Shapes { shapes, asked })]))
    }
}

impl ImportedShapes {
    /// Starts the task that reads them; nobody waits for it longer than `wait`, and it pauses after each reading.
    pub(super) fn start(pool: PgPool, freshness: Arc<Freshness>, wait: Duration, pause: Duration) -> Self {
        let loader = Loader { pool, freshness: freshness.clone() };
        Self { read: Arc::default(), lookups: Batcher::start(loader, wait, pause), freshness }
    }

    /// Whether some imported key has this shape.
    ///
    /// # Errors
    /// When that is not known and the store does not answer.
    pub(super) async fn include(&self, shape: KeyFormat) -> Result<bool, StoreInDoubt> {
        if let Some(known) = self.believed() {
            return Ok(known.shapes.contains(&shape));
        }
        let found = self.lookups.ask(()).await?;
        // Asked after the request came, so it holds for the request even where a key was made meanwhile.
        let includes = found.shapes.contains(&shape);
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(includes)
    }

    fn believed(&self) -> Option<Shapes> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner).clone();
        read.filter(|known| {
            self.freshness.shows_new_keys(known.asked) && self.freshness.is_vouched_for(known.asked)
        })
    }
}
