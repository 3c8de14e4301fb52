//! One-time tokens, by their digests.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{IdentityId, MemberId};
use crate::domain::text::EmailAddress;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{CODE_LIFE, OneTime, Purpose};
use crate::secret::token::TokenDigest;
use crate::storage::error::{RowRef, StorageError};

/// Ends the open tokens that this condition selects. One that was made in the same instant ends a
/// moment later, because a token ends after it was made.
macro_rules! end_open {
    ($condition:literal) => {
        sqlx::query(concat!(
            "update one_time_token set ends_at = greatest(now(), created_at + interval '1 microsecond')
              where used_at is null and ends_at > now() and ",
            $condition
        ))
    };
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    purpose: String,
    email: String,
    identity_id: Option<Uuid>,
    member_id: Option<Uuid>,
    ends_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
}

/// Adds a token. Earlier ones for the same purpose, address and membership end. Tokens of one
/// purpose and address are added one after another, so that of those added at once one is open.
pub async fn add(
    connection: &mut PgConnection,
    digest: &TokenDigest,
    purpose: Purpose,
    email: &EmailAddress,
    identity: Option<IdentityId>,
    member: Option<MemberId>,
) -> Result<(), StorageError> {
    let key = EmailKey::of(email);
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('one-time ' || $1 || ' ' || $2, 0))")
        .bind(purpose.as_str())
        .bind(key.as_str())
        .execute(&mut *connection)
        .await?;
    end_open!("email_key = $1 and purpose = $2 and member_id is not distinct from $3")
        .bind(key.as_str())
        .bind(purpose.as_str())
        .bind(member.map(|id| id.as_uuid()))
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "insert into one_time_token (digest, purpose, email, email_key, identity_id, member_id, created_at, ends_at)
         values ($1, $2, $3, $4, $5, $6, now(), now() + $7 * interval '1 second')",
    )
    .bind(digest.as_bytes())
    .bind(purpose.as_str())
    .bind(email.as_str())
    .bind(key.as_str())
    .bind(identity.map(|id| id.as_uuid()))
    .bind(member.map(|id| id.as_uuid()))
    .bind(purpose.life().num_seconds())
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets one browser use a code in place of the token, for a while.
pub async fn set_code(
    connection: &mut PgConnection,
    digest: &TokenDigest,
    browser: &TokenDigest,
    code: &[u8; 32],
) -> Result<(), StorageError> {
    sqlx::query("update one_time_token set browser = $2, code = $3 where digest = $1")
        .bind(digest.as_bytes())
        .bind(browser.as_bytes())
        .bind(code.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the address of an open sign-up whose code was typed in its browser.
pub async fn email_by_code(
    connection: &mut PgConnection,
    browser: &TokenDigest,
    code: &[u8; 32],
) -> Result<Option<String>, StorageError> {
    let found: Option<(String,)> = sqlx::query_as(
        "select email from one_time_token
          where browser = $1 and code = $2 and purpose = 'sign_up' and used_at is null and ends_at > now()
            and created_at > now() - $3 * interval '1 second'",
    )
    .bind(browser.as_bytes())
    .bind(code.as_slice())
    .bind(CODE_LIFE.num_seconds())
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(email,)| email))
}

/// Returns a token, locked until the transaction ends if `locks`.
pub async fn find(
    connection: &mut PgConnection,
    digest: &TokenDigest,
    locks: bool,
) -> Result<Option<OneTime>, StorageError> {
    const PLAIN: &str = "select purpose, email, identity_id, member_id, ends_at, used_at from one_time_token where digest = $1";
    const LOCKED: &str = "select purpose, email, identity_id, member_id, ends_at, used_at from one_time_token where digest = $1 for update";
    let row: Option<TokenRow> = sqlx::query_as(if locks { LOCKED } else { PLAIN })
        .bind(digest.as_bytes())
        .fetch_optional(connection)
        .await?;
    let read = |row: TokenRow| {
        let token = RowRef::new("one_time_token", row.ends_at);
        Ok(OneTime {
            purpose: token.read("purpose", Purpose::from_name(&row.purpose))?,
            email: row.email,
            identity_id: row.identity_id.map(IdentityId::from_uuid),
            member_id: row.member_id.map(MemberId::from_uuid),
            ends_at: row.ends_at,
            used_at: row.used_at,
        })
    };
    row.map(read).transpose()
}

/// Marks a token as used. Its transaction holds the lock of [`find`].
pub async fn consume(connection: &mut PgConnection, digest: &TokenDigest) -> Result<(), StorageError> {
    sqlx::query("update one_time_token set used_at = now() where digest = $1")
        .bind(digest.as_bytes())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the open tokens of a person but the safeguards.
pub async fn end_but_safeguards(
    connection: &mut PgConnection,
    identity: IdentityId,
) -> Result<(), StorageError> {
    end_open!("identity_id = $1 and purpose <> all($2)")
        .bind(identity.as_uuid())
        .bind(Purpose::SAFEGUARDS.map(Purpose::as_str))
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the open tokens of a person that are younger than this one.
pub async fn end_younger(
    connection: &mut PgConnection,
    identity: IdentityId,
    digest: &TokenDigest,
) -> Result<(), StorageError> {
    end_open!("identity_id = $1 and created_at > (select created_at from one_time_token where digest = $2)")
        .bind(identity.as_uuid())
        .bind(digest.as_bytes())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the open tokens of a person for one purpose.
pub async fn end_for(
    connection: &mut PgConnection,
    identity: IdentityId,
    purpose: Purpose,
) -> Result<(), StorageError> {
    end_open!("identity_id = $1 and purpose = $2")
        .bind(identity.as_uuid())
        .bind(purpose.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the addresses to which a person's address can still be changed back.
pub async fn earlier_addresses(
    connection: &mut PgConnection,
    identity: IdentityId,
) -> Result<Vec<String>, StorageError> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select email from one_time_token
          where identity_id = $1 and purpose = 'undo_email' and used_at is null and ends_at > now()
          order by created_at",
    )
    .bind(identity.as_uuid())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(email,)| email).collect())
}

/// Ends the open tokens of a person.
pub async fn end_all(connection: &mut PgConnection, identity: IdentityId) -> Result<(), StorageError> {
    end_open!("identity_id = $1").bind(identity.as_uuid()).execute(connection).await?;
    Ok(())
}

/// Ends the open invitations of a member.
pub async fn end_of_member(connection: &mut PgConnection, member: MemberId) -> Result<(), StorageError> {
    end_open!("member_id = $1").bind(member.as_uuid()).execute(connection).await?;
    Ok(())
}
