//! Paste a request id, a call id or a key: what happened and why. A key is compared and forgotten;
//! the answer to the form is the page, so that nothing of it stands in an address.

mod standing;

use axum::http::StatusCode;
use maud::{Markup, html};

use self::standing::Standing;
use super::accounts::keys_table;
use crate::console::account::history::verb_of;
use crate::console::account::keys::parts::{environment, last_used, status};
use crate::console::account::receipt;
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::html::field::{Faults, Input};
use crate::console::numbers::{clock_s, day, instant, instant_s, signed, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::request::pasted_key::{key_in, may_hold_key};
use crate::console::words::Words;
use crate::domain::account::Account;
use crate::domain::audit::AuditEntry;
use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::storage::explanation::{self, Explanation};
use crate::storage::ledger::statement::receipt::Receipt;
use crate::storage::operator::search;
use crate::storage::{accounts, keys};

const PATH: &str = "/operator/explain";
const MAX_CHARS: usize = 200;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    shown(call, "", &Faults::default(), &html! {})
}

fn shown(call: &Call, text: &str, faults: &Faults, answer: &Markup) -> Result<Reply, PageError> {
    let words = call.words();
    let body = html! {
        (faults.summary(words))
        form.card.form method="post" action=(PATH) {
            (call.form_field(PATH))
            (Input::text("what", words.op_explain_label(), text).hint(words.op_explain_hint()).show(words, faults))
            button.primary { (words.op_explain_button()) }
        }
        (answer)
    };
    let head = Head { title: words.op_explain(), lead: Some(words.op_explain_lead()), actions: &html! {} };
    page(call, Place::Explain, head, None, &body)
}

