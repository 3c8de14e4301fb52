//! Logging in: one-time links and sessions.

use std::net::IpAddr;

use sqlx::{Connection, PgConnection};

use super::{ChangeError, members};
use crate::clock::new_id;
use crate::domain::ids::{AccountId, IdentityId, MemberId, SessionId};
use crate::domain::member::{MemberState, Role};
use crate::domain::text::EmailAddress;
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{self, NotAccepted, OneTime, Purpose};
use crate::secret::token::{Token, TokenDigest};
use crate::storage::error::StorageError;
use crate::storage::identity::sessions::NewSession;
use crate::storage::identity::{identities, one_time as tokens, sessions};
use crate::storage::{clock, members as stored};

/// Creates a one-time link that logs a member in, for the operator to hand over. The person needs
/// no password. Without an address it is for the account's first admin.
///
/// # Errors
/// If the account has no such member, or the member was disabled.
pub async fn log_in_link(
    connection: &mut PgConnection,
    account_id: AccountId,
    email: Option<&EmailAddress>,
) -> Result<(Token, String), ChangeError> {
    let mut transaction = connection.begin().await?;
    let known = stored::list(&mut transaction, account_id).await?;
    let asked = email.map(EmailKey::of);
    let is_meant = |address: &EmailAddress, role: Role| match &asked {
        Some(key) => EmailKey::of(address) == *key,
        None => role == Role::Admin,
    };
    let member =
        known.into_iter().filter(|member| member.state != MemberState::Disabled).find_map(|member| {
            let address = member.email.parse::<EmailAddress>().ok()?;
            is_meant(&address, member.role).then_some((member.id, address))
        });
    let (member_id, address) = member.ok_or(ChangeError::NoMember)?;
    let identity_id = known_or_new(&mut transaction, &address, "").await?;
    let token = new_token()?;
    let purpose = Purpose::LogIn;
    tokens::add(&mut transaction, &token.digest(), purpose, &address, Some(identity_id), Some(member_id))
        .await?;
    transaction.commit().await?;
    Ok((token, address.into_string()))
}

/// Returns the person with an address, who is added if unknown.
async fn known_or_new(
    connection: &mut PgConnection,
    address: &EmailAddress,
    name: &str,
) -> Result<IdentityId, ChangeError> {
    if let Some(known) = identities::by_email(connection, &EmailKey::of(address)).await? {
        return Ok(known.id);
    }
    let id = IdentityId::from_uuid(new_id());
    identities::add(connection, id, address, name, None).await?;
    Ok(id)
}

/// Creates the one-time token of a link that is sent to an address.
///
/// # Errors
/// When the operating system returns no random numbers.
pub async fn new_link(
    connection: &mut PgConnection,
    purpose: Purpose,
    address: &EmailAddress,
    identity: Option<IdentityId>,
    member: Option<MemberId>,
) -> Result<Token, ChangeError> {
    let token = new_token()?;
    tokens::add(connection, &token.digest(), purpose, address, identity, member).await?;
    Ok(token)
}

pub(super) fn new_token() -> Result<Token, ChangeError> {
    Token::new().map_err(|error| ChangeError::NoSecret(error.into()))
}

/// Returns the token of a link, without using it up.
pub async fn look_at(
    connection: &mut PgConnection,
    digest: &TokenDigest,
    purpose: Purpose,
) -> Result<Result<OneTime, NotAccepted>, StorageError> {
    let token = tokens::find(connection, digest, false).await?;
    Ok(one_time::accept(token, purpose, clock::now(connection).await?))
}

/// Uses up the token of a link, once.
pub async fn consume(
    connection: &mut PgConnection,
    digest: &TokenDigest,
    purpose: Purpose,
) -> Result<Result<OneTime, NotAccepted>, StorageError> {
    let token = tokens::find(connection, digest, true).await?;
    let accepted = one_time::accept(token, purpose, clock::after_lock(connection).await?);
    if accepted.is_ok() {
        tokens::consume(connection, digest).await?;
    }
    Ok(accepted)
}

/// How a session starts.
#[derive(Clone, Debug)]
pub struct SessionStart {
    pub life: std::time::Duration,
    /// How long it may only be used to enter the second factor, where there is one.
    pub half: Option<std::time::Duration>,
    pub address: Option<IpAddr>,
    pub browser: String,
}

/// Begins a session. Returns the value of its cookie.
///
/// # Errors
/// When the operating system returns no random numbers.
pub async fn begin_session(
    connection: &mut PgConnection,
    identity_id: IdentityId,
    start: SessionStart,
) -> Result<Token, ChangeError> {
    let token = new_token()?;
    let SessionStart { life, half, address, browser } = start;
    let id = SessionId::from_uuid(new_id());
    let new = NewSession { id, identity_id, life, half, address, browser };
    sessions::begin(connection, &token.digest(), &new).await?;
    Ok(token)
}

/// Accepts the membership of a log-in link, where there is one.
///
/// # Errors
/// As [`members::accept`].
pub async fn accept_membership(
    connection: &mut PgConnection,
    member: Option<MemberId>,
    identity: &Identity,
    address: Option<IpAddr>,
) -> Result<Option<AccountId>, ChangeError> {
    match member {
        Some(member) => members::accept(connection, member, identity, address).await.map(Some),
        None => Ok(None),
    }
}
