//! Entries as a table, each in words.

use maud::{Markup, html};

use crate::background::sign_up_grants::REFERENCE as SIGN_UP_REFERENCE;
use crate::console::account::outcome::{outcome_of_hold, reason_of};
use crate::console::numbers::{self, signed, whole};
use crate::console::request::form_token::FORM_REFERENCE;
use crate::console::words::Words;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::EntryKind;
use crate::storage::ledger::statement::StatementLine;

/// Entries as a table. `base` is where the pages of the account begin, with its slash; it is empty
/// on the page of the statement. Time and sentence need no label on a telephone: a page of 50
/// entries stays light.
pub(in crate::console) fn table(words: Words, base: &str, lines: &[StatementLine]) -> Markup {
    html! {
        section.card.scroll {
            @if lines.is_empty() { p.body { (words.no_entries()) } } @else {
                table.entries {
                    thead {
                        tr {
                            th { (words.when_utc()) } th { (words.what()) } th { (words.key()) } th { (words.lot()) }
                            th.n { (words.amount()) } th.n { (words.balance()) }
                        }
                    }
                    tbody { @for line in lines { (row(words, base, line)) } }
                }
            }
        }
    }
}

fn row(words: Words, base: &str, line: &StatementLine) -> Markup {
    let amount = signed(words.0, line.amount);
    html! {
        tr id={ "entry-" (line.number) } {
            td.when { (numbers::day(words.0, line.at.date_naive())) ", " (numbers::clock_s(line.at)) }
            td { div { (what(words, base, line)) } }
            td data-label=(words.key()) {
                @if let (Some(id), Some(name)) = (line.key_id, &line.key_name) { a href={ (base) "keys/" (id) } { (name) } }
                @else { "–" }
            }
            td data-label=(words.lot()) { (lot_name(words, &line.source, line.lot)) }
            td.n data-label=(words.amount()) { @if line.amount > 0 { span.in { (amount) } } @else { (amount) } }
            td.n data-label=(words.balance()) { (whole(words.0, line.balance_after)) }
        }
    }
}

/// What a lot is called: its source and its number.
pub(in crate::console) fn lot_name(words: Words, source: &str, lot: i32) -> String {
    let source = match source {
        "plan" => words.lot_plan(),
        "pack" => words.lot_pack(),
        _ => words.lot_grant(),
    };
    format!("{source} {lot}")
}

/// The id of an act. Those that the program makes itself are words, because people never use them.
pub(in crate::console) fn act_of(words: Words, reference: &str) -> Markup {
    html! {
        @if reference.starts_with(FORM_REFERENCE) { span.muted { "(" (words.by_operators_console()) ")" } }
        @else if is_of_sign_up(Some(reference)) { span.muted { "(" (words.for_signing_up()) ")" } }
        @else { code { (reference) } }
    }
}

/// Whether the gateway granted these credits for a sign-up. People have no use for its reference.
pub(in crate::console) fn is_of_sign_up(reference: Option<&str>) -> bool {
    reference.is_some_and(|reference| reference.starts_with(SIGN_UP_REFERENCE))
}

/// An entry in words.
fn what(words: Words, base: &str, line: &StatementLine) -> Markup {
    let receipt = html! {
        a href={ (base) "ledger/calls/" (line.id) } { (words.call()) " " code { (line.endpoint.as_deref().unwrap_or_default()) } }
    };
    let note = html! { @if let Some(note) = &line.note { ": " (note) } };
    let reference = html! { @if let Some(reference) = &line.reference { " " (act_of(words, reference)) } };
    let ended = line.outcome.and_then(Outcome::from_name);
    html! {
        @match EntryKind::from_name(line.kind) {
            Some(EntryKind::Hold) if line.state == Some("released") => { (receipt) " " span.chip { (words.held_until_end()) } },
            Some(EntryKind::Hold) => { (receipt) " " (outcome_of_hold(words, line)) },
            Some(EntryKind::Release) if line.state == Some("captured") => {
                (receipt) " " span.chip { "↩ " (words.unused_part_returned()) }
            },
            Some(EntryKind::Release) if ended.is_some_and(Outcome::is_free_if_released) => {
                (receipt) " " span.chip { "↩ " (words.cost_nothing()) }
            },
            Some(EntryKind::Release) => {
                (receipt) " " span.chip {
                    "↩ " (words.call_given_back()) @if let Some(ended) = ended { ": " (reason_of(words, line, ended)) }
                }
            },
            Some(EntryKind::Renewal) => (words.plan_renewed()),
            Some(EntryKind::Grant) if is_of_sign_up(line.reference.as_deref()) => (words.grant_for_sign_up()),
            Some(EntryKind::Grant) => { (words.grant_given()) (note) (reference) },
            Some(EntryKind::Pack) => { (words.pack_bought()) (note) (reference) },
            Some(EntryKind::Expiry) => (words.lot_ended()),
            Some(EntryKind::Correction) => { (words.taken_back()) (note) (reference) },
            Some(EntryKind::PlanMove) => { (words.plan_moved()) (note) },
            None => (line.kind),
        }
    }
}
