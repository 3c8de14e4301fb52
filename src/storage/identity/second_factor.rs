//! The second factor of a person: the sealed secret, and the digests of recovery codes.

use chrono::TimeDelta;
use sqlx::PgConnection;

use crate::domain::ids::IdentityId;
use crate::secret::token::TokenDigest;
use crate::storage::error::StorageError;

/// A second factor as it is stored.
#[derive(Debug, sqlx::FromRow)]
pub struct StoredTotp {
    pub totp: Option<Vec<u8>>,
    pub totp_last_step: i64,
}

pub async fn find(connection: &mut PgConnection, id: IdentityId) -> Result<Option<StoredTotp>, StorageError> {
    let found: Option<StoredTotp> = sqlx::query_as("select totp, totp_last_step from identity where id = $1")
        .bind(id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(found.filter(|found| found.totp.is_some()))
}

/// Stores the sealed secret, or takes it away, with the recovery codes.
pub async fn set(
    connection: &mut PgConnection,
    id: IdentityId,
    sealed: Option<&[u8]>,
    step: i64,
    codes: &[[u8; 32]],
) -> Result<(), StorageError> {
    let set = "update identity set totp = $2, totp_last_step = $3,
                      totp_set_at = case when $2::bytea is not null then now() end
                where id = $1";
    sqlx::query(set).bind(id.as_uuid()).bind(sealed).bind(step).execute(&mut *connection).await?;
    sqlx::query("delete from recovery_code where identity_id = $1")
        .bind(id.as_uuid())
        .execute(&mut *connection)
        .await?;
    sqlx::query("insert into recovery_code (identity_id, digest) select $1, unnest($2::bytea[])")
        .bind(id.as_uuid())
        .bind(codes.iter().map(|code| code.to_vec()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes away a factor that was switched on after a one-time link was made, or this long before.
/// Returns whether there was one.
pub async fn end_younger(
    connection: &mut PgConnection,
    id: IdentityId,
    link: &TokenDigest,
    or_before: TimeDelta,
) -> Result<bool, StorageError> {
    let is_younger: bool = sqlx::query_scalar(
        "select exists (select from identity i join one_time_token t on t.digest = $2
                         where i.id = $1 and i.totp is not null and i.totp_set_at >= t.created_at - $3::interval)",
    )
    .bind(id.as_uuid())
    .bind(link.as_bytes())
    .bind(or_before)
    .fetch_one(&mut *connection)
    .await?;
    if is_younger {
        set(connection, id, None, 0, &[]).await?;
    }
    Ok(is_younger)
}

/// Uses up the code of a step. Returns whether it was the first use: of two at once, one is.
pub async fn use_step(
    connection: &mut PgConnection,
    id: IdentityId,
    step: i64,
) -> Result<bool, StorageError> {
    let used = sqlx::query("update identity set totp_last_step = $2 where id = $1 and totp_last_step < $2")
        .bind(id.as_uuid())
        .bind(step)
        .execute(connection)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// Uses up a recovery code, by its digest. Returns whether it was one.
pub async fn use_recovery_code(
    connection: &mut PgConnection,
    id: IdentityId,
    digest: &[u8; 32],
) -> Result<bool, StorageError> {
    let used = sqlx::query(
        "update recovery_code set used_at = now() where identity_id = $1 and digest = $2 and used_at is null",
    )
    .bind(id.as_uuid())
    .bind(digest.as_slice())
    .execute(connection)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Returns how many recovery codes are left.
pub async fn codes_left(connection: &mut PgConnection, id: IdentityId) -> Result<i64, StorageError> {
    let (left,): (i64,) =
        sqlx::query_as("select count(*) from recovery_code where identity_id = $1 and used_at is null")
            .bind(id.as_uuid())
            .fetch_one(connection)
            .await?;
    Ok(left)
}
