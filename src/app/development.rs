//! Development mode: requests without a key use a test key of a development account, cost nothing
//! and find sample people. Each start creates a new key that never leaves the process. A start
//! without the mode suspends the account, so that keys created through it are of no use.

use sqlx::PgPool;

use crate::catalogue::plans::Catalogue;
use crate::clock::new_id;
use crate::domain::account::AccountState;
use crate::domain::audit::Actor;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::{FormatChoice, KeyPrefix, KeySecret, KeyState, Mode, Scope};
use crate::domain::plan::PlanRef;
use crate::domain::rights::Principal;
use crate::management::accounts::set_state;
use crate::management::keys::NewSecret;
use crate::management::{self, ChangeError};
use crate::secret::peppers::Peppers;
use crate::storage::accounts::{self, NewAccount};
use crate::storage::error::StorageError;
use crate::storage::keys::{self, NewKey};

/// The id of the account is constant, so that every start finds it.
const ACCOUNT: AccountId = AccountId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-00000000dead"));
const ENVIRONMENT: &str = "development";
const KEY_NAME: &str = "development mode";

/// Suspends the account, if an earlier start in development mode created it.
pub(super) async fn suspend(pool: &PgPool) -> Result<(), ChangeError> {
    let mut connection = pool.acquire().await?;
    if accounts::find(&mut connection, ACCOUNT).await?.is_some() {
        set_state(&mut connection, &principal(), ACCOUNT, AccountState::Suspended).await?;
    }
    Ok(())
}

fn principal() -> Principal {
    Principal::almighty(Actor::system("development mode"))
}

/// Creates the account unless it exists, gives it a new key, and revokes the keys of earlier
/// starts.
pub(super) async fn key(
    pool: &PgPool,
    catalogue: &Catalogue,
    peppers: &Peppers,
) -> Result<KeySecret, ChangeError> {
    let by = principal();
    let mut transaction = pool.begin().await?;
    if accounts::find(&mut transaction, ACCOUNT).await?.is_none() {
        let edition = catalogue.editions.last().ok_or(StorageError::Missing("there are no plans"))?;
        let largest = edition.plans.iter().max_by_key(|plan| plan.rate_per_s);
        let plan = largest.ok_or(StorageError::Missing("there are no plans"))?;
        let new = NewAccount {
            id: ACCOUNT,
            environment_id: EnvironmentId::from_uuid(new_id()),
            name: "Development mode".to_owned(),
            email: "development@localhost".to_owned(),
            plan: PlanRef { edition: edition.edition.clone(), plan: plan.plan.clone() },
        };
        management::accounts::create(&mut transaction, &by, &new).await?;
        let environment = EnvironmentId::from_uuid(new_id());
        let name = ENVIRONMENT.parse().map_err(|_| StorageError::Invalid("an environment's name"))?;
        let mode = Mode::Test;
        management::environments::create(&mut transaction, &by, environment, ACCOUNT, &name, mode).await?;
    }
    set_state(&mut transaction, &by, ACCOUNT, AccountState::Active).await?;
    for old in keys::list(&mut transaction, ACCOUNT, None, keys::LIST_LIMIT).await? {
        if old.name == KEY_NAME {
            management::keys::set_state(&mut transaction, &by, old.id, KeyState::Revoked).await?;
        }
    }
    let new = NewKey {
        id: KeyId::from_uuid(new_id()),
        account_id: ACCOUNT,
        environment: ENVIRONMENT.to_owned(),
        terms: KeyTerms::unlimited(KEY_NAME, &Scope::ALL),
    };
    let (format, prefix) = (FormatChoice::Usual, &KeyPrefix::default());
    let secret = NewSecret { format, prefix, peppers };
    let made = management::keys::create(&mut transaction, &by, &new, &secret).await?;
    transaction.commit().await?;
    Ok(made.1)
}
