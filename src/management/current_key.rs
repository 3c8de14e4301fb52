//! The current state of the key that requests a change.

use sqlx::PgConnection;

use super::{ChangeError, KeyNoLongerValid};
use crate::domain::account::AccountState;
use crate::domain::key::KeyState;
use crate::domain::rights::{ActingKey, Rights};
use crate::storage::keys;

/// Returns the current rights. The key may have been revoked or limited while the request was read or waited for the
/// account. Call this with the account locked.
pub(super) async fn current_rights(
    connection: &mut PgConnection,
    rights: &Rights,
) -> Result<Rights, ChangeError> {
    let Rights::OfKey(key) = rights else { return Ok(rights.clone()) };
    let current = keys::acting(connection, key.key_id, key.secret_version).await?;
    let current = current.ok_or(KeyNoLongerValid::Revoked)?;
    match current.state {
        KeyState::Active => {}
        KeyState::Disabled => return Err(KeyNoLongerValid::Disabled.into()),
        KeyState::Revoked => return Err(KeyNoLongerValid::Revoked.into()),
    }
    if current.has_ended {
        return Err(KeyNoLongerValid::Expired.into());
    }
    if current.account_state == AccountState::Suspended {
        return Err(KeyNoLongerValid::Suspended.into());
    }
    Ok(Rights::OfKey(ActingKey { reach: current.reach, ..key.clone() }))
}
