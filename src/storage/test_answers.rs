//! Idempotency records of test environments. They move no credits, so they are separate from the
//! ledger, whose rules they follow.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};

use super::claim_record::{AnswerColumns, ClaimRecordRow};
use super::error::{RowRef, StorageError};
use crate::domain::ids::{AccountId, CallId};
use crate::ledger::rules::claim_record::{IDEMPOTENCY_RETENTION, decide_existing_claim};
use crate::ledger::rules::hold::{AnswerContent, DeclineReason, IdempotencyClaim};

/// The most records of one account. Beyond it, the oldest are deleted.
const MAX_PER_ACCOUNT: i64 = 500;

/// A call of a test environment with an idempotency key.
#[derive(Clone, Debug)]
pub struct TestCall {
    pub call_id: CallId,
    pub account_id: AccountId,
    /// The idempotency key, and the digest of the request.
    pub claim: IdempotencyClaim,
}

/// A record and the time at which it was read.
#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    record: ClaimRecordRow,
    read_at: DateTime<Utc>,
}

impl Row {
    /// Decides a call that claims the key of this record.
    fn decide(self, call: &TestCall) -> Result<Option<DeclineReason>, StorageError> {
        let record = self.record.read(&RowRef::new("test_answer", call.call_id))?;
        Ok(decide_existing_claim(&record, &call.claim, self.read_at))
    }
}

/// Claims the key for a call, or returns what an existing record means for it. `lease` is how long
/// a running call blocks others.
pub async fn claim(
    connection: &mut PgConnection,
    call: &TestCall,
    lease: TimeDelta,
) -> Result<Option<DeclineReason>, StorageError> {
    let mut transaction = connection.begin().await?;
    // The existing record is locked, so that only one of two calls runs.
    let known: Row = sqlx::query_as(
        "insert into test_answer
                (environment_id, key_hash, account_id, fingerprint, call_id, state, lease_until, expires_at)
         values ($1, $2, $3, $4, $5, 'running', now() + $6, now() + $7)
             on conflict (environment_id, key_hash) do update set key_hash = excluded.key_hash
         returning fingerprint, call_id, state, lease_until, expires_at, status, media_type, headers, body, tells_billing,
                   now() as read_at",
    )
    .bind(call.claim.environment_id.as_uuid())
    .bind(call.claim.key_hash.to_vec())
    .bind(call.account_id.as_uuid())
    .bind(call.claim.fingerprint.to_vec())
    .bind(call.call_id.as_uuid())
    .bind(lease)
    .bind(IDEMPOTENCY_RETENTION)
    .fetch_one(&mut *transaction)
    .await?;
    let is_new = known.record.call_id == call.call_id.as_uuid();
    if !is_new {
        if let Some(reason) = known.decide(call)? {
            transaction.rollback().await?;
            return Ok(Some(reason));
        }
        take_over(&mut transaction, call, lease).await?;
    }
    transaction.commit().await?;
    if is_new {
        delete_oldest(connection, call.account_id).await?;
    }
    Ok(None)
}

async fn take_over(
    connection: &mut PgConnection,
    call: &TestCall,
    lease: TimeDelta,
) -> Result<(), StorageError> {
    sqlx::query(
        "update test_answer
            set fingerprint = $3, call_id = $4, state = 'running', lease_until = now() + $5, expires_at = now() + $6,
                status = null, media_type = null, headers = null, body = null
          where environment_id = $1 and key_hash = $2",
    )
    .bind(call.claim.environment_id.as_uuid())
    .bind(call.claim.key_hash.to_vec())
    .bind(call.claim.fingerprint.to_vec())
    .bind(call.call_id.as_uuid())
    .bind(lease)
    .bind(IDEMPOTENCY_RETENTION)
    .execute(connection)
    .await?;
    Ok(())
}

/// Stores the answer of a call that claimed its key. Returns false if another call has taken the
/// key over.
pub async fn store(
    connection: &mut PgConnection,
    call: &TestCall,
    content: Option<&AnswerContent>,
) -> Result<bool, StorageError> {
    let columns = AnswerColumns::of(content);
    let kept = sqlx::query(
        "update test_answer
            set state = 'captured', status = $4, media_type = $5, body = $6, tells_billing = $7, headers = $8
          where environment_id = $1 and key_hash = $2 and call_id = $3 and state = 'running'",
    )
    .bind(call.claim.environment_id.as_uuid())
    .bind(call.claim.key_hash.to_vec())
    .bind(call.call_id.as_uuid())
    .bind(columns.status)
    .bind(columns.media_type)
    .bind(columns.body)
    .bind(columns.tells_billing)
    .bind(columns.headers)
    .execute(connection)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Releases the key of a call for another attempt.
pub async fn release(connection: &mut PgConnection, call: &TestCall) -> Result<(), StorageError> {
    sqlx::query(
        "update test_answer set state = 'released'
          where environment_id = $1 and key_hash = $2 and call_id = $3 and state = 'running'",
    )
    .bind(call.claim.environment_id.as_uuid())
    .bind(call.claim.key_hash.to_vec())
    .bind(call.call_id.as_uuid())
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns what an existing record means for a call, and changes nothing.
pub async fn look_up(
    connection: &mut PgConnection,
    call: &TestCall,
) -> Result<Option<DeclineReason>, StorageError> {
    let known: Option<Row> = sqlx::query_as(
        "select fingerprint, call_id, state, lease_until, expires_at, status, media_type, headers, body, tells_billing,
                now() as read_at
           from test_answer where environment_id = $1 and key_hash = $2",
    )
    .bind(call.claim.environment_id.as_uuid())
    .bind(call.claim.key_hash.to_vec())
    .fetch_optional(connection)
    .await?;
    known.map_or(Ok(None), |known| known.decide(call))
}

/// Deletes an account's records beyond its limit.
async fn delete_oldest(connection: &mut PgConnection, account_id: AccountId) -> Result<(), StorageError> {
    sqlx::query(
        "delete from test_answer
          where account_id = $1 and state <> 'running'
            and expires_at <= (select expires_at from test_answer where account_id = $1
                                order by expires_at desc offset $2 limit 1)",
    )
    .bind(account_id.as_uuid())
    .bind(MAX_PER_ACCOUNT)
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes at most `limit` expired records. Returns the number deleted.
pub async fn delete_expired(connection: &mut PgConnection, limit: i64) -> Result<u64, StorageError> {
    let deleted = sqlx::query(
        "delete from test_answer
          where (environment_id, key_hash) in (
              select environment_id, key_hash from test_answer
               where expires_at <= now() order by expires_at limit $1 for update skip locked)",
    )
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
