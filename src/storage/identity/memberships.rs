//! The accounts of a person.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::account::AccountState;
use crate::domain::ids::{AccountId, IdentityId, MemberId};
use crate::domain::member::Role;
use crate::storage::error::{RowRef, StorageError};

/// A person's place in an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub member_id: MemberId,
    pub account_id: AccountId,
    pub role: Role,
    pub account_name: String,
    pub account_state: AccountState,
    pub closed_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    member_id: Uuid,
    account_id: Uuid,
    role: String,
    account_name: String,
    account_state: String,
    closed_at: Option<DateTime<Utc>>,
}

/// The most accounts of a person that are read.
pub const MAX_ACCOUNTS: i64 = 100;

impl TryFrom<MembershipRow> for Membership {
    type Error = StorageError;
    fn try_from(row: MembershipRow) -> Result<Self, StorageError> {
        let member = RowRef::new("member", row.member_id);
        Ok(Self {
            member_id: MemberId::from_uuid(row.member_id),
            account_id: AccountId::from_uuid(row.account_id),
            role: member.read("role", Role::from_name(&row.role))?,
            account_name: row.account_name,
            account_state: member.read("account.state", AccountState::from_name(&row.account_state))?,
            closed_at: row.closed_at,
        })
    }
}

/// Returns the accounts in which a person is an active member, by name.
pub async fn of_identity(
    connection: &mut PgConnection,
    identity: IdentityId,
) -> Result<Vec<Membership>, StorageError> {
    let rows: Vec<MembershipRow> = sqlx::query_as(
        "select m.id as member_id, m.account_id, m.role, a.name as account_name, a.state as account_state, a.closed_at
           from member m join account a on a.id = m.account_id
          where m.identity_id = $1 and m.state = 'active'
          order by lower(a.name), a.id limit $2",
    )
    .bind(identity.as_uuid())
    .bind(MAX_ACCOUNTS)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Membership::try_from).collect()
}

/// Attaches an identity to the invited member.
pub async fn accept(
    connection: &mut PgConnection,
    member: MemberId,
    identity: IdentityId,
) -> Result<(), StorageError> {
    sqlx::query("update member set identity_id = $2, state = 'active', accepted_at = coalesce(accepted_at, now()) where id = $1")
        .bind(member.as_uuid())
        .bind(identity.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Detaches the identity of a member, who must accept another invitation.
pub async fn forget_identity(connection: &mut PgConnection, member: MemberId) -> Result<(), StorageError> {
    sqlx::query("update member set identity_id = null, accepted_at = null where id = $1")
        .bind(member.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the person of a member, once they have accepted.
pub async fn identity_of(
    connection: &mut PgConnection,
    member: MemberId,
) -> Result<Option<IdentityId>, StorageError> {
    let row: Option<(Option<Uuid>,)> = sqlx::query_as("select identity_id from member where id = $1")
        .bind(member.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(row.and_then(|(id,)| id).map(IdentityId::from_uuid))
}
