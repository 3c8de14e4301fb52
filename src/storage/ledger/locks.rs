//! Which accounts another session holds locked.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::error::classify;
use crate::domain::ids::AccountId;
use crate::ledger::store::StoreError;

/// Those of the accounts whose rows cannot be locked now. Waits for nobody, and keeps no lock.
pub(super) async fn locked(
    connection: &mut PgConnection,
    accounts: Vec<AccountId>,
) -> Result<Vec<AccountId>, StoreError> {
    let accounts: Vec<Uuid> = accounts.iter().map(AccountId::as_uuid).collect();
    let locked: Vec<Uuid> = sqlx::query_scalar(
        "with free as (
             select account_id from ledger_account where account_id = any($1) for update skip locked
         )
         select account_id from ledger_account where account_id = any($1)
         except select account_id from free",
    )
    .bind(accounts)
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    Ok(locked.into_iter().map(AccountId::from_uuid).collect())
}
