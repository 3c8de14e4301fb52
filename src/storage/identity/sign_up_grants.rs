//! Credits that a person gets once for signing up: promised with the account, granted by the ledger
//! right after.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, IdentityId};
use crate::storage::error::{RowRef, StorageError};

/// A grant that the ledger has not made yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueGrant {
    pub identity_id: IdentityId,
    pub account_id: AccountId,
    pub credits: Credits,
    pub expires_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct DueRow {
    identity_id: Uuid,
    account_id: Uuid,
    credits: i64,
    expires_at: DateTime<Utc>,
}

/// Promises credits to a new account, once a person and once a mailbox, which is a keyed digest.
/// They expire after `days` days.
pub async fn promise(
    connection: &mut PgConnection,
    identity: IdentityId,
    account: AccountId,
    mailbox: &[u8; 32],
    (credits, days): (Credits, i32),
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into sign_up_grant (identity_id, account_id, credits, expires_at, created_at, mailbox)
         values ($1, $2, $3, now() + make_interval(days => $4), now(), $5)
             on conflict do nothing",
    )
    .bind(identity.as_uuid())
    .bind(account.as_uuid())
    .bind(credits.as_i64())
    .bind(days)
    .bind(mailbox.as_slice())
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns grants that are still to be made, oldest first. Those that the ledger refused are tried
/// again a day later, behind all others.
pub async fn due(connection: &mut PgConnection, limit: i64) -> Result<Vec<DueGrant>, StorageError> {
    let rows: Vec<DueRow> = sqlx::query_as(
        "select identity_id, account_id, credits, expires_at from sign_up_grant
          where granted_at is null and (refused_at is null or refused_at < now() - interval '1 day')
          order by refused_at nulls first, created_at limit $1",
    )
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let grant = |row: DueRow| {
        let stored = RowRef::new("sign_up_grant", row.identity_id);
        Ok(DueGrant {
            identity_id: IdentityId::from_uuid(row.identity_id),
            account_id: AccountId::from_uuid(row.account_id),
            credits: stored.convert("credits", row.credits)?,
            expires_at: row.expires_at,
        })
    };
    rows.into_iter().map(grant).collect()
}

/// Marks grants as made.
pub async fn granted(connection: &mut PgConnection, identities: &[IdentityId]) -> Result<(), StorageError> {
    sqlx::query(
        "update sign_up_grant set granted_at = now() where identity_id = any($1) and granted_at is null",
    )
    .bind(identities.iter().map(IdentityId::as_uuid).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// Notes that the ledger refused grants.
pub async fn refused(connection: &mut PgConnection, identities: &[IdentityId]) -> Result<(), StorageError> {
    sqlx::query(
        "update sign_up_grant set refused_at = now() where identity_id = any($1) and granted_at is null",
    )
    .bind(identities.iter().map(IdentityId::as_uuid).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
