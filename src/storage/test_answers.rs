//! Idempotency records of test environments. They move no credits, so they are separate from the
//! ledger, whose rules they follow.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::domain::billing::AccountBalance;
use crate::domain::ids::{AccountId, CallId};
use crate::ledger::rules::batch_state::{ClaimRecord, ClaimState, IDEMPOTENCY_RETENTION, decide_known_claim};
use crate::ledger::rules::hold::{AnswerContent, Decision, IdempotencyClaim, StoredAnswer};
use crate::storage::error::StorageError;

/// The most records of one account. Beyond it, the oldest are deleted.
const MOST_PER_ACCOUNT: i64 = 500;

/// A call of a test environment with an idempotency key.
#[derive(Clone, Debug)]
pub struct TestCall {
    pub call_id: CallId,
    pub account_id: AccountId,
    /// The idempotency key, and the digest of the request.
    pub claim: IdempotencyClaim,
}

#[derive(sqlx::FromRow)]
struct Row {
    fingerprint: Vec<u8>,
    call_id: Uuid,
    state: String,
    lease_until: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    status: Option<i16>,
    media_type: Option<String>,
    body: Option<Vec<u8>>,
    tells_billing: bool,
    read_at: DateTime<Utc>,
}

impl Row {
    fn record(self) -> Result<ClaimRecord, StorageError> {
        const CORRUPT: StorageError = StorageError::Corrupt("a test environment's idempotency record");
        let call_id = CallId::from_uuid(self.call_id);
        let state = match (self.state.as_str(), self.status, self.media_type, self.body) {
            ("running", ..) => ClaimState::Running,
            ("released", ..) => ClaimState::Released,
            ("captured", Some(status), Some(media_type), Some(body)) => {
                let status = u16::try_from(status).map_err(|_| CORRUPT)?;
                let content = AnswerContent { status, media_type, body, tells_billing: self.tells_billing };
                ClaimState::Captured(StoredAnswer { call_id, content })
            }
            _ => return Err(CORRUPT),
        };
        let fingerprint = self.fingerprint.try_into().map_err(|_| CORRUPT)?;
        let (lease_until, expires_at) = (self.lease_until, self.expires_at);
        Ok(ClaimRecord { fingerprint, call_id, state, lease_until, expires_at })
    }
}

/// Claims the key for a call, or returns what an existing record means for it. `lease` is how long
/// a running call blocks others.
pub async fn claim(
    connection: &mut PgConnection,
    call: &TestCall,
    balance: AccountBalance,
    lease: TimeDelta,
) -> Result<Option<Decision>, StorageError> {
    let mut transaction = connection.begin().await?;
    // The existing record is locked, so that only one of two calls runs.
    let known: Row = sqlx::query_as(
        "insert into test_answer
                (environment_id, key_hash, account_id, fingerprint, call_id, state, lease_until, expires_at)
         values ($1, $2, $3, $4, $5, 'running', now() + $6, now() + $7)
             on conflict (environment_id, key_hash) do update set key_hash = excluded.key_hash
         returning fingerprint, call_id, state, lease_until, expires_at, status, media_type, body, tells_billing,
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
    let is_new = known.call_id == call.call_id.as_uuid();
    if !is_new {
        let now = known.read_at;
        if let Some(decision) = decide_known_claim(&known.record()?, &call.claim, balance, now) {
            transaction.rollback().await?;
            return Ok(Some(decision));
        }
        take_over(&mut transaction, call, lease).await?;
    }
    transaction.commit().await?;
    if is_new {
        forget_oldest(connection, call.account_id).await?;
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
                status = null, media_type = null, body = null
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
pub async fn keep(
    connection: &mut PgConnection,
    call: &TestCall,
    content: &AnswerContent,
) -> Result<bool, StorageError> {
    let kept = sqlx::query(
        "update test_answer
            set state = 'captured', status = $4, media_type = $5, body = $6, tells_billing = $7
          where environment_id = $1 and key_hash = $2 and call_id = $3 and state = 'running'",
    )
    .bind(call.claim.environment_id.as_uuid())
    .bind(call.claim.key_hash.to_vec())
    .bind(call.call_id.as_uuid())
    .bind(content.status as i16)
    .bind(&content.media_type)
    .bind(&content.body)
    .bind(content.tells_billing)
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
    balance: AccountBalance,
) -> Result<Option<Decision>, StorageError> {
    let known: Option<Row> = sqlx::query_as(
        "select fingerprint, call_id, state, lease_until, expires_at, status, media_type, body, tells_billing,
                now() as read_at
           from test_answer where environment_id = $1 and key_hash = $2",
    )
    .bind(call.claim.environment_id.as_uuid())
    .bind(call.claim.key_hash.to_vec())
    .fetch_optional(connection)
    .await?;
    let Some(known) = known else { return Ok(None) };
    let now = known.read_at;
    Ok(decide_known_claim(&known.record()?, &call.claim, balance, now))
}

/// Deletes an account's records beyond its limit.
async fn forget_oldest(connection: &mut PgConnection, account_id: AccountId) -> Result<(), StorageError> {
    sqlx::query(
        "delete from test_answer
          where account_id = $1 and state <> 'running'
            and expires_at <= (select expires_at from test_answer where account_id = $1
                                order by expires_at desc offset $2 limit 1)",
    )
    .bind(account_id.as_uuid())
    .bind(MOST_PER_ACCOUNT)
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes at most `limit` expired records. Returns the number deleted.
pub async fn forget_expired(connection: &mut PgConnection, limit: i64) -> Result<u64, StorageError> {
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
