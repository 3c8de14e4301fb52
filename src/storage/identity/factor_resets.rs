//! Second factors that end a day after an admin vouched for a person who has lost theirs.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, IdentityId, MemberId};
use crate::storage::error::StorageError;

/// Hours between the vouching and the end of the factor.
pub const WAIT_H: i32 = 24;

/// Begins the wait. Returns when it ends; a wait that has begun goes on. A reset that was not used in time does not count.
pub async fn begin(
    connection: &mut PgConnection,
    identity: IdentityId,
    account: AccountId,
    by: MemberId,
) -> Result<DateTime<Utc>, StorageError> {
    sqlx::query("delete from factor_reset where identity_id = $1 and due_at <= now() - interval '7 days'")
        .bind(identity.as_uuid())
        .execute(&mut *connection)
        .await?;
    let (due_at,): (DateTime<Utc>,) = sqlx::query_as(
        "insert into factor_reset (identity_id, account_id, member_id, created_at, due_at)
         values ($1, $2, $3, now(), now() + make_interval(hours => $4))
             on conflict (identity_id) do update set due_at = factor_reset.due_at
         returning due_at",
    )
    .bind(identity.as_uuid())
    .bind(account.as_uuid())
    .bind(by.as_uuid())
    .bind(WAIT_H)
    .fetch_one(connection)
    .await?;
    Ok(due_at)
}

/// Ends the wait of a person without any effect. Returns whether there was one.
pub async fn cancel(connection: &mut PgConnection, identity: IdentityId) -> Result<bool, StorageError> {
    let ended = sqlx::query("delete from factor_reset where identity_id = $1")
        .bind(identity.as_uuid())
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() == 1)
}

/// Takes the reset of a person whose wait is over, within a week of its end. Of two log-ins at once, one takes it.
pub async fn take_due(connection: &mut PgConnection, identity: IdentityId) -> Result<bool, StorageError> {
    let taken = sqlx::query(
        "delete from factor_reset
          where identity_id = $1 and due_at <= now() and due_at > now() - interval '7 days'",
    )
    .bind(identity.as_uuid())
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// An admin who may vouch for a person, in one of their accounts.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Voucher {
    pub account_id: Uuid,
    pub account_name: String,
    /// The member who has lost the factor.
    pub member_id: Uuid,
    pub email: String,
    pub language: Option<String>,
}

/// Returns the other active admins of a person's accounts, at most 20.
pub async fn vouchers(
    connection: &mut PgConnection,
    identity: IdentityId,
) -> Result<Vec<Voucher>, StorageError> {
    let found = sqlx::query_as(
        "select a.id as account_id, a.name as account_name, own.id as member_id, i.email, i.language
           from member own
           join account a on a.id = own.account_id and a.closed_at is null
           join member admin on admin.account_id = a.id and admin.id <> own.id and admin.role = 'admin' and admin.state = 'active'
           join identity i on i.id = admin.identity_id and i.state = 'active'
          where own.identity_id = $1 and own.state = 'active'
          order by a.id, admin.id limit 20",
    );
    Ok(found.bind(identity.as_uuid()).fetch_all(connection).await?)
}
