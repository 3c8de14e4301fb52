//! What the ledger would decide about a call now, without locks or changes.

use std::slice;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use super::batch_rows;
use super::error::classify;
use crate::domain::billing::AccountBalance;
use crate::ledger::rules::hold::{DeclineReason, HoldRequest};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::StoreError;

/// A decision that was not carried out.
#[derive(Debug)]
pub struct Preview {
    /// The account before the call.
    pub balance: AccountBalance,
    /// Why the ledger would decline the hold, if it would.
    pub declined: Option<DeclineReason>,
}

/// Decides as the writer would: by the same rules, on the current account, caps and idempotency
/// record. Returns `None` for an unknown account.
pub async fn preview(pool: &PgPool, request: HoldRequest) -> Result<Option<Preview>, StoreError> {
    // One snapshot for all reads.
    let mut snapshot =
        pool.begin_with("begin isolation level repeatable read read only").await.map_err(classify)?;
    let now: DateTime<Utc> =
        sqlx::query_scalar("select now()").fetch_one(&mut *snapshot).await.map_err(classify)?;
    let (account_id, call_id) = (request.account_id, request.call_id);
    let operation = Operation::Hold(request);
    let state =
        batch_rows::read_batch_state(&mut snapshot, slice::from_ref(&operation), now, TimeDelta::zero())
            .await;
    snapshot.rollback().await.map_err(classify)?;
    let mut state = state?;
    let Some(account) = state.accounts.get_mut(&account_id) else { return Ok(None) };
    // Applying the hold does this too. Before it, this is the account that the customer sees.
    account.advance(now, call_id).map_err(|error| StoreError::Refused(error.to_string()))?;
    let balance = account.balance();
    match state.apply(&operation) {
        Effect::Held(_) => Ok(Some(Preview { balance, declined: None })),
        Effect::Declined(declined) => Ok(Some(Preview { balance, declined: Some(declined.reason) })),
        effect => Err(StoreError::Refused(format!("a hold came to {effect:?}"))),
    }
}
