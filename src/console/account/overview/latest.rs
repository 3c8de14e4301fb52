//! The latest calls and changes of an account.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::Overview;
use crate::console::account::history;
use crate::console::account::outcome::outcome;
use crate::console::numbers::{self, clock_s, short_day, whole};
use crate::console::words::Words;
use crate::ledger::rules::entry::EntryKind;
use crate::storage::ledger::statement::StatementLine;

/// The most calls that are listed.
const CALLS: usize = 6;

pub(super) fn latest_calls(words: Words, overview: &Overview, root: &str) -> Markup {
    let holds = overview.lines.iter().rev().filter(|line| line.kind == EntryKind::Hold.as_str());
    let calls: Vec<&StatementLine> = holds.take(CALLS).collect();
    html! {
        section.card {
            header { h2 { (words.latest_calls()) } a.push href={ (root) "/ledger" } { (words.statement()) } }
            div.body.scroll {
                @if calls.is_empty() { p.muted { (words.no_calls()) } } @else {
                    table {
                        thead { tr { th { (words.time()) } th { (words.call()) } th { (words.outcome()) } th.n { (words.credits_head()) } } }
                        tbody {
                            @for line in calls {
                                tr {
                                    td.when data-label=(words.time()) { time datetime=(line.at.to_rfc3339()) { (moment(words, line.at, overview.now)) } }
                                    td data-label=(words.call()) {
                                        a href={ (root) "/ledger/calls/" (line.id) } { code { (line.endpoint.as_deref().unwrap_or_default()) } }
                                    }
                                    td data-label=(words.outcome()) { (outcome(words, line)) }
                                    td.n data-label=(words.credits_head()) { (whole(words.0, cost(&overview.lines, line))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The time of today, and the day before it on other days.
fn moment(words: Words, at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match at.date_naive() == now.date_naive() {
        true => clock_s(at),
        false => format!("{}, {}", short_day(words.0, at.date_naive()), numbers::clock(at)),
    }
}

/// What a call took: what it holds while it runs, its price once it is charged, nothing once it is
/// given back. The newest entries have every return of a hold that they have.
fn cost(lines: &[StatementLine], hold: &StatementLine) -> i64 {
    if hold.state == Some("released") {
        return 0;
    }
    lines.iter().filter(|line| line.id == hold.id && line.lot == hold.lot).map(|line| line.amount).sum()
}

pub(super) fn latest_changes(words: Words, overview: &Overview, root: &str) -> Markup {
    html! {
        section.card {
            header { h2 { (words.latest_changes()) } a.push href={ (root) "/audit" } { (words.audit_log()) } }
            div.body {
                ul.list {
                    @for line in &overview.changes {
                        li { span { (history::sentence(words, line)) } span.muted.push { (words.ago(line.at, overview.now)) } }
                    }
                }
            }
        }
    }
}
