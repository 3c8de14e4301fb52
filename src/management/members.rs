//! Changes of members.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{ChangeError, ChangeRecord, difference, lock, may_manage, record_change};
use crate::domain::audit::{Action, Actor, Subject, Who};
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::member::{Member, MemberState, Role, may_become};
use crate::domain::rights::Principal;
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::storage::identity::{factor_resets, identities, memberships};
use crate::storage::members::{self, MAX_MEMBERS};

/// Invites a member.
///
/// # Errors
/// If the author lacks the right, the account is not there or full, or has a member with this
/// address.
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
    if members::list(&mut transaction, account_id).await?.len() >= MAX_MEMBERS {
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
/// If the author lacks the right, the account has no such member, or it would be left without an
/// admin.
pub async fn change(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    id: MemberId,
    role: Role,
    state: MemberState,
) -> Result<Member, ChangeError> {
    may_manage(by, account_id, ChangeError::NoMember)?;
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

/// Invites a member again: one who has not accepted yet, or who was disabled.
///
/// # Errors
/// If the author lacks the right, or the account has no such member, or the member is active.
pub async fn invite_again(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    id: MemberId,
) -> Result<Member, ChangeError> {
    may_manage(by, account_id, ChangeError::NoMember)?;
    let mut transaction = connection.begin().await?;
    lock(&mut transaction, by, account_id).await?;
    let members = members::list(&mut transaction, account_id).await?;
    let before = members.into_iter().find(|member| member.id == id && member.state != MemberState::Active);
    let before = before.ok_or(ChangeError::NoMember)?;
    let after = Member { state: MemberState::Invited, ..before.clone() };
    members::save(&mut transaction, id, after.role, after.state).await?;
    memberships::forget_identity(&mut transaction, id).await?;
    let record = ChangeRecord {
        account_id,
        action: Action::MemberInvitedAgain,
        subject: Subject::Member(id),
        before: Some(json!({ "state": before.state })),
        after: Some(json!({ "state": after.state })),
    };
    record_change(&mut transaction, by, record).await?;
    transaction.commit().await?;
    Ok(after)
}

/// Attaches an identity to the invited member, so that the person can log in to the account.
/// Idempotent.
///
/// # Errors
/// If the account is closed or has no such member, the member was disabled, or the invitation is
/// for another address.
pub async fn accept(
    connection: &mut PgConnection,
    member_id: MemberId,
    identity: &Identity,
    address: Option<IpAddr>,
) -> Result<AccountId, ChangeError> {
    let mut transaction = connection.begin().await?;
    let account_id = members::account_of(&mut transaction, member_id).await?.ok_or(ChangeError::NoMember)?;
    let by = Principal::almighty(Actor { address, ..Actor::of(Who::Member(member_id)) });
    lock(&mut transaction, &by, account_id).await?;
    let members = members::list(&mut transaction, account_id).await?;
    let before = members.iter().find(|member| member.id == member_id).ok_or(ChangeError::NoMember)?;
    let linked = memberships::identity_of(&mut transaction, member_id).await?;
    match (before.state, linked) {
        (MemberState::Active, Some(linked)) if linked == identity.id => return Ok(account_id),
        (MemberState::Disabled, _) | (_, Some(_)) => return Err(ChangeError::NoMember),
        (MemberState::Invited | MemberState::Active, None) => {}
    }
    if !is_same_address(&before.email, &identity.email) {
        return Err(ChangeError::NoMember);
    }
    memberships::accept(&mut transaction, member_id, identity.id).await?;
    let record = ChangeRecord {
        account_id,
        action: Action::MemberAccepted,
        subject: Subject::Member(member_id),
        before: Some(json!({ "state": before.state })),
        after: Some(json!({ "state": MemberState::Active })),
    };
    record_change(&mut transaction, &by, record).await?;
    transaction.commit().await?;
    Ok(account_id)
}

/// Vouches for a member who has lost their second factor: it ends after a wait, in which the person
/// can keep it. Returns the person and the end of the wait.
///
/// # Errors
/// If the author lacks the right or is the member, or the account has no such active member with a
/// second factor.
pub async fn vouch(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    id: MemberId,
) -> Result<(Identity, DateTime<Utc>), ChangeError> {
    may_manage(by, account_id, ChangeError::NoMember)?;
    let Who::Member(author) = by.actor.who else { return Err(ChangeError::NoMember) };
    if author == id {
        return Err(ChangeError::NoMember);
    }
    let mut transaction = connection.begin().await?;
    let person = with_factor(&mut transaction, by, account_id, id).await?;
    let due_at = factor_resets::begin(&mut transaction, person.id, account_id, author).await?;
    record_end_of_factor(&mut transaction, by, Action::MemberVouched, (account_id, id), due_at).await?;
    transaction.commit().await?;
    Ok((person, due_at))
}

/// Begins the wait after which the second factor of a member ends, for an operator: 72 hours, with
/// three notices. Returns the person, and when it ends.
///
/// # Errors
/// If the author is no operator, or the account has no active member of this id with a second
/// factor.
pub async fn reset_factor(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    id: MemberId,
) -> Result<(Identity, DateTime<Utc>), ChangeError> {
    by.rights.operate()?;
    let mut transaction = connection.begin().await?;
    let person = with_factor(&mut transaction, by, account_id, id).await?;
    let due_at = factor_resets::begin_for_operator(&mut transaction, person.id, account_id).await?;
    record_end_of_factor(&mut transaction, by, Action::MemberFactorReset, (account_id, id), due_at).await?;
    transaction.commit().await?;
    Ok((person, due_at))
}

/// Locks the account, and returns the person of an active member who has a second factor.
async fn with_factor(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    id: MemberId,
) -> Result<Identity, ChangeError> {
    lock(connection, by, account_id).await?;
    let members = members::list(connection, account_id).await?;
    if !members.iter().any(|member| member.id == id && member.state == MemberState::Active) {
        return Err(ChangeError::NoMember);
    }
    let person = memberships::identity_of(connection, id).await?.ok_or(ChangeError::NoMember)?;
    let person = identities::find(connection, person).await?.filter(|person| person.has_second_factor);
    person.ok_or(ChangeError::NoMember)
}

async fn record_end_of_factor(
    connection: &mut PgConnection,
    by: &Principal,
    action: Action,
    (account_id, id): (AccountId, MemberId),
    due_at: DateTime<Utc>,
) -> Result<(), ChangeError> {
    let after = Some(json!({ "second_factor_ends_at": due_at }));
    let record = ChangeRecord { account_id, action, subject: Subject::Member(id), before: None, after };
    record_change(connection, by, record).await
}

fn is_same_address(one: &str, other: &str) -> bool {
    let key = |text: &str| text.parse::<EmailAddress>().ok().map(|address| EmailKey::of(&address));
    key(one).is_some_and(|one| Some(one) == key(other))
}
