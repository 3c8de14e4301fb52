//! Adding a message to the outbox.

use sqlx::PgConnection;
use uuid::Uuid;

use super::message::Message;
use crate::clock::new_id;
use crate::secret::peppers::Peppers;
use crate::secret::seal::{self, SealError};
use crate::storage::email_outbox::{self, NewEmail};
use crate::storage::error::StorageError;

/// The purpose of what is sealed.
pub(super) const PURPOSE: &str = "an e-mail";

/// Why a message was not added.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("an e-mail could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Adds a message, in the transaction of its cause.
///
/// # Errors
/// When it cannot be sealed.
pub async fn add(
    connection: &mut PgConnection,
    peppers: &Peppers,
    kind: &'static str,
    message: &Message,
) -> Result<(), OutboxError> {
    let id: Uuid = new_id();
    let sealed = seal::seal(peppers, PURPOSE, id.as_bytes(), &serde_json::to_vec(message)?)?;
    let new = NewEmail { id, kind, to: &message.to, sealed: &sealed };
    Ok(email_outbox::add(connection, &new).await?)
}
