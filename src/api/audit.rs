//! `/v1/audit`: who changed what in the account.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use super::change_refusal::refusal;
use super::fair_queue::Urgency;
use super::management_auth::{Management, ManagementAuth};
use crate::domain::audit::AuditEntry;
use crate::http::answer::{RefusalResponse, json_ok};
use crate::http::paging::Page;
use crate::storage::audit;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditPage")]
pub(crate) struct Entries {
    success: bool,
    data: Vec<AuditEntry>,
    /// Present when there may be more: pass it as `cursor`.
    next_cursor: Option<String>,
}

/// The account's entries, oldest first, a page at a time.
pub async fn entries(
    State(management): State<Management>,
    auth: ManagementAuth,
    uri: Uri,
) -> Result<Response, RefusalResponse> {
    let page = Page::<u64>::of(&uri)?;
    let mut connection = management.connection(&auth, Urgency::Ordinary).await?;
    let account = auth.caller.key.account_id;
    let read = audit::page(&mut connection, account, page.after_number(), page.limit).await;
    let mut data: Vec<_> =
        read.map_err(|error| refusal(error.into()))?.into_iter().map(without_host).collect();
    let next_cursor = page.end(&mut data, |entry| entry.number.to_string());
    Ok(json_ok(Entries { success: true, data, next_cursor }))
}

/// An operator's machine is no matter of customers: entries of versions up to 0.1 name operators as
/// `user@host`.
fn without_host(mut entry: AuditEntry) -> AuditEntry {
    if entry.actor == "operator"
        && let Some((name, _)) = entry.actor_id.rsplit_once('@')
    {
        entry.actor_id = name.to_owned();
    }
    entry
}
