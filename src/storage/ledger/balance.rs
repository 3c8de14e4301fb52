//! Reads balances without locks or changes.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::account_rows;
use super::error::classify;
use crate::domain::billing::{AccountBalance, BalanceParts};
use crate::domain::ids::{AccountId, CallId};
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::store::StoreError;
use crate::storage::error::{CorruptRow, RowRef, StorageError};

/// The columns of `ledger_account` that a balance is computed from.
#[derive(Clone, sqlx::FromRow)]
pub(in crate::storage) struct BalanceRow {
    pub(super) account_id: Uuid,
    pub(super) balance: i64,
    pub(super) plan_credits: i64,
    pub(super) plan_left: i64,
    pub(super) requests_limit: i64,
    pub(super) requests_used: i64,
    pub(super) period_ends_at: DateTime<Utc>,
}

impl TryFrom<BalanceRow> for AccountBalance {
    type Error = CorruptRow;

    fn try_from(row: BalanceRow) -> Result<Self, CorruptRow> {
        let account = RowRef::new("ledger_account", row.account_id);
        let parts = BalanceParts {
            credits_left: account.convert("balance", row.balance)?,
            plan_credits: account.convert("plan_credits", row.plan_credits)?,
            plan_left: account.convert("plan_left", row.plan_left)?,
            requests_limit: account.convert("requests_limit", row.requests_limit)?,
            requests_used: account.convert("requests_used", row.requests_used)?,
            renews_at: row.period_ends_at,
        };
        Ok(parts.into())
    }
}

/// Returns the account advanced to now: expired credits are gone and due credits are there,
/// although neither is written before its next operation. Returns `None` for an unknown account.
pub async fn read_account(
    connection: &mut PgConnection,
    account_id: AccountId,
) -> Result<Option<LedgerAccount>, StoreError> {
    // One snapshot for account and lots: a hold in between may have opened another lot.
    let mut snapshot =
        connection.begin_with("begin isolation level repeatable read read only").await.map_err(classify)?;
    let account = read_account_in(&mut snapshot, account_id).await?;
    snapshot.rollback().await.map_err(classify)?;
    Ok(account)
}

/// The same in the snapshot of a transaction that reads more.
pub async fn read_account_in(
    snapshot: &mut PgConnection,
    account_id: AccountId,
) -> Result<Option<LedgerAccount>, StoreError> {
    let Some((mut account, now)) = account_rows::read_account(snapshot, account_id).await? else {
        return Ok(None);
    };
    // Entries made here are thrown away, so their id means nothing.
    let no_call = CallId::from_uuid(Uuid::nil());
    account.advance(now, no_call).map_err(|error| StoreError::Refused(error.to_string()))?;
    Ok(Some(account))
}

/// Returns the stored balances of accounts, without those that do not exist. One query reads them
/// all.
pub async fn read_balances(
    connection: &mut PgConnection,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, AccountBalance)>, StorageError> {
    let accounts: Vec<Uuid> = accounts.iter().map(AccountId::as_uuid).collect();
    let rows: Vec<BalanceRow> = sqlx::query_as(
        "select account_id, balance, plan_credits, plan_left, requests_limit, requests_used, period_ends_at
           from ledger_account where account_id = any($1)",
    )
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((AccountId::from_uuid(row.account_id), row.try_into()?))).collect()
}
