//! `/creditos` and `/credits`: what the account has left, lot by lot.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use sqlx::PgPool;

use crate::api::{instant, unreadable};
use crate::domain::billing::{Billing, Standing};
use crate::domain::credits::Credits;
use crate::domain::refusal::Refusal;
use crate::gate::auth::caller::Caller;
use crate::http::render::json_ok;
use crate::ledger::book::Book;
use crate::ledger::lot::Lot;
use crate::storage::ledger::standing::read_book;

#[derive(Serialize)]
struct CreditsShown<'a> {
    success: bool,
    credits: Vec<LotShown>,
    plan: &'a str,
    edition: &'a str,
    requests_remaining: u64,
}

#[derive(Serialize)]
struct LotShown {
    source: &'static str,
    remaining: Credits,
    granted: Credits,
    expires_at: String,
}

/// The account's lots in the order they are spent.
pub async fn credits(
    State(pool): State<PgPool>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Refusal> {
    let book = current_book(&pool, &caller).await?;
    let mut lots: Vec<&Lot> = book.lots.iter().filter(|lot| lot.left > Credits::ZERO).collect();
    lots.sort_by_key(|lot| lot.burn_order());
    let shown = |lot: &Lot| LotShown {
        source: lot.source.as_str(),
        remaining: lot.left,
        granted: lot.granted,
        expires_at: instant(lot.expires_at),
    };
    let mut response = json_ok(CreditsShown {
        success: true,
        credits: lots.into_iter().map(shown).collect(),
        plan: &caller.key.plan.plan,
        edition: &caller.key.edition,
        requests_remaining: book.standing().requests_remaining,
    });
    response.extensions_mut().insert(Billing { standing: book.standing(), ..caller.unbilled() });
    Ok(response)
}

/// Where the caller's account stands now, read from the store.
pub(super) async fn current_standing(pool: &PgPool, caller: &Caller) -> Result<Standing, Refusal> {
    Ok(current_book(pool, caller).await?.standing())
}

/// The account's books as they stand now, read from the store.
pub(super) async fn current_book(pool: &PgPool, caller: &Caller) -> Result<Book, Refusal> {
    let found = read_book(pool, caller.key.account_id).await.map_err(unreadable("an account's credits"))?;
    let book = found.ok_or(Refusal::Internal)?;
    caller.account.stands(book.standing());
    Ok(book)
}
