//! Failures to prove who one is.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::identity::throttle::{FORGOTTEN_AFTER, Failures, GuessKind};
use crate::storage::error::StorageError;

/// Lets others who lock the subject wait until the transaction ends, so that a limit is decided and
/// counted by one after the other.
pub async fn lock(
    connection: &mut PgConnection,
    kind: GuessKind,
    subject: &[u8; 32],
) -> Result<(), StorageError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('guess ' || $1 || encode($2, 'hex'), 0))")
        .bind(kind.as_str())
        .bind(subject.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the failures in a row of a subject, by its keyed digest.
pub async fn find(
    connection: &mut PgConnection,
    kind: GuessKind,
    subject: &[u8; 32],
) -> Result<Option<Failures>, StorageError> {
    let row: Option<(i32, DateTime<Utc>)> =
        sqlx::query_as("select failures, last_at from guess where kind = $1 and subject = $2")
            .bind(kind.as_str())
            .bind(subject.as_slice())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(count, last_at)| Failures { count, last_at }))
}

/// Counts a failure. The count begins again once the earlier ones are forgotten.
pub async fn add(
    connection: &mut PgConnection,
    kind: GuessKind,
    subject: &[u8; 32],
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into guess (kind, subject, failures, last_at) values ($1, $2, 1, now())
             on conflict (kind, subject) do update
            set failures = case when guess.last_at < now() - $3::interval then 1
                                else least(guess.failures, 1000000) + 1 end,
                last_at = now()",
    )
    .bind(kind.as_str())
    .bind(subject.as_slice())
    .bind(FORGOTTEN_AFTER)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the failures of a subject.
pub async fn clear(
    connection: &mut PgConnection,
    kind: GuessKind,
    subject: &[u8; 32],
) -> Result<(), StorageError> {
    sqlx::query("delete from guess where kind = $1 and subject = $2")
        .bind(kind.as_str())
        .bind(subject.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}
