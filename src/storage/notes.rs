//! Operators' notes about accounts, newest first.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::error::StorageError;
use crate::domain::ids::AccountId;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountNote {
    /// The operator's name.
    pub author: String,
    pub note: String,
    pub written_at: DateTime<Utc>,
}

pub async fn add(
    connection: &mut PgConnection,
    account: AccountId,
    author: &str,
    note: &str,
) -> Result<(), StorageError> {
    sqlx::query("insert into account_note (account_id, author, note) values ($1, $2, $3)")
        .bind(account.as_uuid())
        .bind(author)
        .bind(note)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the newest notes about an account, at most `limit`.
pub async fn newest(
    connection: &mut PgConnection,
    account: AccountId,
    limit: i64,
) -> Result<Vec<AccountNote>, StorageError> {
    let notes = sqlx::query_as(
        "select author, note, written_at from account_note where account_id = $1 order by id desc limit $2",
    );
    Ok(notes.bind(account.as_uuid()).bind(limit).fetch_all(connection).await?)
}
