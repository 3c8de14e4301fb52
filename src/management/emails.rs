//! Acts on the outbox of e-mails.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::ChangeError;
use crate::domain::audit::{Action, Actor, Change, Subject};
use crate::storage::{audit, email_outbox};

/// Makes a message that failed due now. Returns whether there is one.
pub async fn retry(connection: &mut PgConnection, by: &Actor, id: Uuid) -> Result<bool, ChangeError> {
    let mut transaction = connection.begin().await?;
    let is_due = email_outbox::retry(&mut transaction, id).await?;
    if is_due {
        let action = Action::EmailRetried;
        let change =
            Change { account_id: None, action, subject: Subject::Email(id), before: None, after: None };
        audit::append(&mut transaction, by, &change).await?;
    }
    transaction.commit().await?;
    Ok(is_due)
}
