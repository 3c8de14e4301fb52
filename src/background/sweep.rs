//! The sweep: releases what dead gateways left open, and keeps limiters from growing.

use chrono::TimeDelta;
use sqlx::PgPool;

use crate::storage::error::StorageError;
use crate::storage::ledger::close_stale_epochs;

/// Closes the epochs of gateways that have been silent for `silence`, releasing their open holds.
pub async fn sweep_holds(pool: &PgPool, silence: TimeDelta) {
    match try_sweep(pool, silence).await {
        Ok(0) => {}
        Ok(released) => tracing::warn!(released, "released the holds of a gateway that died"),
        Err(error) => tracing::warn!(%error, "the sweep of open holds failed; it will be tried again"),
    }
}

async fn try_sweep(pool: &PgPool, silence: TimeDelta) -> Result<usize, SweepError> {
    let mut connection = pool.acquire().await.map_err(StorageError::from)?;
    Ok(close_stale_epochs(&mut connection, silence).await?)
}

#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Ledger(#[from] crate::ledger::store::StoreError),
}