pub(super) async fn send(call: &mut Call) -> Result<Reply, PageError> {
    call.form.only(&["what"])?;
    let text: String = call.form.text("what").chars().take(MAX_CHARS).collect();
    let words = call.words();
    if let Some((_, key, version)) = key_in(call, &text).await? {
        let answer = of_key(call, key, Some(version)).await?.unwrap_or_default();
        return shown(call, "", &Faults::default(), &answer);
    }
    // A text that may hold a key is not written back into the page.
    let typed = if may_hold_key(&text) { "" } else { &text };
    let mut found = None;
    if let Ok(id) = text.parse::<CallId>() {
        let language = call.language();
        let explanation = explanation::of_request(call.db().await?, id, language).await?;
        found = match explanation {
            Some(explanation) => Some(of_request(call, &explanation).await?),
            None => None,
        };
    }
    if let (None, Ok(id)) = (&found, text.parse::<KeyId>()) {
        found = of_key(call, id, None).await?;
    }
    if let (None, Some((prefix, end))) = (&found, super::accounts::ends_of(&text)) {
        let keys = search::keys_by_ends(call.db().await?, prefix, end).await?;
        found = (!keys.is_empty()).then(|| keys_table(words, &keys));
    }
    match found {
        Some(answer) => shown(call, typed, &Faults::default(), &answer),
        None => {
            let mut faults = Faults::default();
            let is_id = text.parse::<CallId>().is_ok();
            faults.add(
                ("what", words.op_explain_label()),
                if is_id { words.op_unknown_id() } else { words.op_unknown_text() },
            );
            Ok(shown(call, typed, &faults, &html! {})?.with_status(StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

async fn account_of(call: &mut Call, id: AccountId) -> Result<Account, PageError> {
    accounts::find(call.db().await?, id).await?.ok_or(PageError::NotFound)
}

/// What became of a request.
async fn of_request(call: &mut Call, explanation: &Explanation) -> Result<Markup, PageError> {
    let account = match explanation.account_id {
        Some(id) => Some(account_of(call, id).await?),
        None => None,
    };
    let words = call.words();
    Ok(html! {
        @if let (Some(receipt), Some(account)) = (&explanation.call, &account) { (of_call(words, receipt, account)) }
        @if !explanation.changes.is_empty() {
            h2.space { (words.op_its_changes()) }
            (changes(words, &explanation.changes))
        }
    })
}

fn of_call(words: Words, receipt: &Receipt, account: &Account) -> Markup {
    let root = format!("/operator/accounts/{}", account.id);
    let first = receipt.entries.first();
    let number = |value: i64| whole(words.0, value);
    html! {
        p.note.space.ok[receipt.state == "captured"].info[receipt.state != "captured"] { (receipt::sentence(words, receipt)) }
        section.card {
            header { h2 { (words.op_the_call()) } a.push href={ (root) "/ledger/calls/" (receipt.call_id) } { (words.op_its_receipt()) } }
            div.body {
                dl.facts {
                    dt { (words.account()) } dd { a href=(root) { (account.name) } }
                    dt { (words.call()) } dd { code { (receipt.endpoint.as_deref().unwrap_or_default()) } }
                    @if let Some((id, name)) = first.and_then(|entry| entry.key_id.zip(entry.key_name.as_deref())) {
                        dt { (words.key()) } dd { a href={ (root) "/keys/" (id) } { (name) } }
                    }
                    dt { (words.began()) } dd { (instant_s(words.0, receipt.at)) }
                    dt { (words.outcome()) } dd { code { (receipt.outcome.unwrap_or(receipt.state)) } }
                    @if let Some(status) = receipt.status { dt { (words.http_status()) } dd { (status) } }
                    @if let Some(status) = receipt.upstream_status.filter(|status| receipt.status != Some(*status)) {
                        dt { (words.service_status()) } dd { (status) }
                    }
                    dt { (words.credits_held()) } dd { (number(receipt.payment.credits_held)) }
                    dt { (words.charged()) } dd { (number(receipt.payment.credits_captured)) }
                    dt { (words.credits_given_back()) } dd { (number(receipt.payment.credits_released)) }
                }
            }
        }
        section.card.scroll {
            table {
                thead { tr { th.n { (words.op_entry()) } th { (words.when_utc()) } th { (words.what()) } th.n { (words.amount()) } th.n { (words.balance()) } } }
                tbody {
                    @for entry in &receipt.entries {
                        tr {
                            td.n data-label=(words.op_entry()) { (number(entry.number)) }
                            td data-label=(words.when_utc()) { (day(words.0, entry.at.date_naive())) ", " (clock_s(entry.at)) }
                            td data-label=(words.what()) { code { (entry.kind) } }
                            td.n data-label=(words.amount()) { (signed(words.0, entry.amount)) }
                            td.n data-label=(words.balance()) { (number(entry.balance_after)) }
                        }
                    }
                }
            }
        }
    }
}

fn changes(words: Words, changes: &[AuditEntry]) -> Markup {
    html! {
        section.card.scroll {
            table {
                thead { tr { th { (words.when_utc()) } th { (words.op_by()) } th { (words.what()) } th { (words.op_subject()) } } }
                tbody {
                    @for change in changes {
                        tr {
                            td data-label=(words.when_utc()) { (instant_s(words.0, change.at)) }
                            td data-label=(words.op_by()) { (change.actor) " " (change.actor_id) }
                            td data-label=(words.what()) { (verb_of(words, &change.action)) @if let Some(reason) = &change.reason { ": " (reason) } }
                            td data-label=(words.op_subject()) { (change.subject) " " code { (change.subject_id) } }
                        }
                    }
                }
            }
        }
    }
}

/// What a key may do now, and what refuses its calls: those with the secret of this version, if one
/// was pasted.
async fn of_key(call: &mut Call, id: KeyId, version: Option<i32>) -> Result<Option<Markup>, PageError> {
    let Some(key) = keys::find(call.db().await?, id).await? else { return Ok(None) };
    let account = account_of(call, key.account_id).await?;
    let standing = Standing::of(call, &key, &account, version).await?;
    let (words, now) = (call.words(), call.now());
    let root = format!("/operator/accounts/{}", account.id);
    let reasons = standing.refused_because(words);
    Ok(Some(html! {
        @if reasons.is_empty() { p.note.ok.space { "✓ " (words.op_key_works()) } }
        @for reason in &reasons { p.note.bad.space { "✕ " (reason) } }
        @for limit in standing.limits(words) { p.note.info.space { (limit) } }
        section.card {
            header { h2 { (key.name) } a.push href={ (root) "/keys/" (key.id) } { (words.op_its_page()) } }
            div.body {
                dl.facts {
                    dt { (words.account()) } dd { a href=(root) { (account.name) } }
                    dt { (words.state()) } dd { (status(words, &key)) }
                    dt { (words.environment()) } dd { (environment(words, &key.environment, key.mode)) }
                    dt { (words.secret()) } dd { code { (key.prefix) "…" (key.last_four) } }
                    dt { (words.last_used()) } dd { (last_used(words, key.last_used_at, now)) }
                    dt { (words.expires()) } dd { (key.expires_at.map_or_else(|| words.never().to_owned(), |at| instant(words.0, at))) }
                    dt { (words.op_account_credits()) } dd { (whole(words.0, standing.credits_left())) }
                    dt { "ID" } dd { code { (key.id) } }
                }
            }
        }
    }))
}
