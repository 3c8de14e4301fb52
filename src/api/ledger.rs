//! `/v1/ledger`: an account's entries, and the receipt of one call.

use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use crate::api::account_pool::AccountPool;
use crate::api::{id_of, unreadable};
use crate::domain::ids::{AccountId, CallId};
use crate::domain::language::Language;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::http::answer::{RefusalResponse, json_ok};
use crate::http::negotiate::RenderContext;
use crate::http::paging::Page;
use crate::storage::ledger::statement::receipt::{self, Receipt};
use crate::storage::ledger::statement::{self, StatementLine};

/// What was read, as the log names it.
const WHAT: &str = "an account's entries";
/// A settlement is committed within this time of its answer, unless the ledger is behind.
const SETTLED_WITHIN: Duration = Duration::from_millis(150);

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LedgerPage")]
pub(crate) struct Entries {
    success: bool,
    data: Vec<StatementLine>,
    /// Present when there may be more: pass it as `cursor`.
    next_cursor: Option<String>,
}

/// The account's entries, oldest first, a page at a time.
pub async fn entries(
    State(pool): State<AccountPool>,
    Extension(caller): Extension<Caller>,
    Extension(RenderContext { language, .. }): Extension<RenderContext>,
    uri: Uri,
) -> Result<Response, RefusalResponse> {
    let page = Page::<u64>::of(&uri)?;
    let account = caller.key.account_id;
    let mut connection = pool.connection(account).await?;
    let read = statement::page(&mut connection, account, (page.after_number(), page.limit), language).await;
    let mut data = read.map_err(unreadable(WHAT))?;
    let next_cursor = page.end(&mut data, |line| line.number.to_string());
    Ok(json_ok(Entries { success: true, data, next_cursor }))
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReceiptAnswer")]
pub(crate) struct ReceiptShown {
    success: bool,
    /// What the call costs; while it runs, at most.
    credits: i64,
    #[serde(flatten)]
    receipt: Receipt,
}

async fn find(
    pool: &AccountPool,
    account: AccountId,
    call_id: CallId,
    language: Language,
) -> Result<Receipt, Refusal> {
    let mut connection = pool.connection(account).await?;
    let found = receipt::find(&mut connection, account, call_id, language).await.map_err(unreadable(WHAT))?;
    found.ok_or(Refusal::NotFound)
}

/// What became of one call of the account: whether it was charged, why, and by which lots it was
/// paid.
pub async fn receipt(
    State(pool): State<AccountPool>,
    Extension(caller): Extension<Caller>,
    Extension(RenderContext { language, .. }): Extension<RenderContext>,
    Path(call_id): Path<String>,
) -> Result<Response, RefusalResponse> {
    let call_id = id_of(&call_id)?;
    let mut receipt = find(&pool, caller.key.account_id, call_id, language).await?;
    if receipt.outcome.is_none() {
        // A client that has just got its answer may ask before the settlement is committed.
        tokio::time::sleep(SETTLED_WITHIN).await;
        receipt = find(&pool, caller.key.account_id, call_id, language).await?;
    }
    let credits = receipt.payment.credits_held.saturating_sub(receipt.payment.credits_released);
    Ok(json_ok(ReceiptShown { success: true, credits, receipt }))
}
