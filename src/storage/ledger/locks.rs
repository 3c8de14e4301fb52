//! The accounts that another session has locked, by any row that a batch would wait for.

use std::collections::HashSet;

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::error::classify;
use crate::domain::ids::AccountId;
use crate::ledger::lock_set::LockSet;
use crate::ledger::store::StoreError;

/// The accounts of rows that cannot be locked now. $1 accounts, $2 accounts with their lots, $3 to
/// $5 idempotency records, $6 keys with caps and $7 their accounts.
///
/// Another session's uncommitted lot or idempotency record is invisible, but its foreign key locks
/// the account's row. A key's first spending locks the key's row in share mode.
const LOCKED: &str = "
with free_account as (
    select account_id from ledger_account where account_id = any($1) for update skip locked
), free_lot as (
    select account_id, lot from ledger_lot where account_id = any($2) for update skip locked
), free_claim as (
    select i.account_id, i.environment_id, i.key_hash
      from unnest($3::uuid[], $4::uuid[], $5::bytea[]) as n (account_id, environment_id, key_hash)
      join ledger_idempotency i using (account_id, environment_id, key_hash) for update of i skip locked
), free_spend as (
    select key_id from ledger_key_spend where key_id = any($6) for update skip locked
), free_key as (
    select id from api_key where id = any($6) for key share skip locked
), locked_account as (
    select account_id from ledger_account where account_id = any($1)
    except select account_id from free_account
), locked_lot as (
    select account_id, lot from ledger_lot where account_id = any($2)
    except select account_id, lot from free_lot
), locked_claim as (
    select i.account_id, i.environment_id, i.key_hash
      from unnest($3::uuid[], $4::uuid[], $5::bytea[]) as n (account_id, environment_id, key_hash)
      join ledger_idempotency i using (account_id, environment_id, key_hash)
    except select account_id, environment_id, key_hash from free_claim
), locked_key as (
    (select key_id from ledger_key_spend where key_id = any($6) except select key_id from free_spend)
    union
    (select id from api_key where id = any($6) except select id from free_key)
)
select account_id from locked_account
union select account_id from locked_lot
union select account_id from locked_claim
union select account_id from unnest($6::uuid[], $7::uuid[]) as n (key_id, account_id) join locked_key using (key_id)";

/// Returns the accounts with rows locked by another session. Never waits, and keeps no lock.
pub(super) async fn locked(
    connection: &mut PgConnection,
    lock_set: &LockSet,
) -> Result<HashSet<AccountId>, StoreError> {
    let ids = |accounts: &HashSet<AccountId>| accounts.iter().map(AccountId::as_uuid).collect::<Vec<_>>();
    let (mut owners, mut environments, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    for (account_id, environment_id, key_hash) in &lock_set.claims {
        owners.push(account_id.as_uuid());
        environments.push(environment_id.as_uuid());
        hashes.push(key_hash.as_slice());
    }
    let (keys, spenders): (Vec<Uuid>, Vec<Uuid>) =
        lock_set.spends.iter().map(|(key, account_id)| (key.as_uuid(), account_id.as_uuid())).unzip();
    let locked: Vec<Uuid> = sqlx::query_scalar(LOCKED)
        .bind(ids(&lock_set.accounts))
        .bind(ids(&lock_set.lots_of))
        .bind(owners)
        .bind(environments)
        .bind(hashes)
        .bind(keys)
        .bind(spenders)
        .fetch_all(connection)
        .await
        .map_err(classify)?;
    Ok(locked.into_iter().map(AccountId::from_uuid).collect())
}
