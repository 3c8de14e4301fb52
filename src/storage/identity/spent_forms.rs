//! Forms that were sent.

use sqlx::PgConnection;

use crate::secret::token::TokenDigest;
use crate::storage::error::StorageError;

/// Marks a form as sent, in the transaction of what it makes. Returns the page that an earlier
/// sending led to, after waiting for it to end; `None` for the first.
pub async fn spend(
    connection: &mut PgConnection,
    form: &TokenDigest,
    leads_to: &str,
) -> Result<Option<String>, StorageError> {
    let spent = sqlx::query(
        "insert into spent_form (digest, leads_to, spent_at) values ($1, $2, now()) on conflict (digest) do nothing",
    )
    .bind(form.as_bytes())
    .bind(leads_to)
    .execute(&mut *connection)
    .await?;
    if spent.rows_affected() == 1 {
        return Ok(None);
    }
    let (earlier,): (String,) = sqlx::query_as("select leads_to from spent_form where digest = $1")
        .bind(form.as_bytes())
        .fetch_one(connection)
        .await?;
    Ok(Some(earlier))
}
