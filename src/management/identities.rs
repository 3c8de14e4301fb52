//! Logging in: one-time links, sessions, passwords.

use std::net::IpAddr;

use sqlx::{Connection, PgConnection};

use super::{ChangeError, accounts, environments, members};
use crate::clock::new_id;
use crate::domain::audit::Actor;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, IdentityId, MemberId, SessionId};
use crate::domain::key::Mode;
use crate::domain::language::Language;
use crate::domain::member::{MemberState, Role};
use crate::domain::plan::PlanRef;
use crate::domain::rights::Principal;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::Identity;
use crate::identity::email::EmailKey;
use crate::identity::one_time::{self, NotAccepted, OneTime, Purpose};
use crate::secret::token::{Token, TokenDigest};
use crate::storage::accounts::NewAccount;
use crate::storage::error::StorageError;
use crate::storage::identity::sessions::NewSession;
use crate::storage::identity::{identities, one_time as tokens, sessions, sign_up_grants};
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

/// Creates the link of a sign-up, and lets the browser that asked for it use a code in its place.
/// Both are digests.
///
/// # Errors
/// When the operating system returns no random numbers.
pub async fn new_sign_up(
    connection: &mut PgConnection,
    address: &EmailAddress,
    browser: &TokenDigest,
    code: &[u8; 32],
) -> Result<Token, ChangeError> {
    let token = new_link(connection, Purpose::SignUp, address, None, None).await?;
    tokens::set_code(connection, &token.digest(), browser, code).await?;
    Ok(token)
}

/// What an account that a person opens begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub plan: PlanRef,
    /// Credits that the person gets once, and their life in days.
    pub grant: Option<(Credits, i32)>,
}

/// A person who signs up.
pub struct NewPerson {
    pub id: IdentityId,
    /// Proved by a link.
    pub email: EmailAddress,
    pub name: Name,
    pub language: Option<Language>,
    /// The hash of the password, sealed for the id.
    pub sealed: Vec<u8>,
    /// Where the request came from.
    pub address: Option<IpAddr>,
}

/// Adds a person with an account of their own: its environments `default` and `test`, and the
/// person as its active admin. The credits that it begins with are promised; `background` has the
/// ledger grant them.
///
/// # Errors
/// If there is no such plan, or the address belongs to another person.
pub async fn sign_up(
    connection: &mut PgConnection,
    person: NewPerson,
    account_name: &Name,
    opening: Opening,
) -> Result<AccountId, ChangeError> {
    let mut transaction = connection.begin().await?;
    let NewPerson { id, email, name, language, sealed, address } = person;
    identities::add(&mut transaction, id, &email, name.as_str(), language).await?;
    identities::set_password(&mut transaction, id, &sealed, true).await?;
    let identity = identities::find(&mut transaction, id).await?.ok_or(ChangeError::NoMember)?;
    let by = Principal::almighty(Actor { address, ..Actor::system("sign-up") });
    let account = NewAccount {
        id: AccountId::from_uuid(new_id()),
        environment_id: EnvironmentId::from_uuid(new_id()),
        name: account_name.as_str().to_owned(),
        email: email.as_str().to_owned(),
        plan: opening.plan,
    };
    accounts::create(&mut transaction, &by, &account).await?;
    let test = TEST_ENVIRONMENT.parse().map_err(|_| StorageError::Invalid("an environment's name"))?;
    let environment = EnvironmentId::from_uuid(new_id());
    environments::create(&mut transaction, &by, environment, account.id, &test, Mode::Test).await?;
    let admin =
        stored::list(&mut transaction, account.id).await?.into_iter().next().ok_or(ChangeError::NoMember)?;
    members::accept(&mut transaction, admin.id, &identity, address).await?;
    if let Some((credits, days)) = opening.grant {
        sign_up_grants::promise(&mut transaction, id, account.id, credits, days).await?;
    }
    transaction.commit().await?;
    Ok(account.id)
}

/// The second environment of an account that a person opens.
const TEST_ENVIRONMENT: &str = "test";

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
