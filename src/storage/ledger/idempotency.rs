//! Deletes idempotency records whose keys may be used again.

use sqlx::PgConnection;

use crate::storage::error::StorageError;

/// Deletes at most `limit` expired records. Returns the number deleted.
pub async fn delete_expired(connection: &mut PgConnection, limit: i64) -> Result<u64, StorageError> {
    let deleted = sqlx::query(
        "delete from ledger_idempotency
          where (account_id, environment_id, key_hash) in (
              select account_id, environment_id, key_hash from ledger_idempotency
               where expires_at <= now() order by expires_at limit $1 for update skip locked)",
    )
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
