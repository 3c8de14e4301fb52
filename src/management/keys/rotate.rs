//! Rotation of keys.

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::make::NewSecret;
use super::{find_key, locked};
use crate::domain::audit::{Action, Subject};
use crate::domain::ids::KeyId;
use crate::domain::key::rotation::Overlap;
use crate::domain::key::view::KeyView;
use crate::domain::key::{FormatChoice, KeyFormat, KeySecret};
use crate::domain::rights::Principal;
use crate::management::{ChangeError, ChangeRecord, record_change};
use crate::secret::generate_key;
use crate::storage::{clock, keys};

/// Gives a key a new secret, by default in the format of the current one. The current one stays
/// valid for the overlap. Nothing else of the key changes.
///
/// # Errors
/// If the author lacks the right, or it cannot be rotated now.
pub async fn rotate(
    connection: &mut PgConnection,
    by: &Principal,
    id: KeyId,
    overlap: Overlap,
    secret: &NewSecret<'_>,
) -> Result<(KeyView, KeySecret), ChangeError> {
    let mut transaction = connection.begin().await?;
    let (before, rights) = locked(&mut transaction, by, id).await?;
    rights.grant(Some(id), &before.terms().reach(), None, before.mode)?;
    let now = clock::now(&mut transaction).await?;
    let old_ends_at = before.rotatable().rotate(now, overlap)?;
    let format = match secret.format {
        FormatChoice::Usual => before.format.of_next_secret(before.mode),
        FormatChoice::Prefixed => KeyFormat::default_of(before.mode),
        FormatChoice::Format(format) => format,
    };
    if format.mode().is_some_and(|said| said != before.mode) {
        let environment = before.environment.clone();
        return Err(ChangeError::WrongMode { environment, mode: before.mode, format });
    }
    let (peppers, secret) = (secret.peppers, generate_key(format, secret.prefix)?);
    keys::replace_secret(&mut transaction, id, &secret, old_ends_at, peppers).await?;
    let view = find_key(&mut transaction, id).await?;
    let record = ChangeRecord {
        account_id: view.account_id,
        action: Action::KeyRotated,
        subject: Subject::Key(id),
        before: Some(json!({ "version": present_version(&before) })),
        after: Some(json!({ "version": present_version(&view), "old_ends_at": old_ends_at })),
    };
    record_change(&mut transaction, by, record).await?;
    transaction.commit().await?;
    Ok((view, secret))
}

/// Ends the old secret of a rotation before its time.
///
/// # Errors
/// If the author lacks the right, or no rotation is in progress.
pub async fn end_overlap(
    connection: &mut PgConnection,
    by: &Principal,
    id: KeyId,
) -> Result<KeyView, ChangeError> {
    let mut transaction = connection.begin().await?;
    let (before, _) = locked(&mut transaction, by, id).await?;
    let replaced = before.replaced_secret().ok_or(ChangeError::NotRotating)?;
    if !keys::end_replaced(&mut transaction, id).await? {
        return Err(ChangeError::NotRotating);
    }
    let now = clock::now(&mut transaction).await?;
    let record = ChangeRecord {
        account_id: before.account_id,
        action: Action::KeyOverlapEnded,
        subject: Subject::Key(id),
        before: Some(json!({ "version": replaced.version, "ends_at": replaced.ends_at })),
        after: Some(json!({ "version": replaced.version, "ends_at": now })),
    };
    record_change(&mut transaction, by, record).await?;
    let view = find_key(&mut transaction, id).await?;
    transaction.commit().await?;
    Ok(view)
}

/// Withdraws the new secret of a rotation, for a secret that was lost. The old one stays valid.
///
/// # Errors
/// If the author lacks the right, or it is not being rotated.
pub async fn cancel_rotation(
    connection: &mut PgConnection,
    by: &Principal,
    id: KeyId,
) -> Result<KeyView, ChangeError> {
    let mut transaction = connection.begin().await?;
    let (before, rights) = locked(&mut transaction, by, id).await?;
    rights.grant(Some(id), &before.terms().reach(), None, before.mode)?;
    if !keys::restore_replaced(&mut transaction, id).await? {
        return Err(ChangeError::NotRotating);
    }
    let view = find_key(&mut transaction, id).await?;
    let record = ChangeRecord {
        account_id: before.account_id,
        action: Action::KeyRotationCancelled,
        subject: Subject::Key(id),
        before: Some(json!({ "version": present_version(&before) })),
        after: Some(json!({ "version": present_version(&view) })),
    };
    record_change(&mut transaction, by, record).await?;
    transaction.commit().await?;
    Ok(view)
}

fn present_version(view: &KeyView) -> Option<i32> {
    view.secrets.first().map(|secret| secret.version)
}
