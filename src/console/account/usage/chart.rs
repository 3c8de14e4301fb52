//! The chart of the usage page: a bar a day, or a week where the days are many.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use maud::{Markup, html};

use super::{Asked, Usage, group_name};
use crate::console::account::days::Days;
use crate::console::html::chart::{Bar, SERIES, bars, legend};
use crate::console::numbers::{self, short_day, whole};
use crate::console::words::Words;
use crate::storage::console::usage::DayOfGroup;

/// Groups with a colour of their own; the last colour is for all others.
pub(super) const SHOWN: usize = SERIES - 1;
/// Bars of one day each, at most. Beyond, a bar is a week.
const MAX_BARS: i64 = 45;

/// A bar of the chart: its days, and the value of each shown group and of the others.
struct Slot {
    days: Days,
    values: Vec<i64>,
    credits: i64,
    calls: i64,
    refused: i64,
}

fn slots(asked: &Asked, usage: &Usage) -> Vec<Slot> {
    let places: BTreeMap<&str, usize> = usage
        .groups
        .iter()
        .take(SHOWN)
        .enumerate()
        .map(|(place, group)| (group.id.as_str(), place))
        .collect();
    let shown = usage.groups.len().min(SERIES);
    let mut by_day: BTreeMap<NaiveDate, Vec<&DayOfGroup>> = BTreeMap::new();
    usage.days.iter().for_each(|day| by_day.entry(day.day).or_default().push(day));
    let per_bar = if asked.chosen.days.count() > MAX_BARS { 7 } else { 1 };
    let all: Vec<NaiveDate> = asked.chosen.days.all().collect();
    all.chunks(per_bar)
        .filter_map(|days| {
            let days = Days { from: *days.first()?, to: *days.last()? };
            let mut slot = Slot { days, values: vec![0; shown], credits: 0, calls: 0, refused: 0 };
            for line in by_day.range(days.from..=days.to).flat_map(|(_, lines)| lines) {
                let place = line.id.as_deref().and_then(|id| places.get(id)).copied().unwrap_or(SHOWN);
                let value = if asked.is_calls { line.calls + line.refused } else { line.credits };
                if let Some(known) = slot.values.get_mut(place) {
                    *known += value;
                }
                slot.credits += line.credits;
                slot.calls += line.calls;
                slot.refused += line.refused;
            }
            Some(slot)
        })
        .collect()
}

pub(super) fn chart(words: Words, asked: &Asked, usage: &Usage, root: &str, now: DateTime<Utc>) -> Markup {
    let number = |value| whole(words.0, value);
    let slots = slots(asked, usage);
    let every = slots.len().div_ceil(6).max(1);
    let name = |days: Days| match days.count() {
        1 => numbers::day(words.0, days.from),
        _ => format!("{} – {}", short_day(words.0, days.from), numbers::day(words.0, days.to)),
    };
    let drawn: Vec<Bar> = slots
        .iter()
        .enumerate()
        .map(|(place, slot)| Bar {
            values: slot.values.clone(),
            title: words.bar_title(&name(slot.days), slot.credits, slot.calls, slot.refused),
            label: place.is_multiple_of(every).then(|| short_day(words.0, slot.days.from)),
            leads_to: Some(format!("{root}/ledger?{}", slot.days.short_query())),
        })
        .collect();
    let mut names: Vec<String> =
        usage.groups.iter().take(SHOWN).map(|group| group_name(words, asked.by, group)).collect();
    if usage.groups.len() > SHOWN {
        names.push(words.all_others().to_owned());
    }
    let title = match (asked.is_calls, asked.chosen.days.count() > MAX_BARS) {
        (true, false) => words.calls_by_day(),
        (true, true) => words.calls_by_week(),
        (false, false) => words.credits_by_day(),
        (false, true) => words.credits_by_week(),
    };
    html! {
        section.card.chart {
            header { h2 { (title) } @if !usage.days.is_empty() { span.push { (legend(&names)) } } }
            div.body {
                @if usage.days.is_empty() { p.muted { (words.no_usage()) } } @else {
                    (bars(title, &drawn, number))
                    p.small.muted {
                        (words.days_are_utc()) " " (words.bars_lead()) " "
                        (words.added_up(&numbers::instant_s(words.0, usage.added_up_until.unwrap_or(now))))
                    }
                    details {
                        summary { (words.show_table()) }
                        table {
                            thead {
                                tr {
                                    th { (words.day()) } th.n { (words.calls_ended()) } th.n { (words.refused_head()) }
                                    th.n { (words.credits_head()) }
                                }
                            }
                            tbody {
                                @for slot in slots.iter().rev().filter(|slot| slot.calls + slot.refused > 0) {
                                    tr {
                                        td { (name(slot.days)) } td.n { (number(slot.calls)) }
                                        td.n { (number(slot.refused)) } td.n { (number(slot.credits)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
