//! Second factors that are about to end: a day after an admin vouched for a person who has lost
//! theirs, or three days after an operator confirmed it, with a notice on each of them.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, IdentityId, MemberId};
use crate::storage::error::StorageError;
use crate::storage::identity::admins::{self, Admin};
use crate::storage::identity::memberships::{self, Membership};

/// Hours between the vouching and the end of the factor.
pub const WAIT_H: i32 = 24;
/// Hours between an operator's confirmation and the end of the factor.
pub const OPERATOR_WAIT_H: i32 = 72;
/// How long a log-in can use the end of the factor.
pub(super) const USABLE_FOR: TimeDelta = TimeDelta::days(7);
/// Hours between two notices of it.
const NOTICE_EVERY_H: i32 = 24;
/// The most notices that are sent at once.
const NOTICES_AT_ONCE: i64 = 20;
const MAX_VOUCHERS: usize = 20;

/// Begins the wait after an admin vouched. Returns when it ends; a wait that has begun goes on.
pub async fn begin(
    connection: &mut PgConnection,
    identity: IdentityId,
    account: AccountId,
    by: MemberId,
) -> Result<DateTime<Utc>, StorageError> {
    insert(connection, identity, account, Some(by), WAIT_H, None).await
}

/// Begins the longer wait for an operator, with notices. Returns when it ends; a wait that has
/// begun goes on.
pub async fn begin_for_operator(
    connection: &mut PgConnection,
    identity: IdentityId,
    account: AccountId,
) -> Result<DateTime<Utc>, StorageError> {
    insert(connection, identity, account, None, OPERATOR_WAIT_H, Some(NOTICE_EVERY_H)).await
}

/// Without `notice_after_h`, no further notice is sent. A reset that was not used in time does not
/// count.
async fn insert(
    connection: &mut PgConnection,
    identity: IdentityId,
    account: AccountId,
    by: Option<MemberId>,
    wait_h: i32,
    notice_after_h: Option<i32>,
) -> Result<DateTime<Utc>, StorageError> {
    forget_unused(connection, identity).await?;
    let (due_at,): (DateTime<Utc>,) = sqlx::query_as(
        "insert into factor_reset (identity_id, account_id, member_id, created_at, due_at, next_notice_at)
         values ($1, $2, $3, now(), now() + make_interval(hours => $4), now() + make_interval(hours => $5))
             on conflict (identity_id) do update set due_at = factor_reset.due_at
         returning due_at",
    )
    .bind(identity.as_uuid())
    .bind(account.as_uuid())
    .bind(by.map(|by| by.as_uuid()))
    .bind(wait_h)
    .bind(notice_after_h)
    .fetch_one(connection)
    .await?;
    Ok(due_at)
}

/// Removes a reset that was not used in time.
async fn forget_unused(connection: &mut PgConnection, identity: IdentityId) -> Result<(), StorageError> {
    sqlx::query("delete from factor_reset where identity_id = $1 and due_at <= now() - $2::interval")
        .bind(identity.as_uuid())
        .bind(USABLE_FOR)
        .execute(connection)
        .await?;
    Ok(())
}

/// A person who gets another notice that their factor is about to end.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DueNotice {
    pub identity_id: Uuid,
    pub email: String,
    pub mail_language: Option<String>,
    pub due_at: DateTime<Utc>,
}

/// Takes the notices that are due: of several gateways, one sends each. After the third there is no
/// further one.
pub async fn take_due_notices(connection: &mut PgConnection) -> Result<Vec<DueNotice>, StorageError> {
    let due = sqlx::query_as(
        "with due as (
             select identity_id from factor_reset where next_notice_at <= now() and due_at > now()
              order by next_notice_at limit $1 for update skip locked
         ), noted as (
             update factor_reset r set notices = r.notices + 1,
                    next_notice_at = case when r.notices < 2 then r.next_notice_at + make_interval(hours => $2) end
               from due where r.identity_id = due.identity_id
             returning r.identity_id, r.due_at
         )
         select n.identity_id, i.email, coalesce(i.language, i.last_language) as mail_language, n.due_at
           from noted n join identity i on i.id = n.identity_id",
    );
    Ok(due.bind(NOTICES_AT_ONCE).bind(NOTICE_EVERY_H).fetch_all(connection).await?)
}

/// Ends the wait of a person without any effect. Returns whether there was one.
pub async fn cancel(connection: &mut PgConnection, identity: IdentityId) -> Result<bool, StorageError> {
    let ended = sqlx::query("delete from factor_reset where identity_id = $1")
        .bind(identity.as_uuid())
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() == 1)
}

/// Takes the reset of a person whose wait is over, while it is usable. Of two log-ins at once, one
/// takes it.
pub async fn take_due(connection: &mut PgConnection, identity: IdentityId) -> Result<bool, StorageError> {
    let taken = sqlx::query(
        "delete from factor_reset where identity_id = $1 and due_at <= now() and due_at > now() - $2::interval",
    )
    .bind(identity.as_uuid())
    .bind(USABLE_FOR)
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// An admin who may vouch for a person, in one of their accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The member who has lost the factor.
    pub member_id: MemberId,
    pub admin: Admin,
}

/// Returns the other active admins of a person's open accounts who can log in, at most 20.
pub async fn vouchers(
    connection: &mut PgConnection,
    identity: IdentityId,
) -> Result<Vec<Voucher>, StorageError> {
    let own = memberships::of_identity(connection, identity).await?;
    let own: Vec<Membership> = own.into_iter().filter(|own| own.closed_at.is_none()).collect();
    let accounts: Vec<Uuid> = own.iter().map(|own| own.account_id.as_uuid()).collect();
    let admins = admins::active(connection, &accounts).await?.into_iter();
    let others = admins.filter(|admin| admin.identity_id.is_some_and(|id| id != identity.as_uuid()));
    let vouchers = others.filter_map(|admin| {
        let member = own.iter().find(|own| own.account_id.as_uuid() == admin.account_id)?;
        Some(Voucher { member_id: member.member_id, admin })
    });
    Ok(vouchers.take(MAX_VOUCHERS).collect())
}
