//! Changes of accounts, environments, keys, members and peppers: one function each, for the command
//! line, HTTP and the program itself. Each one checks the rights, locks the account, checks the
//! rules, changes the row, appends to the audit log and commits.

pub mod accounts;
pub mod alerts;
mod change_error;
pub mod credits;
mod current_key;
pub mod email_change;
pub mod emails;
pub mod environments;
pub mod identities;
pub mod keys;
pub mod leaks;
pub mod members;
pub mod notes;
pub mod offer_sets;
pub mod operators;
pub mod peppers;
pub mod plan_moves;
pub mod second_factor;
pub mod sign_up;

use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;

use crate::domain::audit::{Action, Change, Subject};
use crate::domain::ids::AccountId;
use crate::domain::rights::{MissingRight, Principal, Rights};
use crate::storage;
use crate::storage::accounts::Life;

pub use change_error::{ChangeError, KeyNoLongerValid};

/// Locks the account until the transaction ends. Returns the current rights of the author.
async fn lock(
    connection: &mut PgConnection,
    by: &Principal,
    account: AccountId,
) -> Result<Rights, ChangeError> {
    match storage::accounts::lock(connection, account).await? {
        Some(Life::Open) => {}
        Some(Life::Closed) => return Err(ChangeError::Closed),
        None => return Err(ChangeError::NoAccount),
    }
    let rights = current_key::current_rights(connection, &by.rights).await?;
    rights.manage(account)?;
    Ok(rights)
}

/// Makes sure that the author may manage the account. What another account has does not exist for
/// the author: the error is then `unknown`.
fn may_manage(by: &Principal, account: AccountId, unknown: ChangeError) -> Result<(), ChangeError> {
    by.rights.manage(account).map_err(|missing| match missing {
        MissingRight::Account => unknown,
        other => other.into(),
    })
}

/// A change for the audit log.
struct ChangeRecord {
    account_id: AccountId,
    action: Action,
    subject: Subject,
    before: Option<Value>,
    after: Option<Value>,
}

/// Appends to the audit log, as the last step of a transaction.
async fn record_change(
    connection: &mut PgConnection,
    by: &Principal,
    record: ChangeRecord,
) -> Result<(), ChangeError> {
    let ChangeRecord { account_id, action, subject, before, after } = record;
    let change = Change { account_id: Some(account_id), action, subject, before, after };
    Ok(storage::audit::append(connection, &by.actor, &change).await?)
}

/// Returns the fields that differ between two states, old and new. `None` if they are equal.
fn difference(before: &impl Serialize, after: &impl Serialize) -> Option<(Value, Value)> {
    let (Ok(Value::Object(before)), Ok(Value::Object(after))) =
        (serde_json::to_value(before), serde_json::to_value(after))
    else {
        return None;
    };
    let differs = |name: &str| before.get(name) != after.get(name);
    let kept = |fields: &Map<String, Value>| -> Map<String, Value> {
        fields.iter().filter(|(name, _)| differs(name)).map(|(n, v)| (n.clone(), v.clone())).collect()
    };
    let (old, new) = (kept(&before), kept(&after));
    (!old.is_empty() || !new.is_empty()).then_some((Value::Object(old), Value::Object(new)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_differences_are_logged() {
        let (before, after) = (json!({"a": 1, "b": [1], "c": null}), json!({"a": 1, "b": [2], "c": 3}));
        let expected = (json!({"b": [1], "c": null}), json!({"b": [2], "c": 3}));
        assert_eq!(difference(&before, &after), Some(expected));
        assert_eq!(difference(&before, &before), None);
    }
}
