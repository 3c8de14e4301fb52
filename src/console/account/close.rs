//! Closing the account for good.

use axum::http::StatusCode;
use maud::html;

use crate::console::frame::layout::{Content, account_with, ledger_account};
use crate::console::frame::section::Section;
use crate::console::html::field::{Faults, Input};
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::ledger::rules::account::LedgerAccount;
use crate::management;

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let ledger = ledger_account(call).await?;
    form(call, &ledger, &Faults::default()).await
}

async fn form(call: &mut Call, ledger: &LedgerAccount, faults: &Faults) -> Result<Reply, PageError> {
    let (words, path) = (call.words(), call.path("/settings/close")?);
    let left = ledger.credits_left().as_i64();
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(path) {
            (call.form_field(&path))
            p { (words.close_lead()) }
            p { (words.close_keeps()) }
            @if left > 0 {
                p { b { (words.close_credits(left)) } }
                (Input::text("credits", words.credits_left_title(), call.form.text("credits"))
                    .hint(words.type_credits_left()).show(words, faults))
            }
            div.filters {
                button.danger { (words.close_account()) }
                a.button href=(call.path("/settings")?) { (words.cancel()) }
            }
        }
    };
    account_with(call, Content::new(Section::Settings, words.close_account(), body), ledger).await
}

pub(in crate::console) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["credits"])?;
    let ledger = ledger_account(call).await?;
    let left = ledger.credits_left().as_i64();
    let (words, typed) = (call.words(), call.form.text("credits"));
    // As the page shows it, or in digits only.
    let is_right = typed == numbers::whole(words.0, left) || typed == left.to_string();
    if left > 0 && !is_right {
        let fault = if typed.is_empty() { words.is_needed() } else { words.not_credits_left() };
        let mut faults = Faults::default();
        faults.add(("credits", words.credits_left_title()), fault);
        return Ok(form(call, &ledger, &faults).await?.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let (id, by) = (call.account_id()?, call.by()?);
    management::accounts::close(call.db().await?, &by, id).await?;
    Ok(Reply::SeeOther(call.path("/settings")?))
}
