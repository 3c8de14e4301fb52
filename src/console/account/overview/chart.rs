//! The chart of the last days: what was charged, and what calls gave back.

use maud::{Markup, html};

use super::Overview;
use crate::console::html::chart::{Bar, bars, legend};
use crate::console::numbers::{self, short_day, whole};
use crate::console::words::Words;

pub(super) fn chart(words: Words, overview: &Overview, root: &str) -> Markup {
    let number = |amount: i64| whole(words.0, amount);
    let drawn: Vec<Bar> = overview
        .days
        .iter()
        .enumerate()
        .map(|(place, day)| Bar {
            values: vec![day.credits, day.given_back],
            title: words.day_title(
                &numbers::day(words.0, day.day),
                [day.credits, day.given_back, day.calls, day.refused],
            ),
            label: place.is_multiple_of(7).then(|| short_day(words.0, day.day)),
            leads_to: Some(format!("{root}/ledger?from={0}&to={0}", day.day)),
        })
        .collect();
    let series = [words.charged().to_owned(), words.credits_given_back().to_owned()];
    let is_empty = overview.days.iter().all(|day| day.calls == 0 && day.credits == 0 && day.given_back == 0);
    let refused: i64 = overview.days.iter().map(|day| day.refused).sum();
    let until = overview.added_up_until.unwrap_or(overview.now);
    html! {
        section.card.chart {
            header { h2 { (words.credits_by_day()) } @if !is_empty { span.push { (legend(&series)) } } }
            div.body {
                @if is_empty { p.muted { (words.no_usage()) } } @else {
                    (bars(words.credits_by_day(), &drawn, number))
                    p.small.muted { (words.days_are_utc()) " " (words.bars_lead()) " " (words.added_up(&numbers::instant_s(words.0, until))) }
                    details {
                        summary { (words.show_table()) }
                        table {
                            thead {
                                tr {
                                    th { (words.day()) } th.n { (words.calls_ended()) } th.n { (words.charged()) }
                                    th.n { (words.credits_given_back()) } th.n { (words.refused_head()) }
                                }
                            }
                            tbody {
                                @for day in overview.days.iter().rev().filter(|day| day.calls + day.given_back + day.refused > 0) {
                                    tr {
                                        td { (short_day(words.0, day.day)) } td.n { (number(day.calls)) } td.n { (number(day.credits)) }
                                        td.n { (number(day.given_back)) } td.n { (number(day.refused)) }
                                    }
                                }
                            }
                        }
                    }
                }
                @if refused > 0 {
                    p.space { a href={ (root) "/usage?period=30&by=outcome&show=calls" } { (words.refused_lately(refused)) } }
                }
            }
        }
    }
}
