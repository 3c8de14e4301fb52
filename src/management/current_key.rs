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
    let Rights::OfKey(known) = rights else { return Ok(rights.clone()) };
    let present = keys::acting(connection, known.key_id, known.secret_version).await?;
    let present = present.ok_or(KeyNoLongerValid::Revoked)?;
    match present.state {
        KeyState::Active => {}
        KeyState::Disabled => return Err(KeyNoLongerValid::Disabled.into()),
        KeyState::Revoked => return Err(KeyNoLongerValid::Revoked.into()),
    }
    if present.has_ended {
        return Err(KeyNoLongerValid::Expired.into());
    }
    if present.account_state == AccountState::Suspended {
        return Err(KeyNoLongerValid::Suspended.into());
    }
    Ok(Rights::OfKey(ActingKey { reach: present.reach, ..known.clone() }))
}
