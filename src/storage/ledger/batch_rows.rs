//! Reads the rows that a batch needs into the state that the rules change.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::account_rows::{StoredLots, lock_accounts, read_accounts};
use super::column;
use super::error::classify;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::month::Month;
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::rules::batch_state::BatchState;
use crate::ledger::rules::caps::KeySpend;
use crate::ledger::rules::claim_record::{ClaimKey, ClaimRecord, claim_key};
use crate::ledger::rules::lot::LotNumber;
use crate::ledger::rules::operation::Operation;
use crate::ledger::store::{Batch, StoreError};
use crate::storage::claim_record::ClaimRecordRow;
use crate::storage::error::{CorruptRow, RowRef};

/// Takes the next batch number of the epoch, or finds the epoch closed. Returns the transaction's
/// time.
pub(super) async fn pass_fence(
    connection: &mut PgConnection,
    batch: &Batch,
    session: i32,
) -> Result<DateTime<Utc>, StoreError> {
    let passed: Option<(DateTime<Utc>,)> = sqlx::query_as(
        "update ledger_epoch set batches = $2, heartbeat_at = now()
          where epoch = $1 and batches = $2 - 1 and session = $3 and closed_at is null returning now()",
    )
    .bind(batch.epoch.0)
    .bind(batch.number)
    .bind(session)
    .fetch_optional(connection)
    .await
    .map_err(classify)?;
    passed.map(|(now,)| now).ok_or(StoreError::Fenced)
}

/// Locks and reads all rows that the operations need. Returns the lots as they were read as well,
/// so that only those that change are written.
pub(super) async fn load_batch_state(
    connection: &mut PgConnection,
    operations: &[Operation],
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<(BatchState, StoredLots), StoreError> {
    let (accounts, lots) = lock_accounts(connection, operations).await?;
    let state = fill_batch_state(connection, operations, accounts, BatchState::new(now, lease)).await?;
    Ok((state, lots))
}

/// Reads the same rows without locks.
pub(super) async fn read_batch_state(
    connection: &mut PgConnection,
    operations: &[Operation],
    now: DateTime<Utc>,
    lease: TimeDelta,
) -> Result<BatchState, StoreError> {
    let accounts = read_accounts(connection, operations).await?;
    fill_batch_state(connection, operations, accounts, BatchState::new(now, lease)).await
}

async fn fill_batch_state(
    connection: &mut PgConnection,
    operations: &[Operation],
    accounts: HashMap<AccountId, LedgerAccount>,
    state: BatchState,
) -> Result<BatchState, StoreError> {
    let mut state = BatchState { accounts, ..state };
    let claims: Vec<ClaimKey> = operations
        .iter()
        .filter_map(|operation| Some(claim_key(operation.account_id(), operation.claim()?)))
        .collect();
    if !claims.is_empty() {
        state.records.claims = load_claims(connection, &claims).await?;
    }
    let capped: Vec<Uuid> =
        operations.iter().filter_map(Operation::capped_key).map(|key| key.as_uuid()).collect();
    if !capped.is_empty() {
        state.records.spends = load_spends(connection, &capped).await?;
    }
    state.records.references = load_references(connection, operations).await?;
    Ok(state)
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    account_id: Uuid,
    environment_id: Uuid,
    key_hash: Vec<u8>,
    #[sqlx(flatten)]
    record: ClaimRecordRow,
}

async fn load_claims(
    connection: &mut PgConnection,
    claims: &[ClaimKey],
) -> Result<HashMap<ClaimKey, ClaimRecord>, StoreError> {
    let rows: Vec<ClaimRow> = sqlx::query_as(
        "select i.account_id, i.environment_id, i.key_hash, i.fingerprint, i.call_id, i.state, i.lease_until,
                i.expires_at, i.status, i.media_type, i.headers, i.body, i.tells_billing
           from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as n (account_id, environment_id, key_hash)
           join ledger_idempotency i using (account_id, environment_id, key_hash)",
    )
    .bind(column(claims, |(account_id, ..)| account_id.as_uuid()))
    .bind(column(claims, |(_, environment_id, _)| environment_id.as_uuid()))
    .bind(column(claims, |(.., key_hash)| key_hash.to_vec()))
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    rows.into_iter().map(|row| Ok(claim_record(row)?)).collect()
}

fn claim_record(row: ClaimRow) -> Result<(ClaimKey, ClaimRecord), CorruptRow> {
    let claim = RowRef::new("ledger_idempotency", row.record.call_id);
    let (account_id, environment_id) =
        (AccountId::from_uuid(row.account_id), EnvironmentId::from_uuid(row.environment_id));
    let key = (account_id, environment_id, claim.convert("key_hash", row.key_hash)?);
    Ok((key, row.record.read(&claim)?))
}

async fn load_spends(
    connection: &mut PgConnection,
    keys: &[Uuid],
) -> Result<HashMap<KeyId, KeySpend>, StoreError> {
    let rows: Vec<(Uuid, NaiveDate, i64, NaiveDate, i64)> = sqlx::query_as(
        "select key_id, day, day_spent, month, month_spent from ledger_key_spend where key_id = any($1)",
    )
    .bind(keys)
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    rows.into_iter()
        .map(|(key, day, day_spent, month, month_spent)| {
            let spend = RowRef::new("ledger_key_spend", key);
            let (day_spent, month_spent) =
                (spend.convert("day_spent", day_spent)?, spend.convert("month_spent", month_spent)?);
            Ok((KeyId::from_uuid(key), KeySpend { day, day_spent, month: Month::of(month), month_spent }))
        })
        .collect()
}

/// The lots that earlier grants of the same reference created.
pub(super) async fn load_references(
    connection: &mut PgConnection,
    operations: &[Operation],
) -> Result<HashMap<(AccountId, String), LotNumber>, StoreError> {
    let mut references = HashMap::new();
    for operation in operations {
        if let Operation::Grant(grant) = operation
            && let Some(lot) = find_reference(connection, grant.account_id, &grant.reference).await?
        {
            references.insert((grant.account_id, grant.reference.clone()), lot);
        }
    }
    Ok(references)
}

async fn find_reference(
    connection: &mut PgConnection,
    account_id: AccountId,
    reference: &str,
) -> Result<Option<LotNumber>, StoreError> {
    let found: Option<(i32,)> =
        sqlx::query_as("select lot from ledger_lot where account_id = $1 and reference = $2")
            .bind(account_id.as_uuid())
            .bind(reference)
            .fetch_optional(connection)
            .await
            .map_err(classify)?;
    Ok(found.map(|(lot,)| LotNumber(lot)))
}
