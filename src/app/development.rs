//! The development mode: requests without a key are served as a test key of an account made for it, on sample people and
//! for no credits. A new key is made at every start and never leaves the process.

use sqlx::PgPool;

use crate::clock::new_id;
use crate::config::plans::Catalogue;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::key::{KeyFormat, KeySecret, KeyState, Mode, Scope};
use crate::domain::plan::PlanRef;
use crate::secret::{Pepper, generate_key};
use crate::storage::accounts::{self, NewAccount};
use crate::storage::error::StorageError;
use crate::storage::keys::{self, NewKey};

/// The account's id: always the same, so that every start finds it.
const ACCOUNT: AccountId = AccountId::from_uuid(uuid::uuid!("01900000-0000-7000-8000-00000000dead"));
const ENVIRONMENT: &str = "development";
const KEY_NAME: &str = "development mode";

/// Makes sure of the account and gives it a new key; keys of earlier starts end.
pub(super) async fn key(
    pool: &PgPool,
    catalogue: &Catalogue,
    pepper: &Pepper,
) -> Result<KeySecret, StorageError> {
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
        accounts::create(&mut transaction, &new).await?;
        let environment = EnvironmentId::from_uuid(new_id());
        accounts::create_environment(&mut transaction, environment, ACCOUNT, ENVIRONMENT, Mode::Test).await?;
    }
    for old in keys::list(&mut transaction, ACCOUNT).await? {
        keys::set_state(&mut transaction, old.id, KeyState::Revoked).await?;
    }
    let new = NewKey {
        id: KeyId::from_uuid(new_id()),
        account_id: ACCOUNT,
        environment: ENVIRONMENT.to_owned(),
        name: KEY_NAME.to_owned(),
        scopes: Scope::ALL.to_vec(),
        expires_at: None,
        daily_cap: None,
        monthly_cap: None,
    };
    let secret = generate_key(KeyFormat::Fluence)
        .map_err(|_| StorageError::Invalid("keys of this format are not made"))?;
    keys::create(&mut transaction, &new, &secret, pepper).await?;
    transaction.commit().await?;
    Ok(secret)
}
