//! Creation and import of keys.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::{find_key, room};
use crate::domain::account::EnvironmentView;
use crate::domain::audit::{Action, Subject};
use crate::domain::key::view::KeyView;
use crate::domain::key::{FormatChoice, KeyFormat, KeyPrefix, KeySecret, Mode};
use crate::domain::rights::Principal;
use crate::management::{ChangeError, ChangeRecord, lock, record_change};
use crate::secret::generate_key;
use crate::secret::peppers::Peppers;
use crate::storage::error::StorageError;
use crate::storage::keys::{self, NewKey};
use crate::storage::{clock, environments};

/// How a new secret is made.
#[derive(Clone, Copy, Debug)]
pub struct NewSecret<'a> {
    pub format: FormatChoice,
    /// The seller's prefix.
    pub prefix: &'a KeyPrefix,
    pub peppers: &'a Peppers,
}

/// The default format of a key's environment. An environment that is not there is reported when the
/// key is saved.
async fn default_format(connection: &mut PgConnection, new: &NewKey) -> Result<KeyFormat, ChangeError> {
    let environments = environments::list(connection, new.account_id).await?;
    let environment = environments.iter().find(|environment| environment.name == new.environment);
    Ok(KeyFormat::default_of(environment.map_or(Mode::Live, |environment| environment.mode)))
}

/// Creates a key. Its secret is never available again.
///
/// # Errors
/// If the author lacks the right, the account or environment is not there or full, or the key would
/// have ended already.
pub async fn create(
    connection: &mut PgConnection,
    by: &Principal,
    new: &NewKey,
    secret: &NewSecret<'_>,
) -> Result<(KeyView, KeySecret), ChangeError> {
    let format = match secret.format.format() {
        Some(format) => format,
        None => default_format(connection, new).await?,
    };
    let (peppers, secret) = (secret.peppers, generate_key(format, secret.prefix)?);
    let view = save(connection, by, new, &secret, peppers, Action::KeyCreated).await?;
    Ok((view, secret))
}

/// Imports a key of another system, so that its clients keep using it.
///
/// # Errors
/// As [`create`]. Also if the key already exists.
pub async fn import(
    connection: &mut PgConnection,
    by: &Principal,
    new: &NewKey,
    secret: &KeySecret,
    peppers: &Peppers,
) -> Result<KeyView, ChangeError> {
    save(connection, by, new, secret, peppers, Action::KeyImported).await
}

async fn save(
    connection: &mut PgConnection,
    by: &Principal,
    new: &NewKey,
    secret: &KeySecret,
    peppers: &Peppers,
    action: Action,
) -> Result<KeyView, ChangeError> {
    by.rights.manage(new.account_id)?;
    let mut transaction = connection.begin().await?;
    let rights = lock(&mut transaction, by, new.account_id).await?;
    let environments = environments::list(&mut transaction, new.account_id).await?;
    let environment = fitting(&environments, &new.environment, secret.shape())?;
    rights.grant(None, &new.terms.reach(), None, environment.mode)?;
    let now = clock::now(&mut transaction).await?;
    if new.terms.expires_at.is_some_and(|ends| ends <= now) {
        return Err(ChangeError::EndsInPast);
    }
    room(environment)?;
    keys::create(&mut transaction, new, secret, peppers).await.map_err(|error| match error {
        StorageError::Conflict(_) => ChangeError::KeyExists,
        error => error.into(),
    })?;
    let view = find_key(&mut transaction, new.id).await?;
    let after = Some(made(&view));
    let subject = Subject::Key(new.id);
    let record = ChangeRecord { account_id: new.account_id, action, subject, before: None, after };
    record_change(&mut transaction, by, record).await?;
    transaction.commit().await?;
    Ok(view)
}

/// Returns the environment, whose mode must match that of the key's format.
fn fitting<'a>(
    environments: &'a [EnvironmentView],
    name: &str,
    format: KeyFormat,
) -> Result<&'a EnvironmentView, ChangeError> {
    let Some(environment) = environments.iter().find(|environment| environment.name == name) else {
        let known = environments.iter().map(|environment| environment.name.clone()).collect();
        return Err(ChangeError::UnknownEnvironment { name: name.to_owned(), known });
    };
    match format.mode() {
        Some(said) if said != environment.mode => {
            Err(ChangeError::WrongMode { environment: name.to_owned(), mode: environment.mode, format })
        }
        _ => Ok(environment),
    }
}

/// A new key as the audit log shows it.
fn made(view: &KeyView) -> Value {
    let mut shown = json!({ "environment": view.environment, "format": view.format });
    if let (Some(shown), Ok(Value::Object(terms))) =
        (shown.as_object_mut(), serde_json::to_value(view.terms()))
    {
        shown.extend(terms.into_iter().filter(|(_, value)| !value.is_null() && *value != json!([])));
    }
    shown
}
