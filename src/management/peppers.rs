//! Peppers: recognised when they are used, and retired when no secret needs them.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::ChangeError;
use crate::domain::audit::{Action, Actor, Change, Subject};
use crate::secret::peppers::Peppers;
use crate::storage::audit;
use crate::storage::peppers::{self, Registration};

/// Makes sure that these are the peppers that keys were hashed under. A new version becomes known by it; one that was
/// retired does no harm.
///
/// # Errors
/// When another pepper has the version of one of them: every key would be refused.
pub async fn recognise(
    connection: &mut PgConnection,
    actor: &Actor,
    live: &Peppers,
) -> Result<(), ChangeError> {
    let mut transaction = connection.begin().await?;
    for pepper in live.all() {
        let version = pepper.version();
        match peppers::register(&mut transaction, pepper).await? {
            Registration::Same => {}
            Registration::Retired if version != live.newest().version() => {}
            Registration::Conflict | Registration::Retired => return Err(ChangeError::WrongPepper(version)),
            Registration::New => {
                record_change(&mut transaction, actor, Action::PepperAdded, version, 0).await?
            }
        }
    }
    Ok(transaction.commit().await?)
}

/// Deletes all digests under a version. Returns their number.
///
/// # Errors
/// When it is the newest version, is not known, or live secrets need it.
pub async fn retire(connection: &mut PgConnection, actor: &Actor, version: i32) -> Result<i64, ChangeError> {
    let mut transaction = connection.begin().await?;
    peppers::lock(&mut transaction).await?;
    let all = peppers::status(&mut transaction).await?;
    let status = all.iter().find(|known| known.version == version).ok_or(ChangeError::NoPepper(version))?;
    if all.first().is_some_and(|newest| newest.version == version) {
        return Err(ChangeError::NewestPepper(version));
    }
    if status.needed_by > 0 {
        return Err(ChangeError::PepperNeeded { version, needed_by: status.needed_by });
    }
    if status.retired_at.is_none() {
        peppers::retire(&mut transaction, version).await?;
        record_change(&mut transaction, actor, Action::PepperRetired, version, status.secrets).await?;
    }
    transaction.commit().await?;
    Ok(status.secrets)
}

async fn record_change(
    connection: &mut PgConnection,
    actor: &Actor,
    action: Action,
    version: i32,
    digests_forgotten: i64,
) -> Result<(), ChangeError> {
    let after = (action == Action::PepperRetired).then(|| json!({ "digests_forgotten": digests_forgotten }));
    let change = Change { account_id: None, action, subject: Subject::Pepper(version), before: None, after };
    Ok(audit::append(connection, actor, &change).await?)
}
