//! Changes of environments.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{ChangeError, ChangeRecord, lock, may_manage, record_change};
use crate::domain::account::EnvironmentView;
use crate::domain::audit::{Action, Subject};
use crate::domain::ids::{AccountId, EnvironmentId};
use crate::domain::key::Mode;
use crate::domain::rights::Principal;
use crate::domain::text::EnvironmentName;
use crate::storage::environments;

pub const MAX_ENVIRONMENTS: usize = 50;

/// Creates an environment.
///
/// # Errors
/// If the author lacks the right, the account is not there or full, or has an environment of that
/// name.
pub async fn create(
    connection: &mut PgConnection,
    by: &Principal,
    id: EnvironmentId,
    account_id: AccountId,
    name: &EnvironmentName,
    mode: Mode,
) -> Result<EnvironmentView, ChangeError> {
    by.rights.manage(account_id)?;
    by.rights.touch(mode)?;
    let mut transaction = connection.begin().await?;
    lock(&mut transaction, by, account_id).await?.change_environments()?;
    let environments = environments::list(&mut transaction, account_id).await?;
    if environments.iter().any(|environment| environment.name == name.as_str()) {
        return Err(ChangeError::EnvironmentExists);
    }
    if environments.len() >= MAX_ENVIRONMENTS {
        return Err(ChangeError::TooManyEnvironments);
    }
    environments::create(&mut transaction, id, account_id, name.as_str(), mode).await?;
    let record = ChangeRecord {
        account_id,
        action: Action::EnvironmentCreated,
        subject: Subject::Environment(id),
        before: None,
        after: Some(json!({ "name": name.as_str(), "mode": mode })),
    };
    record_change(&mut transaction, by, record).await?;
    let made = find(&mut transaction, account_id, id).await?;
    transaction.commit().await?;
    Ok(made)
}

/// Limits the keys of an environment. `None` leaves the limit to the plan, whose number always
/// applies. Existing keys stay.
///
/// # Errors
/// If the author lacks the right, or the account has no such environment.
pub async fn set_key_cap(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    id: EnvironmentId,
    key_cap: Option<u16>,
) -> Result<EnvironmentView, ChangeError> {
    may_manage(by, account_id, ChangeError::NoEnvironment)?;
    let mut transaction = connection.begin().await?;
    lock(&mut transaction, by, account_id).await?.change_environments()?;
    let before = find(&mut transaction, account_id, id).await?;
    by.rights.touch(before.mode)?;
    let key_cap = key_cap.map(i32::from);
    if before.key_cap == key_cap {
        return Ok(before);
    }
    environments::set_key_cap(&mut transaction, id, key_cap).await?;
    let record = ChangeRecord {
        account_id,
        action: Action::EnvironmentChanged,
        subject: Subject::Environment(id),
        before: Some(json!({ "key_cap": before.key_cap })),
        after: Some(json!({ "key_cap": key_cap })),
    };
    record_change(&mut transaction, by, record).await?;
    let view = find(&mut transaction, account_id, id).await?;
    transaction.commit().await?;
    Ok(view)
}

/// Returns an environment of an account.
///
/// # Errors
/// If the account has no such environment.
pub async fn find(
    connection: &mut PgConnection,
    account_id: AccountId,
    id: EnvironmentId,
) -> Result<EnvironmentView, ChangeError> {
    let environments = environments::list(connection, account_id).await?;
    environments.into_iter().find(|environment| environment.id == id).ok_or(ChangeError::NoEnvironment)
}
