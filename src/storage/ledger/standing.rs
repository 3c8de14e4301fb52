//! Reading where an account stands, without a lock and without changing anything.

use sqlx::PgPool;

use super::error::classify;
use super::rows;
use crate::domain::ids::{AccountId, CallId};
use crate::ledger::book::Book;
use crate::ledger::store::StoreError;

/// The account's book as it is now: what has expired is gone and what is due to renew is there, though neither is written
/// before the account is next touched. `None` when there is no such account.
pub async fn read_book(pool: &PgPool, account_id: AccountId) -> Result<Option<Book>, StoreError> {
    // One snapshot for account and lots: a hold in between may have opened another lot.
    let mut snapshot =
        pool.begin_with("begin isolation level repeatable read read only").await.map_err(classify)?;
    let read = rows::read_book(&mut snapshot, account_id).await?;
    snapshot.rollback().await.map_err(classify)?;
    let Some((mut book, now)) = read else {
        return Ok(None);
    };
    // Entries made here are thrown away, so their id means nothing.
    let nobody = CallId::from_uuid(uuid::Uuid::nil());
    book.advance(now, nobody).map_err(|error| StoreError::Refused(error.to_string()))?;
    Ok(Some(book))
}
