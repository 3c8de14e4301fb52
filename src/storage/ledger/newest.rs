//! The newest batch of each epoch: what a restored ledger must contain to be the one that was
//! backed up.

use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::storage::error::StorageError;

/// The newest epochs that are compared. The chain of each is verified besides.
const EPOCHS: i64 = 1000;

/// The last batch of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, sqlx::FromRow)]
pub struct NewestBatch {
    pub epoch: i32,
    pub batch: i32,
    /// Hexadecimal.
    pub hash: String,
}

/// Returns the last batch of each of the newest epochs that have one.
pub async fn newest_batches(connection: &mut PgConnection) -> Result<Vec<NewestBatch>, StorageError> {
    Ok(sqlx::query_as(
        "select epoch.epoch, last.batch, encode(last.hash, 'hex') as hash
           from (select epoch from ledger_epoch order by epoch desc limit $1) epoch
          cross join lateral (select batch, hash from ledger_batch b where b.epoch = epoch.epoch
                               order by batch desc limit 1) last
          order by epoch.epoch",
    )
    .bind(EPOCHS)
    .fetch_all(connection)
    .await?)
}

/// Returns those of the batches that the ledger does not contain with the same hash.
pub async fn missing_batches(
    connection: &mut PgConnection,
    expected: &[NewestBatch],
) -> Result<Vec<NewestBatch>, StorageError> {
    let epochs: Vec<i32> = expected.iter().map(|newest| newest.epoch).collect();
    let batches: Vec<i32> = expected.iter().map(|newest| newest.batch).collect();
    let hashes: Vec<&str> = expected.iter().map(|newest| newest.hash.as_str()).collect();
    Ok(sqlx::query_as(
        "select expected.epoch, expected.batch, expected.hash
           from unnest($1::int[], $2::int[], $3::text[]) as expected (epoch, batch, hash)
          where not exists (select from ledger_batch b where b.epoch = expected.epoch and b.batch = expected.batch
                                and encode(b.hash, 'hex') = expected.hash)
          order by expected.epoch",
    )
    .bind(epochs)
    .bind(batches)
    .bind(hashes)
    .fetch_all(connection)
    .await?)
}
