//! Changes of members.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{ChangeError, ChangeRecord, difference, lock, record_change};
use crate::domain::audit::{Action, Subject};
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::{Member, MemberState, Role, may_become};
use crate::domain::rights::{MissingRight, Principal};
use crate::domain::text::EmailAddress;
use crate::storage::members::{self, MOST_MEMBERS};

/// Invites a member.
///
/// # Errors
/// If the author lacks the right, the account is not there or full, or has a member with this address.
pub async fn add(
    connection: &mut PgConnection,
    by: &Principal,
    id: MemberId,
    account_id: AccountId,
    email: &EmailAddress,
    role: Role,
) -> Result<Member, ChangeError> {
    by.rights.manage(account_id)?;
    let mut transaction = connection.begin().await?;
    lock(&mut transaction, by, account_id).await?;
    if members::list(&mut transaction, account_id).await?.len() >= MOST_MEMBERS {
        return Err(ChangeError::TooManyMembers);
    }
    members::add(&mut transaction, id, account_id, email.as_str(), role).await?;
    let record = ChangeRecord {
        account_id,
        action: Action::MemberAdded,
        subject: Subject::Member(id),
        before: None,
        after: Some(json!({ "role": role })),
    };
    record_change(&mut transaction, by, record).await?;
    let members = members::list(&mut transaction, account_id).await?;
    let added = members.into_iter().find(|member| member.id == id).ok_or(ChangeError::NoMember)?;
    transaction.commit().await?;
    Ok(added)
}

/// Changes the role and state of a member. An account keeps an admin.
///
/// # Errors
/// If the author lacks the right, the account has no such member, or it would be left without an admin.
pub async fn change(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    id: MemberId,
    role: Role,
    state: MemberState,
) -> Result<Member, ChangeError> {
    by.rights.manage(account_id).map_err(|missing| match missing {
        MissingRight::Account => ChangeError::NoMember,
        other => other.into(),
    })?;
    let mut transaction = connection.begin().await?;
    lock(&mut transaction, by, account_id).await?;
    let members = members::list(&mut transaction, account_id).await?;
    let before = members.iter().find(|member| member.id == id).ok_or(ChangeError::NoMember)?.clone();
    may_become(&members, id, role, state)?;
    let after = Member { role, state, ..before.clone() };
    let Some((old, new)) = difference(&before, &after) else { return Ok(before) };
    members::save(&mut transaction, id, role, state).await?;
    let record = ChangeRecord {
        account_id,
        action: Action::MemberChanged,
        subject: Subject::Member(id),
        before: Some(old),
        after: Some(new),
    };
    record_change(&mut transaction, by, record).await?;
    transaction.commit().await?;
    Ok(after)
}
