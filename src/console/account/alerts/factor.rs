//! The second and third notice that an operator ends a second factor. The first is sent with the
//! act.

use super::send::{AlertError, Alerts, STATEMENT_TIMEOUT};
use crate::console::entry::lost_factor::operator_notice;
use crate::console::words::Words;
use crate::domain::ids::IdentityId;
use crate::domain::language::Language;
use crate::domain::text::EmailAddress;
use crate::identity::one_time::Purpose;
use crate::mail::outbox;
use crate::management::identities::new_link;
use crate::storage::error::StorageError;
use crate::storage::identity::factor_resets::{self, DueNotice};
use crate::storage::pages;

impl Alerts {
    /// Sends the notices that are due: each with a link of its own, which ends the earlier one.
    pub async fn remind_of_resets(&self) {
        if let Err(error) = self.remind().await {
            tracing::warn!(%error, "sending notices of ending second factors failed");
        }
    }

    async fn remind(&self) -> Result<(), AlertError> {
        let mut transaction = pages::begin_change(&self.pool, STATEMENT_TIMEOUT).await?;
        for due in factor_resets::take_due_notices(&mut transaction).await? {
            let Ok(address) = due.email.parse::<EmailAddress>() else { continue };
            let DueNotice { identity_id, mail_language, due_at, .. } = due;
            let person = Some(IdentityId::from_uuid(identity_id));
            let token = new_link(&mut transaction, Purpose::KeepFactor, &address, person, None).await?;
            let language = mail_language.as_deref().and_then(Language::from_code).unwrap_or(Language::En);
            let email = operator_notice(Words(language), &self.product, due_at, &token);
            let kind = email.kind;
            let message = email.message(&self.base, address.as_str(), language);
            outbox::add(&mut transaction, &self.peppers, kind, &message).await?;
        }
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(())
    }
}
