//! Failures to prove who one is.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::identity::throttle::{FORGOTTEN_AFTER, Failures, GuessKind};
use crate::storage::error::StorageError;

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

/// Counts one more if the count is still as it was read. Returns whether it did.
pub async fn add_after(
    connection: &mut PgConnection,
    kind: GuessKind,
    subject: &[u8; 32],
    read: Option<Failures>,
) -> Result<bool, StorageError> {
    let counted = match read {
        None => {
            sqlx::query(
                "insert into guess (kind, subject, failures, last_at) values ($1, $2, 1, now())
                     on conflict (kind, subject) do nothing",
            )
            .bind(kind.as_str())
            .bind(subject.as_slice())
            .execute(connection)
            .await?
        }
        Some(Failures { count, last_at }) => {
            sqlx::query(
                "update guess
                    set failures = case when last_at < now() - $3::interval then 1 else least(failures, 1000000) + 1 end,
                        last_at = greatest(now(), last_at + interval '1 microsecond')
                  where kind = $1 and subject = $2 and failures = $4 and last_at = $5",
            )
            .bind(kind.as_str())
            .bind(subject.as_slice())
            .bind(FORGOTTEN_AFTER)
            .bind(count)
            .bind(last_at)
            .execute(connection)
            .await?
        }
    };
    Ok(counted.rows_affected() == 1)
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
