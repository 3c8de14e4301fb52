//! Keys of the playground: for any member, of a test environment of their own, and for an hour.

use chrono::TimeDelta;
use sqlx::{Connection, PgConnection};

use super::{NewSecret, create, set_state};
use crate::clock::new_id;
use crate::domain::account::{EnvironmentView, PLAYGROUND_ENVIRONMENTS, is_playground};
use crate::domain::audit::Who;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId, MemberId};
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeySecret, KeyState, Mode, Scope};
use crate::domain::origin::Origin;
use crate::domain::rights::Principal;
use crate::domain::text::EnvironmentName;
use crate::management::current_key::current_rights;
use crate::management::{ChangeError, environments};
use crate::storage::accounts::{self, Life};
use crate::storage::clock;
use crate::storage::environments as stored;
use crate::storage::error::StorageError;
use crate::storage::keys::{self, KeyFilter, NewKey};

/// Keys of an account's playground that work at once: one a person.
const MAX_KEYS: u16 = 5;
const LIFE: TimeDelta = TimeDelta::minutes(60);
/// Keys that are read to find the person's earlier one.
const READ: usize = 100;

/// Creates a key with which a member tries calls, and revokes their earlier one. It costs nothing
/// and finds sample people.
///
/// # Errors
/// If the author is no active member, the account is closed, or others use all keys of the
/// playground.
pub async fn playground(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    secret: &NewSecret<'_>,
) -> Result<(KeyView, KeySecret), ChangeError> {
    let Who::Member(member) = by.actor.who else { return Err(ChangeError::NoMember) };
    let mut transaction = connection.begin().await?;
    match accounts::lock(&mut transaction, account_id).await? {
        Some(Life::Open) => drop(current_rights(&mut transaction, &by.rights).await?),
        Some(Life::Closed) => return Err(ChangeError::Closed),
        None => return Err(ChangeError::NoAccount),
    }
    // A member may not make keys, but may have this one.
    let own = Principal::almighty(by.actor.clone());
    let environment = environment(&mut transaction, &own, account_id).await?;
    let name = name_of(member);
    revoke_earlier(&mut transaction, &own, account_id, &environment, &name).await?;
    let now = clock::now(&mut transaction).await?;
    let terms = KeyTerms {
        name,
        scopes: vec![Scope::Read, Scope::Invoke],
        origin: Origin::default(),
        expires_at: Some(now + LIFE),
        daily_cap: None,
        monthly_cap: None,
    };
    let new = NewKey { id: KeyId::from_uuid(new_id()), account_id, environment: environment.name, terms };
    let made = create(&mut transaction, &own, &new, secret).await?;
    transaction.commit().await?;
    Ok(made)
}

/// The name of a member's key. The end of an id is random, its beginning is a time.
fn name_of(member: MemberId) -> String {
    let id = member.as_uuid().simple().to_string();
    format!("playground {}", &id[id.len() - 8..])
}

async fn environment(
    connection: &mut PgConnection,
    own: &Principal,
    account_id: AccountId,
) -> Result<EnvironmentView, ChangeError> {
    let mut known = stored::list(connection, account_id).await?;
    if let Some(place) = known.iter().position(|known| is_playground(&known.name, known.mode)) {
        return Ok(known.swap_remove(place));
    }
    let is_free = |name: &&str| known.iter().all(|known| known.name != **name);
    let name = PLAYGROUND_ENVIRONMENTS.iter().copied().find(is_free).ok_or(ChangeError::EnvironmentExists)?;
    let name: EnvironmentName = name.parse().map_err(|_| StorageError::Invalid("an environment's name"))?;
    let id = EnvironmentId::from_uuid(new_id());
    environments::create(connection, own, id, account_id, &name, Mode::Test).await?;
    environments::set_key_cap(connection, own, account_id, id, Some(MAX_KEYS)).await
}

async fn revoke_earlier(
    connection: &mut PgConnection,
    own: &Principal,
    account_id: AccountId,
    environment: &EnvironmentView,
    name: &str,
) -> Result<(), ChangeError> {
    let filter = KeyFilter { environment: Some(environment.id), ..KeyFilter::default() };
    let live = keys::search(connection, account_id, &filter, None, READ).await?;
    for key in live.keys.iter().filter(|key| key.name == name) {
        set_state(connection, own, key.id, KeyState::Revoked).await?;
    }
    Ok(())
}
