//! The receipt of one call: what it cost, why, and where that is written.

mod price;

use maud::{Markup, html};

use super::printed::printed;
use super::statement::{lot_name, table};
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::numbers::{instant_s, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::hex;
use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::receipt::CallState;
use crate::storage::console::seal::{self, SealedBatch};
use crate::storage::ledger::statement::receipt::{self, Receipt};

/// Bytes of the hash that are shown: enough to find it and to tell it from others.
const HASH_SHOWN: usize = 8;

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (account_id, id): (_, CallId) = (call.account_id()?, call.param("call")?);
    let language = call.language();
    let db = call.db().await?;
    let receipt = receipt::find(db, account_id, id, language).await?.ok_or(PageError::NotFound)?;
    let first = receipt.entries.first().map_or(0, |entry| entry.number);
    let sealed = seal::of_entry(db, account_id, first).await?;
    let (words, root) = (call.words(), call.path("")?);
    let body = html! {
        (printed(call, &[])?)
        p.note.ok[receipt.state == "captured"].info[receipt.state != "captured"] { (sentence(words, &receipt)) }
        div.two {
            (facts(words, &root, &receipt, sealed.as_ref()))
            (payment(words, &receipt))
        }
        @if let Some(detail) = &receipt.price { (price::card(words, detail)) }
        h2.space { (words.its_entries()) }
        (table(words, &format!("{root}/"), &receipt.entries))
        p.space { (support(call, id)) }
    };
    let actions = html! {
        button type="button" data-print hidden { (words.print()) }
        a.button href={ (root) "/ledger" } { (words.statement()) }
    };
    let title = words.receipt_of(receipt.endpoint.as_deref().unwrap_or_default());
    account(call, Content::new(Section::Statement, title, body).actions(actions)).await
}

/// What was charged and why.
pub(in crate::console) fn sentence(words: Words, receipt: &Receipt) -> String {
    let payment = &receipt.payment;
    let outcome = receipt.outcome.and_then(Outcome::from_name);
    let therefore = match CallState::from_name(receipt.state) {
        Some(CallState::Captured) => words.therefore_charged(payment.credits_captured),
        Some(CallState::Released) if outcome.is_some_and(Outcome::is_free_if_released) => {
            words.therefore_free(payment.credits_released)
        }
        Some(CallState::Released) => words.therefore_given_back(payment.credits_released),
        Some(CallState::Held) | None => words.therefore_held(payment.credits_held),
    };
    match (outcome, receipt.upstream_status) {
        (Some(Outcome::Failed), Some(status @ 200..400)) => {
            format!("{} {therefore}", words.why_answer_unusable(status))
        }
        (Some(Outcome::Failed | Outcome::UnchargedStatus), Some(status)) => {
            format!("{} {therefore}", words.why_upstream_answered(status))
        }
        _ => format!("{} {therefore}", why(words, outcome)),
    }
}

/// How the call ended, in a sentence.
const fn why(words: Words, outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None => words.why_running(),
        Some(Outcome::Answered) => words.why_answered(),
        Some(Outcome::ProfileNotFound) => words.why_profile_not_found(),
        Some(Outcome::MultipleMatches) => words.why_multiple_matches(),
        Some(Outcome::Refused) => words.why_refused(),
        Some(Outcome::InsufficientData) => words.why_insufficient_data(),
        Some(Outcome::Failed) => words.why_failed(),
        Some(Outcome::TimedOut) => words.why_timed_out(),
        Some(Outcome::Abandoned) => words.why_abandoned(),
        Some(Outcome::ChargedStatus) => words.why_charged_status(),
        Some(Outcome::UnchargedStatus) => words.why_uncharged_status(),
        Some(Outcome::FigureMissing) => words.why_figure_missing(),
        Some(Outcome::Uncounted) => words.why_uncounted(),
        Some(Outcome::BrokeOff) => words.why_broke_off(),
        Some(Outcome::PartlyAnswered) => words.why_partly_answered(),
        Some(Outcome::Left) => words.why_left(),
        Some(Outcome::LeftEarly) => words.why_left_early(),
    }
}

fn facts(words: Words, root: &str, receipt: &Receipt, sealed: Option<&SealedBatch>) -> Markup {
    let first = receipt.entries.first();
    let last = receipt.entries.iter().rev().find(|entry| entry.amount > 0);
    html! {
        section.card {
            div.body {
                dl.facts {
                    dt { (words.call_id()) } dd { code { (receipt.call_id) } }
                    dt { (words.began()) } dd { (instant_s(words.0, receipt.at)) }
                    @if let Some(last) = last { dt { (words.call_given_back()) } dd { (instant_s(words.0, last.at)) } }
                    @if let Some((id, name)) = first.and_then(|entry| entry.key_id.zip(entry.key_name.as_deref())) {
                        dt { (words.key()) } dd { a href={ (root) "/keys/" (id) } { (name) } }
                    }
                    @if let Some(status) = receipt.status { dt { (words.http_status()) } dd { (status) } }
                    @if let Some(status) = receipt.upstream_status.filter(|status| receipt.status != Some(*status)) {
                        dt { (words.service_status()) } dd { (status) }
                    }
                    dt { (words.plan_requests_used()) }
                    dd { (u8::from(receipt.plan_request_used)) }
                    @if let Some(sealed) = sealed {
                        dt { (words.sealed_in()) }
                        dd {
                            (words.batch_of(&format!("{}/{}", sealed.epoch, sealed.batch))) " "
                            code { (shortened(&sealed.hash)) "…" }
                        }
                    }
                }
            }
        }
    }
}

fn shortened(hash: &[u8]) -> String {
    hex::encode(hash.get(..HASH_SHOWN).unwrap_or(hash))
}

fn payment(words: Words, receipt: &Receipt) -> Markup {
    let (payment, number) = (&receipt.payment, |value| whole(words.0, value));
    html! {
        section.card {
            header { h2 { (words.credits_head()) } }
            div.body {
                dl.sum {
                    dt { (words.credits_held()) } dd { (number(payment.credits_held)) }
                    dt { (words.credits_given_back()) } dd { (number(-payment.credits_released)) }
                    dt.total { (words.charged()) } dd.total { (number(payment.credits_captured)) }
                }
                @for lot in &payment.lots {
                    p.muted.small {
                        (lot_name(words, lot.source.as_str(), lot.lot.0)) ": "
                        (words.paid_by_lot(lot.credits_held - lot.credits_released))
                    }
                }
            }
        }
    }
}

/// The contact for questions about the call.
fn support(call: &Call, id: CallId) -> Markup {
    let (words, links) = (call.words(), &call.console.links);
    html! {
        @match links.support() {
            Some(address) if address.contains('@') && !address.contains(':') => {
                (words.wrong_receipt()) " "
                a href={ "mailto:" (address) "?subject=" (id) } { (address) }
            },
            Some(address) => { (words.wrong_receipt()) " " (address) },
            None => (words.wrong_receipt_operator()),
        }
    }
}
