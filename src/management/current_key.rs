//! The current state of the key or member that requests a change.

use sqlx::PgConnection;

use super::{ChangeError, KeyNoLongerValid};
use crate::domain::account::AccountState;
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::key::KeyState;
use crate::domain::member::MemberState;
use crate::domain::rights::{ActingKey, Rights};
use crate::storage::{keys, members};

/// Returns the current rights. The key may have been revoked or limited, and the member removed,
/// while the request was read or waited for the account. Call this with the account locked.
pub(super) async fn current_rights(
    connection: &mut PgConnection,
    rights: &Rights,
) -> Result<Rights, ChangeError> {
    let key = match rights {
        Rights::All => return Ok(Rights::All),
        Rights::OfMember { account_id, member_id, .. } => {
            return current_member(connection, *account_id, *member_id).await;
        }
        Rights::OfKey(key) => key,
    };
    let current = keys::acting(connection, key.key_id, key.secret_version).await?;
    let current = current.ok_or(KeyNoLongerValid::Revoked)?;
    match current.state {
        KeyState::Active => {}
        KeyState::Disabled => return Err(KeyNoLongerValid::Disabled.into()),
        KeyState::Revoked => return Err(KeyNoLongerValid::Revoked.into()),
    }
    if current.has_expired {
        return Err(KeyNoLongerValid::Expired.into());
    }
    if current.is_replaced {
        return Err(KeyNoLongerValid::Replaced.into());
    }
    if current.account_state == AccountState::Suspended {
        return Err(KeyNoLongerValid::Suspended.into());
    }
    Ok(Rights::OfKey(ActingKey { reach: current.reach, ..key.clone() }))
}

/// The rights of a member now. A suspended account can still be managed: keys can be revoked while
/// calls are refused.
async fn current_member(
    connection: &mut PgConnection,
    account_id: AccountId,
    member_id: MemberId,
) -> Result<Rights, ChangeError> {
    let members = members::list(connection, account_id).await?;
    let current =
        members.into_iter().find(|member| member.id == member_id && member.state == MemberState::Active);
    let role = current.ok_or(ChangeError::NoAccount)?.role;
    Ok(Rights::OfMember { account_id, member_id, role })
}
