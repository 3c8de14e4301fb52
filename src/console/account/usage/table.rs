//! The table of the usage page, with its sum, and the same as a file.

use maud::{Markup, html};

use super::{Asked, GROUPS, Usage, group_name, sum};
use crate::console::account::days::FILLED_IN;
use crate::console::frame::layout::ledger_account;
use crate::console::numbers::whole;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::{Unread, no_file};
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::http::csv::{Cell, write_row};
use crate::storage::console::usage::{Dimension, UsageGroup};
use crate::storage::ledger::usage_report::{self, GroupBy, UsageQuery};

/// Lines of one CSV file.
const CSV_LINES: i64 = 20_000;

pub(super) fn table(words: Words, asked: &Asked, usage: &Usage, root: &str) -> Markup {
    let number = |value| whole(words.0, value);
    let head = match asked.by {
        Dimension::Endpoint => words.endpoint(),
        Dimension::Outcome => words.outcome(),
        Dimension::Key => words.key(),
        Dimension::Environment => words.environment(),
    };
    let groups = usage.groups.iter().take(usize::try_from(GROUPS).unwrap_or(usize::MAX));
    let others = [
        sum(usage, |day| day.calls) - groups.clone().map(|group| group.calls).sum::<i64>(),
        sum(usage, |day| day.given_back) - groups.clone().map(|group| group.given_back).sum::<i64>(),
        sum(usage, |day| day.refused) - groups.clone().map(|group| group.refused).sum::<i64>(),
        sum(usage, |day| day.credits) - groups.clone().map(|group| group.credits).sum::<i64>(),
    ];
    html! {
        @if !usage.groups.is_empty() {
            section.card.scroll {
                table {
                    thead {
                        tr {
                            th { (head) } th.n { (words.calls_ended()) } th.n { (words.given_back_head()) }
                            th.n { (words.refused_head()) } th.n { (words.credits_head()) }
                        }
                    }
                    tbody {
                        @for group in groups {
                            tr {
                                td data-label=(head) { (group_cell(words, asked.by, group, root)) }
                                td.n data-label=(words.calls_ended()) { (number(group.calls)) }
                                td.n data-label=(words.given_back_head()) { (number(group.given_back)) }
                                td.n data-label=(words.refused_head()) { (number(group.refused)) }
                                td.n data-label=(words.credits_head()) { (number(group.credits)) }
                            }
                        }
                        @if others.iter().any(|value| *value != 0) {
                            tr {
                                td data-label=(head) { (words.all_others()) }
                                td.n data-label=(words.calls_ended()) { (number(others[0])) }
                                td.n data-label=(words.given_back_head()) { (number(others[1])) }
                                td.n data-label=(words.refused_head()) { (number(others[2])) }
                                td.n data-label=(words.credits_head()) { (number(others[3])) }
                            }
                        }
                    }
                    tfoot {
                        tr {
                            td data-label=(head) { b { (words.sum()) } }
                            td.n data-label=(words.calls_ended()) { b { (number(sum(usage, |day| day.calls))) } }
                            td.n data-label=(words.given_back_head()) {
                                b { (number(sum(usage, |day| day.given_back))) }
                            }
                            td.n data-label=(words.refused_head()) { b { (number(sum(usage, |day| day.refused))) } }
                            td.n data-label=(words.credits_head()) { b { (number(sum(usage, |day| day.credits))) } }
                        }
                    }
                }
            }
        }
    }
}

fn group_cell(words: Words, by: Dimension, group: &UsageGroup, root: &str) -> Markup {
    let name = group_name(words, by, group);
    html! {
        @match by {
            Dimension::Endpoint => code { (name) },
            Dimension::Outcome if group.calls == 0 => { code { (name) } " " span.muted { (words.refused_free()) } },
            Dimension::Outcome | Dimension::Environment => (name),
            Dimension::Key => a href={ (root) "/keys/" (group.id) } { (name) },
        }
    }
}

/// The fields of the address of a file. Some of them only arrange the page.
const FIELDS: [&str; 8] = ["period", "from", "to", FILLED_IN, "key", "environment", "by", "show"];

/// The usage that was asked for, by day, key, endpoint and outcome.
pub(in crate::console) async fn csv(call: &mut Call) -> Result<Reply, PageError> {
    let ledger = ledger_account(call).await?;
    let unread = Unread::of_file(&call.query, &FIELDS);
    let asked = Asked::of(call, &ledger, unread).await?;
    if let Some(fault) = asked.chosen.fault {
        return no_file(call, fault.text(call.words()));
    }
    if let Some(page) = asked.unread.instead_of_file(call)? {
        return Ok(page);
    }
    let (account, days) = (call.account_id()?, asked.chosen.days);
    let query = UsageQuery {
        from: days.from,
        to: days.to,
        group_by: GroupBy { day: true, key: true, endpoint: true, outcome: true },
        key: asked.key,
        environment: asked.environment,
        after: None,
        limit: CSV_LINES,
    };
    let report = usage_report::read(call.db().await?, account, &query).await?;
    if report.has_more {
        return Err(PageError::TooMuch);
    }
    let mut rows = Vec::new();
    let head = ["day", "key_id", "key_name", "endpoint", "outcome", "calls", "refused", "credits"];
    write_row(&mut rows, &head.map(Cell::Text)).map_err(|_| PageError::Internal)?;
    for line in &report.lines {
        let day = line.day.map(|day| day.to_string());
        let key = line.key_id.map(|key| key.to_string());
        let cells = [
            Cell::Maybe(day.as_deref()),
            Cell::Maybe(key.as_deref()),
            Cell::Maybe(line.key_name.as_deref()),
            Cell::Maybe(line.endpoint.as_deref()),
            Cell::Maybe(line.outcome.as_deref()),
            Cell::Number(line.calls),
            Cell::Number(line.refused),
            Cell::Number(line.credits),
        ];
        write_row(&mut rows, &cells).map_err(|_| PageError::Internal)?;
    }
    Ok(Reply::Csv { name: format!("usage-{}-{}.csv", days.from, days.to), rows })
}
