//! What became of a request, found by its id.

use serde::Serialize;
use sqlx::PgConnection;

use super::audit;
use super::error::StorageError;
use super::ledger::statement::receipt::{self, Receipt};
use crate::domain::audit::AuditEntry;
use crate::domain::ids::{AccountId, CallId};
use crate::domain::language::Language;

/// The call of a request, and the changes that it made.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    pub id: CallId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Receipt>,
    /// Changes that the request made, from the audit log.
    pub changes: Vec<AuditEntry>,
}

/// Returns what is known of a request. `None`: no call and no change has the id.
pub async fn of_request(
    connection: &mut PgConnection,
    id: CallId,
    language: Language,
) -> Result<Option<Explanation>, StorageError> {
    let account_id = receipt::account_of(connection, id).await?;
    let call = match account_id {
        Some(account) => receipt::find(connection, account, id, language).await?,
        None => None,
    };
    let changes = audit::of_request(connection, id).await?;
    let account_id = account_id.or_else(|| changes.iter().find_map(|change| change.account_id));
    let is_known = call.is_some() || !changes.is_empty();
    Ok(is_known.then_some(Explanation { id, account_id, call, changes }))
}
