//! The answers to management changes with an `Idempotency-Key`.

use sqlx::PgConnection;

use super::error::{RowRef, StorageError};
use crate::ledger::rules::claim_record::IDEMPOTENCY_RETENTION;
use crate::ledger::rules::hold::IdempotencyClaim;

pub const MAX_BODY_BYTES: usize = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub status: u16,
    /// The location of the created or changed resource.
    pub location: String,
    /// The body. `None` if it contained a secret or was too large.
    pub body: Option<Vec<u8>>,
}

/// What happened earlier under an `Idempotency-Key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing that is still kept. The key is claimed until the transaction ends.
    Nothing,
    /// Another transaction is using the key.
    InProgress,
    /// A different request was answered.
    Another,
    /// The same request was answered.
    Answered(KeptAnswer),
}

#[derive(sqlx::FromRow)]
struct AnswerRow {
    fingerprint: Vec<u8>,
    status: i16,
    location: String,
    body: Option<Vec<u8>>,
}

/// Claims an `Idempotency-Key` for the current transaction.
pub async fn claim(connection: &mut PgConnection, claim: &IdempotencyClaim) -> Result<Before, StorageError> {
    let (is_claimed,): (bool,) =
        sqlx::query_as("select pg_try_advisory_xact_lock(hashtextextended($1 || encode($2, 'hex'), 0))")
            .bind(claim.environment_id.as_uuid().to_string())
            .bind(claim.key_hash.as_slice())
            .fetch_one(&mut *connection)
            .await?;
    if !is_claimed {
        return Ok(Before::InProgress);
    }
    let known: Option<AnswerRow> = sqlx::query_as(
        "select fingerprint, status, location, body from change_answer
          where environment_id = $1 and key_hash = $2 and answered_at > now() - $3::interval",
    )
    .bind(claim.environment_id.as_uuid())
    .bind(claim.key_hash.as_slice())
    .bind(IDEMPOTENCY_RETENTION)
    .fetch_optional(connection)
    .await?;
    Ok(match known {
        None => Before::Nothing,
        Some(row) if row.fingerprint != claim.fingerprint => Before::Another,
        Some(AnswerRow { status, location, body, .. }) => {
            let status = RowRef::new("change_answer", claim.environment_id).convert("status", status)?;
            Before::Answered(KeptAnswer { status, location, body })
        }
    })
}

/// Stores the answer to a change, in the transaction that claimed its key and makes the change.
pub async fn store(
    connection: &mut PgConnection,
    claim: &IdempotencyClaim,
    answer: &KeptAnswer,
) -> Result<(), StorageError> {
    let status = i16::try_from(answer.status).map_err(|_| StorageError::Invalid("a status of an answer"))?;
    sqlx::query(
        "insert into change_answer (environment_id, key_hash, fingerprint, answered_at, status, location, body)
         values ($1, $2, $3, now(), $4, $5, $6)
             on conflict (environment_id, key_hash) do update
            set (fingerprint, answered_at, status, location, body)
              = (excluded.fingerprint, excluded.answered_at, excluded.status, excluded.location, excluded.body)",
    )
    .bind(claim.environment_id.as_uuid())
    .bind(claim.key_hash.as_slice())
    .bind(claim.fingerprint.as_slice())
    .bind(status)
    .bind(&answer.location)
    .bind(&answer.body)
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes answers that are no longer kept, at most `limit`. Returns the number deleted.
pub async fn delete_old(connection: &mut PgConnection, limit: i64) -> Result<u64, StorageError> {
    let deleted = sqlx::query(
        "delete from change_answer where (environment_id, key_hash) in (
             select environment_id, key_hash from change_answer
              where answered_at <= now() - $2::interval order by answered_at limit $1 for update skip locked)",
    )
    .bind(limit)
    .bind(IDEMPOTENCY_RETENTION)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
