//! Changes of keys.

mod make;
mod playground;
mod rotate;

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{ChangeError, ChangeRecord, difference, lock, may_manage, record_change};
use crate::domain::account::EnvironmentView;
use crate::domain::audit::{Action, Subject};
use crate::domain::ids::KeyId;
use crate::domain::key::terms::TermsChange;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyState, KeyStatus};
use crate::domain::rights::{Principal, Rights};
use crate::storage::{clock, environments, keys};

pub use make::{NewSecret, create, import};
pub use playground::playground;
pub use rotate::{cancel_rotation, end_overlap, rotate};

/// Locks a key's account until the transaction ends. Returns the key and the author's current
/// rights. A key of another account does not exist for the author.
async fn locked(
    connection: &mut PgConnection,
    by: &Principal,
    id: KeyId,
) -> Result<(KeyView, Rights), ChangeError> {
    let seen = keys::find(connection, id).await?.ok_or(ChangeError::NoKey)?;
    may_manage(by, seen.account_id, ChangeError::NoKey)?;
    by.rights.touch(seen.mode)?;
    let rights = lock(connection, by, seen.account_id).await?;
    Ok((find_key(connection, id).await?, rights))
}

async fn find_key(connection: &mut PgConnection, id: KeyId) -> Result<KeyView, ChangeError> {
    keys::find(connection, id).await?.ok_or(ChangeError::NoKey)
}

/// Checks that an environment has room for another key.
fn room(environment: &EnvironmentView) -> Result<(), ChangeError> {
    if environment.keys < i64::from(environment.most_keys) { Ok(()) } else { Err(ChangeError::TooManyKeys) }
}

/// Changes the state of a key. Idempotent.
///
/// # Errors
/// If the author lacks the right, if the key to enable reaches further than the author's rights, or
/// if a revoked key would be enabled.
pub async fn set_state(
    connection: &mut PgConnection,
    by: &Principal,
    id: KeyId,
    state: KeyState,
) -> Result<KeyView, ChangeError> {
    let mut transaction = connection.begin().await?;
    let (before, rights) = locked(&mut transaction, by, id).await?;
    if before.state == state {
        return Ok(before);
    }
    if before.state == KeyState::Revoked {
        return Err(ChangeError::Revoked);
    }
    if state == KeyState::Active {
        rights.grant(Some(id), &before.terms().reach(), None, before.mode)?;
    }
    keys::set_state(&mut transaction, id, state).await?;
    let record = ChangeRecord {
        account_id: before.account_id,
        action: match state {
            KeyState::Active => Action::KeyEnabled,
            KeyState::Disabled => Action::KeyDisabled,
            KeyState::Revoked => Action::KeyRevoked,
        },
        subject: Subject::Key(id),
        before: Some(json!({ "state": before.state })),
        after: Some(json!({ "state": state })),
    };
    record_change(&mut transaction, by, record).await?;
    let view = find_key(&mut transaction, id).await?;
    transaction.commit().await?;
    Ok(view)
}

/// Changes a key's name, rights or limits.
///
/// # Errors
/// If the author lacks the right, if the key would reach further than before and than the author's
/// rights, if it is revoked, or if its new end has passed.
pub async fn change(
    connection: &mut PgConnection,
    by: &Principal,
    id: KeyId,
    change: TermsChange,
) -> Result<KeyView, ChangeError> {
    let mut transaction = connection.begin().await?;
    let (view, rights) = locked(&mut transaction, by, id).await?;
    let before = view.terms();
    let after = change.apply(before.clone());
    let Some((old, new)) = difference(&before, &after) else { return Ok(view) };
    if view.state == KeyState::Revoked {
        return Err(ChangeError::Revoked);
    }
    rights.grant(Some(id), &after.reach(), Some(&before.reach()), view.mode)?;
    let now = clock::now(&mut transaction).await?;
    if after.expires_at != before.expires_at {
        if after.expires_at.is_some_and(|ends| ends <= now) {
            return Err(ChangeError::EndsInPast);
        }
        // An expired key does not count against the environment's limit. A renewed one does.
        if view.status == KeyStatus::Expired {
            let environments = environments::list(&mut transaction, view.account_id).await?;
            let environment = environments.iter().find(|known| known.id == view.environment_id);
            room(environment.ok_or(ChangeError::NoEnvironment)?)?;
        }
    }
    keys::save_terms(&mut transaction, id, &after).await?;
    let record = ChangeRecord {
        account_id: view.account_id,
        action: Action::KeyChanged,
        subject: Subject::Key(id),
        before: Some(old),
        after: Some(new),
    };
    record_change(&mut transaction, by, record).await?;
    let view = find_key(&mut transaction, id).await?;
    transaction.commit().await?;
    Ok(view)
}
