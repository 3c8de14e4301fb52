//! `/creditos` and `/credits`: what the account has left, lot by lot.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;

use crate::api::account_pool::AccountPool;
use crate::api::unreadable;
use crate::domain::billing::{AccountBalance, Billing};
use crate::domain::credits::Credits;
use crate::domain::instant;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::http::answer::{RefusalResponse, json_ok, with_billing};
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::rules::lot::Lot;
use crate::storage::ledger::balance::read_account;

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreditsAnswer")]
pub(crate) struct CreditsShown<'a> {
    success: bool,
    credits: Vec<LotShown>,
    plan: &'a str,
    edition: &'a str,
    requests_remaining: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Lot")]
pub(crate) struct LotShown {
    source: &'static str,
    remaining: Credits,
    granted: Credits,
    expires_at: String,
}

/// The account's lots in the order they are spent.
pub async fn credits(
    State(pool): State<AccountPool>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, RefusalResponse> {
    let account = current_account(&pool, &caller).await?;
    let mut lots: Vec<&Lot> = account.lots.iter().filter(|lot| lot.left > Credits::ZERO).collect();
    lots.sort_by_key(|lot| lot.burn_order());
    let shown = |lot: &Lot| LotShown {
        source: lot.source.as_str(),
        remaining: lot.left,
        granted: lot.granted,
        expires_at: instant::written(lot.expires_at),
    };
    let response = json_ok(CreditsShown {
        success: true,
        credits: lots.into_iter().map(shown).collect(),
        plan: &caller.key.plan.plan,
        edition: &caller.key.edition,
        requests_remaining: account.balance().requests_remaining(),
    });
    Ok(with_billing(response, Billing { balance: account.balance(), ..caller.uncharged_billing() }))
}

/// The current balance of the caller's account, read from the store.
pub(super) async fn current_balance(pool: &AccountPool, caller: &Caller) -> Result<AccountBalance, Refusal> {
    Ok(current_account(pool, caller).await?.balance())
}

/// The account as it is now, read from the store.
pub(super) async fn current_account(pool: &AccountPool, caller: &Caller) -> Result<LedgerAccount, Refusal> {
    let reading_since = Instant::now();
    loop {
        let mut connection = pool.connection(caller.key.account_id).await?;
        let stored = read_account(&mut connection, caller.key.account_id).await;
        drop(connection);
        let account = stored.map_err(unreadable("an account's credits"))?.ok_or(Refusal::Internal)?;
        if !caller.account.waits_for_refund(account.balance().remaining, reading_since).await {
            caller.account.cache_balance(account.balance());
            return Ok(account);
        }
    }
}
