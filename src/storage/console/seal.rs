//! The batch that seals an entry.

use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// A batch of entries and its hash, which covers them and the hash of the batch before.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SealedBatch {
    pub epoch: i32,
    pub batch: i32,
    pub hash: Vec<u8>,
}

/// Returns the batch of an entry.
pub async fn of_entry(
    connection: &mut PgConnection,
    account: AccountId,
    number: i64,
) -> Result<Option<SealedBatch>, StorageError> {
    let batch = sqlx::query_as(
        "select b.epoch, b.batch, b.hash
           from ledger_entry e join ledger_batch b on b.epoch = e.epoch and b.batch = e.batch
          where e.account_id = $1 and e.number = $2 limit 1",
    );
    Ok(batch.bind(account.as_uuid()).bind(number).fetch_optional(connection).await?)
}
