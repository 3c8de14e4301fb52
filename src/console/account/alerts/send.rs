//! Sends alerts. One gateway at a time looks through a slice of the accounts; an alert, its
//! messages and the place of the look are one transaction, so that each alert is sent once.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};

use crate::clock::new_id;
use crate::console::numbers;
use crate::console::request::base::Base;
use crate::console::words::Words;
use crate::domain::alert::AlertKind;
use crate::domain::language::Language;
use crate::domain::product_name::ProductName;
use crate::mail::message::Message;
use crate::mail::outbox::{self, OutboxError};
use crate::management::ChangeError;
use crate::secret::peppers::Peppers;
use crate::storage::alerts::{self, DueAlert};
use crate::storage::error::StorageError;
use crate::storage::identity::admins::{self, Admin};
use crate::storage::pages;

pub(super) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// What looks for alerts and writes their messages.
#[derive(Clone, Debug)]
pub struct Alerts {
    pub pool: PgPool,
    pub peppers: Peppers,
    /// The name by which readers know the service.
    pub product: ProductName,
    /// Where the links of messages begin.
    pub base: Base,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum AlertError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Outbox(#[from] OutboxError),
}

impl Alerts {
    /// Looks through the next accounts.
    pub async fn look(&self) {
        if let Err(error) = self.look_at_slice().await {
            tracing::warn!(%error, "looking for alerts failed");
        }
    }

    async fn look_at_slice(&self) -> Result<(), AlertError> {
        let mut transaction = pages::begin_change(&self.pool, STATEMENT_TIMEOUT).await?;
        let Some(accounts) = alerts::take_slice(&mut transaction).await? else { return Ok(()) };
        alerts::rearm(&mut transaction, &accounts).await?;
        let (due, may_be_more) = alerts::due(&mut transaction, &accounts).await?;
        for alert in &due {
            self.send(&mut transaction, alert).await?;
        }
        let is_last = i64::try_from(accounts.len()).is_ok_and(|read| read < alerts::SLICE);
        if !may_be_more {
            let after = accounts.last().copied().filter(|_| !is_last);
            alerts::advance(&mut transaction, after).await?;
        }
        transaction.commit().await.map_err(StorageError::from)?;
        Ok(())
    }

    async fn send(&self, connection: &mut PgConnection, alert: &DueAlert) -> Result<(), AlertError> {
        if !alerts::fire(connection, new_id(), alert).await? {
            return Ok(());
        }
        for recipient in admins::active(connection, &[alert.account_id]).await? {
            let message = self.message(alert, &recipient);
            outbox::add(connection, &self.peppers, "alert", &message).await?;
        }
        Ok(())
    }

    fn message(&self, alert: &DueAlert, recipient: &Admin) -> Message {
        let language = recipient.mail_language().unwrap_or(Language::En);
        let (words, account) = (Words(language), recipient.account_name.as_str());
        let at = alert.at.map(|at| numbers::instant(language, at)).unwrap_or_default();
        let number = numbers::whole(language, alert.number);
        let bound = numbers::whole(language, alert.bound);
        let root = format!("/console/{}", alert.account_id);
        let (subject, text, label, path) = match alert.kind {
            AlertKind::LowCredits => (
                words.mail_low_credits_subject(),
                words.mail_low_credits(account, &number, &bound),
                words.credits_and_plan(),
                format!("{root}/credits"),
            ),
            AlertKind::NoCredits => (
                words.mail_no_credits_subject(),
                words.mail_no_credits(account),
                words.credits_and_plan(),
                format!("{root}/credits"),
            ),
            AlertKind::Requests => (
                words.mail_requests_subject(),
                words.mail_requests(account, &number, &bound, &at),
                words.credits_and_plan(),
                format!("{root}/credits"),
            ),
            AlertKind::KeyEnds => (
                words.mail_key_ends_subject(),
                if alert.number == 0 {
                    words.mail_key_ended(account, &alert.name, &at)
                } else {
                    words.mail_key_ends(account, &alert.name, &at)
                },
                words.keys(),
                alert.key_id.map_or_else(|| format!("{root}/keys"), |key| format!("{root}/keys/{key}")),
            ),
            AlertKind::KeyUnused => (
                words.mail_key_unused_subject(),
                words.mail_key_unused(account, alert.number, &alert.name),
                words.keys(),
                format!("{root}/keys"),
            ),
        };
        Message {
            to: recipient.email.clone(),
            language: language.tag().to_owned(),
            subject: subject.to_owned(),
            paragraphs: vec![text],
            button: Some((label.to_owned(), self.base.link(&path))),
            reason: words.mail_alert_reason(account, &self.base.link(&format!("{root}/alerts"))),
        }
    }
}
