//! Removes all people of one source.

use serde_json::json;
use sqlx::{Connection, PgConnection, PgPool};

use super::import::finish_import;
use crate::domain::audit::{Action, Actor, Change, Subject};
use crate::storage::audit;
use crate::storage::error::StorageError;

/// How many people the directory holds of the source, including those whose time is over.
pub async fn count(connection: &mut PgConnection, source: &str) -> Result<i64, StorageError> {
    let rows = sqlx::query_scalar("select count(*) from directory_people where source = $1")
        .bind(source)
        .fetch_one(connection)
        .await?;
    Ok(rows)
}

/// Deletes all people of a source, records it in the audit log, and returns their number. It
/// excludes imports: a batch is deleted as a whole or not at all.
pub async fn remove_source(pool: &PgPool, by: &Actor, source: &str) -> Result<u64, StorageError> {
    let mut connection = pool.acquire().await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("select from directory_state for update").execute(&mut *transaction).await?;
    let done = sqlx::query("delete from directory_people where source = $1")
        .bind(source)
        .execute(&mut *transaction)
        .await?;
    let removed = done.rows_affected();
    if removed == 0 {
        return Ok(0);
    }
    let change = Change {
        account_id: None,
        action: Action::DirectorySourceRemoved,
        subject: Subject::Source(source.to_owned()),
        before: Some(json!({ "people": removed })),
        after: Some(json!({ "people": 0 })),
    };
    audit::append(&mut transaction, by, &change).await?;
    transaction.commit().await?;
    drop(connection);
    finish_import(pool).await?;
    Ok(removed)
}
