//! Reads the balance of accounts, without locks or changes.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::error::classify;
use super::rows;
use crate::domain::billing::AccountBalance;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, CallId};
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::store::StoreError;
use crate::storage::error::StorageError;

/// Returns the account as it is now: expired credits are gone and a due renewal is applied, though
/// neither is written before the ledger next advances the account. Returns `None` for an unknown
/// account.
pub async fn read_account(pool: &PgPool, account_id: AccountId) -> Result<Option<LedgerAccount>, StoreError> {
    // One snapshot for account and lots: a hold in between may have opened another lot.
    let mut snapshot =
        pool.begin_with("begin isolation level repeatable read read only").await.map_err(classify)?;
    let read = rows::read_account(&mut snapshot, account_id).await?;
    snapshot.rollback().await.map_err(classify)?;
    let Some((mut account, now)) = read else {
        return Ok(None);
    };
    // The entries created here are discarded, so their id means nothing.
    let discarded = CallId::from_uuid(uuid::Uuid::nil());
    account.advance(now, discarded).map_err(|error| StoreError::Refused(error.to_string()))?;
    Ok(Some(account))
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    account_id: Uuid,
    balance: i64,
    plan_credits: i64,
    plan_left: i64,
    requests_left: i64,
    period_ends_at: DateTime<Utc>,
}

/// Returns the balances of accounts as last written, in one query. The result lacks unknown
/// accounts.
pub async fn read_standings(
    connection: &mut PgConnection,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, AccountBalance)>, StorageError> {
    let ids: Vec<Uuid> = accounts.iter().map(AccountId::as_uuid).collect();
    let rows: Vec<StandingRow> = sqlx::query_as(
        "select account_id, balance, plan_credits, plan_left, requests_limit - requests_used as requests_left,
                period_ends_at
           from ledger_account where account_id = any($1)",
    )
    .bind(ids)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(balance).collect()
}

fn balance(row: StandingRow) -> Result<(AccountId, AccountBalance), StorageError> {
    let credits = |amount: i64| Credits::try_from(amount).map_err(|_| StorageError::Corrupt("credits"));
    let plan_credits = credits(row.plan_credits)?;
    let balance = AccountBalance {
        remaining: credits(row.balance)?,
        plan_credits_used: plan_credits.checked_sub(credits(row.plan_left)?).unwrap_or(Credits::ZERO),
        plan_credits,
        requests_remaining: u64::try_from(row.requests_left).unwrap_or(0),
        renews_at: row.period_ends_at,
    };
    Ok((AccountId::from_uuid(row.account_id), balance))
}
