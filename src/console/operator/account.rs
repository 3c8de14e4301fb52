//! One account: what it has, what happened lately, what can be done with it.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::accounts::state;
use crate::console::account::history;
use crate::console::account::statement::lot_name;
use crate::console::frame::layout::{Content, account_with, ledger_account};
use crate::console::frame::section::Section;
use crate::console::numbers::{self, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::account::AccountDetail;
use crate::domain::account::AccountState;
use crate::identity::operator::OperatorRole;
use crate::storage::accounts;
use crate::storage::console::credits::{self, LotLine};
use crate::storage::console::history::{self as log, HistoryLine};
use crate::storage::notes::{self, AccountNote};

const CHANGES: i64 = 8;
const NOTES: i64 = 50;
/// Lots that are read, as on the owners' page of credits.
const LOTS: i64 = 100;

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (id, now, ledger) = (call.account_id()?, call.now(), ledger_account(call).await?);
    let db = call.db().await?;
    let detail = accounts::detail::read_counting(db, id, 0).await?.ok_or(PageError::NotFound)?;
    let lots = credits::lots(db, id, LOTS).await?;
    let changes = log::newest(db, id, CHANGES).await?;
    let notes = notes::newest(db, id, NOTES).await?;
    let (words, root) = (call.words(), call.path("")?);
    let live: Vec<&LotLine> = lots.iter().filter(|lot| lot.left > 0 && lot.expires_at > now).collect();
    let body = html! {
        @if let Some(done) = done(words, call.query.text("done")) { p.note.ok role="status" { (done) } }
        div.two {
            div {
                section.card { header { h2 { (words.account()) } } div.body { (facts(words, &detail, ledger.credits_left().as_i64())) } }
                section.card {
                    header { h2 { (words.lots_title()) } a.push href={ (root) "/credits" } { (words.op_more()) } }
                    div.body.scroll { (lots_table(words, &live)) }
                }
            }
            div {
                section.card {
                    header { h2 { (words.op_notes()) } a.push href={ (root) "/note" } { (words.op_add_note()) } }
                    div.body { (notes_list(words, &notes, now)) }
                }
                section.card {
                    header { h2 { (words.latest_changes()) } a.push href={ (root) "/audit" } { (words.audit_log()) } }
                    div.body { (changes_list(words, &changes, now)) }
                }
            }
        }
    };
    let actions = actions(call, &root, &detail);
    let content = Content::new(Section::Desk, detail.account.name.as_str(), body).actions(actions);
    account_with(call, content, &ledger).await
}

/// What was done before this page was shown.
fn done(words: Words, what: &str) -> Option<&'static str> {
    match what {
        "suspended" => Some(words.op_done_suspended()),
        "resumed" => Some(words.op_done_resumed()),
        "moved" => Some(words.op_done_moved()),
        "same" => Some(words.op_done_same_plan()),
        "granted" => Some(words.op_done_granted()),
        "made" => Some(words.op_done_made()),
        "factor" => Some(words.op_done_factor()),
        "taken" => Some(words.op_done_taken()),
        _ => None,
    }
}

/// Links to the acts that this operator may do.
fn actions(call: &Call, root: &str, detail: &AccountDetail) -> Markup {
    let words = call.words();
    let is_admin = call.operator == Some(OperatorRole::Admin);
    html! {
        @if detail.account.closed_at.is_none() {
            @if is_admin {
                a.button href={ (root) "/grant" } { (words.op_grant()) }
                a.button href={ (root) "/plan" } { (words.op_move_plan()) }
                a.button.danger href={ (root) "/take" } { (words.op_take()) }
            }
            @match detail.account.state {
                AccountState::Active => a.button.danger href={ (root) "/suspend" } { (words.op_suspend()) },
                AccountState::Suspended => a.button.primary href={ (root) "/resume" } { (words.op_resume()) },
            }
        }
    }
}

fn facts(words: Words, detail: &AccountDetail, left: i64) -> Markup {
    let (account, number) = (&detail.account, |value: i64| whole(words.0, value));
    html! {
        dl.facts {
            dt { (words.state()) } dd { (state(words, account)) }
            dt { (words.credits_left_title()) } dd { b { (number(left)) } }
            dt { (words.plan_head()) } dd { (account.plan.plan) " (" (account.plan.edition) ")" }
            dt { (words.op_plan_credits()) }
            dd { (words.op_of(&number(detail.plan_credits_left.as_i64()), &number(detail.plan_credits.as_i64()))) }
            dt { (words.requests_title()) }
            dd { (words.op_of(&number((detail.requests_limit - detail.requests_used).max(0)), &number(detail.requests_limit))) }
            dt { (words.op_renews()) } dd { (numbers::instant(words.0, detail.renews_at)) }
            dt { (words.contact_address()) } dd { (account.email) }
            dt { (words.account_id()) } dd { code { (account.id) } }
            dt { (words.since()) } dd { (numbers::day(words.0, account.created_at.date_naive())) }
            @if let Some(at) = account.closed_at { dt { (words.op_closed()) } dd { (numbers::instant(words.0, at)) } }
        }
    }
}

fn lots_table(words: Words, lots: &[&LotLine]) -> Markup {
    html! {
        @if lots.is_empty() { p.muted { (words.no_credits()) } } @else {
            table {
                thead { tr { th { (words.lot()) } th.n { (words.op_left()) } th { (words.expires()) } } }
                tbody {
                    @for lot in lots {
                        tr {
                            td data-label=(words.lot()) { (lot_name(words, &lot.source, lot.lot)) }
                            td.n data-label=(words.op_left()) { (words.op_of(&whole(words.0, lot.left), &whole(words.0, lot.granted))) }
                            td data-label=(words.expires()) { (numbers::day(words.0, numbers::last_day(lot.expires_at))) }
                        }
                    }
                }
            }
        }
    }
}

fn notes_list(words: Words, notes: &[AccountNote], now: DateTime<Utc>) -> Markup {
    html! {
        @if notes.is_empty() { p.muted { (words.op_no_notes()) } } @else {
            ul.list {
                @for note in notes {
                    li { div { p { (note.note) } p.small.muted { (note.author) " · " (words.ago(note.written_at, now)) } } }
                }
            }
        }
    }
}

fn changes_list(words: Words, changes: &[HistoryLine], now: DateTime<Utc>) -> Markup {
    html! {
        ul.list {
            @for line in changes {
                li { span { (history::sentence(words, line)) } span.muted.push { (words.ago(line.at, now)) } }
            }
        }
    }
}
