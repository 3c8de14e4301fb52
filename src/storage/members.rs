//! The members of an account.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{RowRef, StorageError};
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::{Member, MemberState, Role};

/// The most members of one account.
pub const MAX_MEMBERS: usize = 200;

#[derive(sqlx::FromRow)]
struct MemberRow {
    id: Uuid,
    account_id: Uuid,
    email: String,
    role: String,
    state: String,
    created_at: DateTime<Utc>,
}

/// Returns the members of an account, oldest first.
pub async fn list(connection: &mut PgConnection, account: AccountId) -> Result<Vec<Member>, StorageError> {
    let rows: Vec<MemberRow> = sqlx::query_as("select * from member where account_id = $1 order by id")
        .bind(account.as_uuid())
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(Member::try_from).collect()
}

/// Returns the account of a member.
pub async fn account_of(
    connection: &mut PgConnection,
    id: MemberId,
) -> Result<Option<AccountId>, StorageError> {
    let row: Option<(Uuid,)> = sqlx::query_as("select account_id from member where id = $1")
        .bind(id.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(id,)| AccountId::from_uuid(id)))
}

/// Adds a member who has not accepted yet.
///
/// # Errors
/// When the account has a member with this address.
pub async fn add(
    connection: &mut PgConnection,
    id: MemberId,
    account: AccountId,
    email: &str,
    role: Role,
) -> Result<(), StorageError> {
    sqlx::query("insert into member (id, account_id, email, role) values ($1, $2, $3, $4)")
        .bind(id.as_uuid())
        .bind(account.as_uuid())
        .bind(email)
        .bind(role.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Stores a member's role and state.
pub async fn save(
    connection: &mut PgConnection,
    id: MemberId,
    role: Role,
    state: MemberState,
) -> Result<(), StorageError> {
    sqlx::query("update member set role = $2, state = $3 where id = $1")
        .bind(id.as_uuid())
        .bind(role.as_str())
        .bind(state.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

impl TryFrom<MemberRow> for Member {
    type Error = StorageError;
    fn try_from(row: MemberRow) -> Result<Self, StorageError> {
        let member = RowRef::new("member", row.id);
        Ok(Self {
            id: MemberId::from_uuid(row.id),
            account_id: AccountId::from_uuid(row.account_id),
            email: row.email,
            role: member.read("role", Role::from_name(&row.role))?,
            state: member.read("state", MemberState::from_name(&row.state))?,
            created_at: row.created_at,
        })
    }
}
