//! Accounts for the sweep: those with expired credits or a new period.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// Returns the accounts that an [`crate::ledger::rules::operation::Operation::Advance`] would
/// change, longest due first, at most `limit`, without those in `besides`. A new account is due
/// until its first plan credits have come.
pub async fn due_accounts(
    connection: &mut PgConnection,
    limit: i64,
    besides: &[AccountId],
) -> Result<Vec<AccountId>, StorageError> {
    let besides: Vec<Uuid> = besides.iter().map(AccountId::as_uuid).collect();
    let due: Vec<Uuid> =
        sqlx::query_scalar(DUE_ACCOUNTS).bind(limit).bind(besides).fetch_all(connection).await?;
    Ok(due.into_iter().map(AccountId::from_uuid).collect())
}

/// The open lot is the first of its account to expire, so no other lot matters. `$1` is the limit,
/// `$2` the accounts to exclude. The index `ledger_account_due` serves it.
pub const DUE_ACCOUNTS: &str = "
select account_id from ledger_account
 where least(open_lot_expires_at, period_ends_at) <= now() and account_id <> all ($2::uuid[])
 order by least(open_lot_expires_at, period_ends_at) limit $1";
