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

/// Counts a failure, and returns the count. It begins again once the earlier ones are forgotten.
pub async fn add(
    connection: &mut PgConnection,
    kind: GuessKind,
    subject: &[u8; 32],
) -> Result<Failures, StorageError> {
    let (count, last_at) = sqlx::query_as(
        "insert into guess (kind, subject, failures, last_at) values ($1, $2, 1, now())
             on conflict (kind, subject) do update
            set failures = case when guess.last_at < now() - $3::interval then 1
                                else least(guess.failures, 1000000) + 1 end,
                last_at = now()
         returning failures, last_at",
    )
    .bind(kind.as_str())
    .bind(subject.as_slice())
    .bind(FORGOTTEN_AFTER)
    .fetch_one(connection)
    .await?;
    Ok(Failures { count, last_at })
}

/// Takes a failure back that was counted at `counted_at`. If it is the last that was counted, the
/// one before it is the last again; without one, the row is as old as a forgotten one.
pub async fn take_back(
    connection: &mut PgConnection,
    kind: GuessKind,
    subject: &[u8; 32],
    counted_at: DateTime<Utc>,
    earlier: Option<Failures>,
) -> Result<(), StorageError> {
    sqlx::query(
        "update guess
            set failures = greatest(failures - 1, 1),
                last_at = case when failures = 1 then last_at - $5::interval
                               when last_at = $3 then coalesce($4, last_at)
                               else last_at end
          where kind = $1 and subject = $2",
    )
    .bind(kind.as_str())
    .bind(subject.as_slice())
    .bind(counted_at)
    .bind(earlier.map(|earlier| earlier.last_at))
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
