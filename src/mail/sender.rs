//! Sends what is due in the outbox. Several gateways may send at the same time: each takes a
//! message for itself.

use lettre::message::Mailbox;
use metrics::counter;
use sqlx::PgPool;

use super::message::Message;
use super::outbox::PURPOSE;
use super::transport::{NotSent, Transport};
use crate::secret::peppers::Peppers;
use crate::secret::seal;
use crate::storage::email_outbox::{self as outbox, DueEmail};
use crate::storage::error::StorageError;

/// Pauses after an attempt that failed, in seconds; then the message is given up.
const PAUSES_S: [i64; 6] = [60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600];
/// Messages of one round.
const AT_ONCE: usize = 20;

#[derive(Clone, Debug)]
pub struct Sender {
    pub pool: PgPool,
    pub peppers: Peppers,
    pub transport: Transport,
    pub from: Mailbox,
}

impl Sender {
    /// Sends what is due.
    pub async fn send_due(&self) {
        for _ in 0..AT_ONCE {
            match self.send_one().await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, "reading the outbox of e-mails failed");
                    return;
                }
            }
        }
    }

    /// Sends one message. Returns whether there was one.
    async fn send_one(&self) -> Result<bool, StorageError> {
        let mut connection = self.pool.acquire().await?;
        let Some(due) = outbox::take(&mut connection).await? else { return Ok(false) };
        // No connection is held while a mail server answers.
        drop(connection);
        let result = match self.opened(&due) {
            Some(message) => self.transport.send(due.id, &self.from, &message).await,
            None => Err(NotSent::Invalid("it cannot be opened with this pepper".to_owned())),
        };
        let mut connection = self.pool.acquire().await?;
        match result {
            Ok(()) => {
                counter!("gateway_emails_total", "result" => "sent").increment(1);
                outbox::sent(&mut connection, due.id).await?;
            }
            Err(error) => {
                counter!("gateway_emails_total", "result" => "failed").increment(1);
                let pause =
                    usize::try_from(due.tries - 1).ok().and_then(|place| PAUSES_S.get(place).copied());
                let retry_s = pause.filter(|_| !matches!(error, NotSent::Invalid(_)));
                tracing::warn!(%error, kind = due.kind, tries = due.tries, "sending an e-mail failed");
                outbox::not_sent(&mut connection, due.id, &error.to_string(), retry_s).await?;
            }
        }
        Ok(true)
    }

    fn opened(&self, due: &DueEmail) -> Option<Message> {
        let sealed = due.sealed.as_ref()?;
        let (text, _) = seal::open(&self.peppers, PURPOSE, due.id.as_bytes(), sealed).ok()?;
        serde_json::from_slice(&text).ok()
    }
}
