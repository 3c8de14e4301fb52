//! A person signs up, with an account of their own.

use std::net::IpAddr;

use sqlx::{Connection, PgConnection};

use super::identities::new_link;
use super::{ChangeError, accounts, environments, members};
use crate::clock::new_id;
use crate::domain::audit::Actor;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, IdentityId};
use crate::domain::key::Mode;
use crate::domain::language::Language;
use crate::domain::plan::PlanRef;
use crate::domain::rights::Principal;
use crate::domain::text::{EmailAddress, Name};
use crate::identity::one_time::Purpose;
use crate::secret::token::{Token, TokenDigest};
use crate::storage::accounts::NewAccount;
use crate::storage::error::StorageError;
use crate::storage::identity::{identities, one_time as tokens, sign_up_grants};
use crate::storage::members as stored;

/// The second environment of an account that a person opens.
const TEST_ENVIRONMENT: &str = "test";

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
    /// Credits that a mailbox gets once, and their life in days.
    pub grant: Option<(Credits, i32)>,
}

/// A person who signs up.
pub struct NewPerson {
    pub id: IdentityId,
    /// Proved by a link.
    pub email: EmailAddress,
    /// A keyed digest of the mailbox that the address leads to.
    pub mailbox: [u8; 32],
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
    let NewPerson { id, email, mailbox, name, language, sealed, address } = person;
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
    if let Some(grant) = opening.grant {
        sign_up_grants::promise(&mut transaction, id, account.id, &mailbox, grant).await?;
    }
    transaction.commit().await?;
    Ok(account.id)
}
