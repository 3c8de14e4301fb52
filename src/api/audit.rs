//! `/v1/audit`: who changed what in the account.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::asking::{Asking, Management, refusal};
use crate::domain::audit::AuditEntry;
use crate::domain::refusal::Refusal;
use crate::http::paging::Page;
use crate::http::render::json_ok;
use crate::storage::audit;

#[derive(Serialize)]
struct Entries {
    success: bool,
    data: Vec<AuditEntry>,
    /// Present when there may be more: pass it as `cursor`.
    next_cursor: Option<String>,
}

/// The account's entries, oldest first, a page at a time.
pub async fn entries(
    State(management): State<Management>,
    asking: Asking,
    uri: Uri,
) -> Result<Response, Refusal> {
    let page = Page::<u64>::of(&uri)?;
    let mut connection = management.connection().await?;
    let after = page.after.map_or(0, |number| i64::try_from(number).unwrap_or(i64::MAX));
    let account = asking.caller.key.account_id;
    let read = audit::page(&mut connection, account, after, page.limit).await;
    let mut data = read.map_err(|error| refusal(error.into()))?;
    let next_cursor = page.end(&mut data, |entry| entry.number.to_string());
    Ok(json_ok(Entries { success: true, data, next_cursor }))
}
