//! E-mails that wait to be sent.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StorageError;

/// A message to be sent.
#[derive(Debug)]
pub struct NewEmail<'e> {
    pub id: Uuid,
    pub kind: &'static str,
    pub to: &'e str,
    pub sealed: &'e [u8],
}

/// A message that is due.
#[derive(Debug, sqlx::FromRow)]
pub struct DueEmail {
    pub id: Uuid,
    pub kind: String,
    pub sealed: Option<Vec<u8>>,
    /// Attempts so far.
    pub tries: i32,
}

pub async fn add(connection: &mut PgConnection, new: &NewEmail<'_>) -> Result<(), StorageError> {
    sqlx::query(
        "insert into email_outbox (id, kind, to_address, sealed, next_at, created_at) values ($1, $2, $3, $4, now(), now())",
    )
    .bind(new.id)
    .bind(new.kind)
    .bind(new.to)
    .bind(new.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns a message that is due, and keeps other senders off it for five minutes.
pub async fn take(connection: &mut PgConnection) -> Result<Option<DueEmail>, StorageError> {
    let due = sqlx::query_as(
        "update email_outbox set next_at = now() + interval '5 minutes', tries = tries + 1
          where id = (select id from email_outbox where state = 'waiting' and next_at <= now()
                       order by next_at limit 1 for update skip locked)
        returning id, kind, sealed, tries",
    );
    Ok(due.fetch_optional(connection).await?)
}

/// Marks a message as sent and wipes it.
pub async fn sent(connection: &mut PgConnection, id: Uuid) -> Result<(), StorageError> {
    sqlx::query(
        "update email_outbox set state = 'sent', sealed = null, sent_at = now(), error = null where id = $1",
    )
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes why a message was not sent. It is tried again after `retry_s` seconds, or given up.
pub async fn not_sent(
    connection: &mut PgConnection,
    id: Uuid,
    error: &str,
    retry_s: Option<i64>,
) -> Result<(), StorageError> {
    let error: String = error.chars().take(300).collect();
    sqlx::query(
        "update email_outbox set error = $2, state = case when $3::bigint is null then 'failed' else state end,
                next_at = now() + coalesce($3::bigint, 0) * interval '1 second'
          where id = $1",
    )
    .bind(id)
    .bind(error)
    .bind(retry_s)
    .execute(connection)
    .await?;
    Ok(())
}

/// Messages of the last day that were not sent, although this was tried.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Unsent {
    pub count: i64,
    /// Why the newest of them was not.
    pub error: Option<String>,
}

/// Returns how many messages of the last day were tried and not sent.
pub async fn unsent(connection: &mut PgConnection) -> Result<Unsent, StorageError> {
    let unsent = sqlx::query_as(
        "select count(*) as count, (array_agg(error order by id desc))[1] as error from email_outbox
          where state <> 'sent' and error is not null and created_at > now() - interval '1 day'",
    );
    Ok(unsent.fetch_one(connection).await?)
}

/// Deletes messages after 30 days. Returns the number deleted.
pub async fn delete_old(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let deleted = sqlx::query("delete from email_outbox where created_at < now() - interval '30 days'")
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}

/// A message as operators see it, without its text.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct EmailLine {
    pub id: Uuid,
    pub kind: String,
    pub to_address: String,
    /// `waiting`, `sent` or `failed`.
    pub state: String,
    pub tries: i32,
    pub next_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
}

/// Returns the messages in a state, or all, with ids below `before`, newest first, at most `limit`.
pub async fn newest(
    connection: &mut PgConnection,
    state: Option<&str>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<EmailLine>, StorageError> {
    let query = match state {
        Some(_) => {
            "select id, kind, to_address, state, tries, next_at, created_at, sent_at, error from email_outbox
              where state = $1 and id < $2 order by id desc limit $3"
        }
        None => {
            "select id, kind, to_address, state, tries, next_at, created_at, sent_at, error from email_outbox
              where $1::text is null and id < $2 order by id desc limit $3"
        }
    };
    let before = before.unwrap_or(Uuid::max());
    Ok(sqlx::query_as(query).bind(state).bind(before).bind(limit).fetch_all(connection).await?)
}

/// Returns one message.
pub async fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<EmailLine>, StorageError> {
    let line = sqlx::query_as(
        "select id, kind, to_address, state, tries, next_at, created_at, sent_at, error from email_outbox where id = $1",
    );
    Ok(line.bind(id).fetch_optional(connection).await?)
}

/// Makes a message that failed due now. Returns whether there is one. A message that waits may be
/// being sent.
pub async fn retry(connection: &mut PgConnection, id: Uuid) -> Result<bool, StorageError> {
    let retried = sqlx::query(
        "update email_outbox set state = 'waiting', next_at = now(), tries = 0
          where id = $1 and state = 'failed' and sealed is not null",
    )
    .bind(id)
    .execute(connection)
    .await?;
    Ok(retried.rows_affected() == 1)
}
