//! Sessions, by the digest of the cookie's value.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::identities::{IdentityRow, columns};
use crate::domain::ids::{IdentityId, SessionId};
use crate::domain::language::Language;
use crate::identity::Identity;
use crate::identity::session::{MAX_SESSIONS, Session};
use crate::secret::token::TokenDigest;
use crate::storage::error::StorageError;

/// Where a session begins.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub identity_id: IdentityId,
    pub life: Duration,
    /// How long it is valid for the second factor only. `None`: none is needed.
    pub half: Option<Duration>,
    pub address: Option<IpAddr>,
    /// Cut to 120 characters.
    pub browser: String,
}

#[derive(sqlx::FromRow)]
struct SessionRow {
    session_id: Uuid,
    session_created_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    confirmed_at: DateTime<Utc>,
    half_until: Option<DateTime<Utc>>,
    address: Option<String>,
    browser: String,
    read_at: DateTime<Utc>,
    #[sqlx(flatten)]
    identity: IdentityRow,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: SessionId::from_uuid(row.session_id),
            created_at: row.session_created_at,
            seen_at: row.seen_at,
            ends_at: row.ends_at,
            confirmed_at: row.confirmed_at,
            second_factor_due_at: row.half_until,
            address: row.address,
            browser: row.browser,
        }
    }
}

/// Begins a session. The oldest of more than [`MAX_SESSIONS`] ends. Sessions of one person begin
/// one after another: the first change locks the person.
pub async fn begin(
    connection: &mut PgConnection,
    digest: &TokenDigest,
    new: &NewSession,
) -> Result<(), StorageError> {
    sqlx::query("update identity set last_log_in_at = now() where id = $1")
        .bind(new.identity_id.as_uuid())
        .execute(&mut *connection)
        .await?;
    let browser: String = new.browser.chars().take(120).collect();
    sqlx::query(
        "insert into session (digest, id, identity_id, created_at, seen_at, ends_at, confirmed_at, address, browser, half_until)
         values ($1, $2, $3, now(), now(), now() + $4 * interval '1 second', now(), $5::text::inet, $6,
                 now() + $7::bigint * interval '1 second')",
    )
    .bind(digest.as_bytes())
    .bind(new.id.as_uuid())
    .bind(new.identity_id.as_uuid())
    .bind(i64::try_from(new.life.as_secs()).unwrap_or(0))
    .bind(new.address.map(|address| address.to_string()))
    .bind(browser)
    .bind(new.half.map(|half| i64::try_from(half.as_secs()).unwrap_or(0)))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from session where digest in (
             select digest from session where identity_id = $1 order by created_at desc, id desc offset $2)",
    )
    .bind(new.identity_id.as_uuid())
    .bind(MAX_SESSIONS)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns a session with its person, and the database's time. `None` for an unknown one or a
/// closed identity.
pub async fn find(
    connection: &mut PgConnection,
    digest: &TokenDigest,
) -> Result<Option<(Session, Identity, DateTime<Utc>)>, StorageError> {
    let row: Option<SessionRow> = sqlx::query_as(concat!(
        "select s.id as session_id, s.created_at as session_created_at, s.seen_at, s.ends_at, s.confirmed_at, s.half_until,
                host(s.address) as address, s.browser, now() as read_at, ",
        columns!(),
        " from session s join identity i on i.id = s.identity_id where s.digest = $1 and i.state = 'active'"
    ))
    .bind(digest.as_bytes())
    .fetch_optional(connection)
    .await?;
    let Some(mut row) = row else { return Ok(None) };
    let identity = std::mem::take(&mut row.identity).try_into()?;
    let read_at = row.read_at;
    Ok(Some((row.into(), identity, read_at)))
}

/// Notes that a session is in use.
pub async fn seen(connection: &mut PgConnection, digest: &TokenDigest) -> Result<(), StorageError> {
    sqlx::query("update session set seen_at = now() where digest = $1")
        .bind(digest.as_bytes())
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes the language in which a person reads the console.
pub async fn note_language(
    connection: &mut PgConnection,
    id: IdentityId,
    language: Language,
) -> Result<(), StorageError> {
    sqlx::query("update identity set last_language = $2 where id = $1")
        .bind(id.as_uuid())
        .bind(language.code())
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a session another cookie and notes that the person has just proved who they are.
pub async fn confirm(
    connection: &mut PgConnection,
    id: SessionId,
    digest: &TokenDigest,
) -> Result<(), StorageError> {
    sqlx::query("update session set digest = $2, confirmed_at = now(), half_until = null where id = $1")
        .bind(id.as_uuid())
        .bind(digest.as_bytes())
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the sessions of a person, the latest first.
pub async fn list(connection: &mut PgConnection, identity: IdentityId) -> Result<Vec<Session>, StorageError> {
    let rows: Vec<SessionRow> = sqlx::query_as(concat!(
        "select s.id as session_id, s.created_at as session_created_at, s.seen_at, s.ends_at, s.confirmed_at, s.half_until,
                host(s.address) as address, s.browser, now() as read_at, ",
        columns!(),
        " from session s join identity i on i.id = s.identity_id
         where s.identity_id = $1 and s.ends_at > now() and s.half_until is null order by s.seen_at desc, s.id"
    ))
    .bind(identity.as_uuid())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Ends one session of a person.
pub async fn end(
    connection: &mut PgConnection,
    identity: IdentityId,
    id: SessionId,
) -> Result<(), StorageError> {
    sqlx::query("delete from session where identity_id = $1 and id = $2")
        .bind(identity.as_uuid())
        .bind(id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends all sessions of a person but one.
pub async fn end_others(
    connection: &mut PgConnection,
    identity: IdentityId,
    kept: Option<SessionId>,
) -> Result<u64, StorageError> {
    let ended = sqlx::query("delete from session where identity_id = $1 and ($2::uuid is null or id <> $2)")
        .bind(identity.as_uuid())
        .bind(kept.map(|id| id.as_uuid()))
        .execute(connection)
        .await?;
    Ok(ended.rows_affected())
}
