//! Changes the alerts of an account.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sqlx::{Connection, PgConnection};

use super::{ChangeError, ChangeRecord, difference, lock, record_change};
use crate::domain::alert::{AlertKind, AlertRule};
use crate::domain::audit::{Action, Subject};
use crate::domain::ids::AccountId;
use crate::domain::rights::Principal;
use crate::storage::alerts;

/// Chooses the alerts of an account. Idempotent.
///
/// # Errors
/// If the author lacks the right, or there is no such account.
pub async fn choose(
    connection: &mut PgConnection,
    by: &Principal,
    account_id: AccountId,
    chosen: &BTreeMap<AlertKind, AlertRule>,
) -> Result<(), ChangeError> {
    by.rights.manage(account_id)?;
    let mut transaction = connection.begin().await?;
    lock(&mut transaction, by, account_id).await?;
    let before = alerts::rules(&mut transaction, account_id).await?;
    let Some((old, new)) = difference(&shown(&before), &shown(chosen)) else { return Ok(()) };
    for (kind, rule) in chosen {
        alerts::set_rule(&mut transaction, account_id, *kind, *rule).await?;
    }
    let record = ChangeRecord {
        account_id,
        action: Action::AlertsChanged,
        subject: Subject::Account(account_id),
        before: Some(old),
        after: Some(new),
    };
    record_change(&mut transaction, by, record).await?;
    Ok(transaction.commit().await?)
}

/// The rules as the audit log shows them.
fn shown(rules: &BTreeMap<AlertKind, AlertRule>) -> Value {
    let mut shown = Map::new();
    for (kind, rule) in rules {
        shown.insert(kind.as_str().to_owned(), rule.is_on.into());
        if *kind == AlertKind::LowCredits {
            shown.insert("threshold".to_owned(), rule.threshold.into());
        }
    }
    Value::Object(shown)
}
