//! Usage: charged credits and calls by UTC day, divided by one dimension, beside the entries they are the sum of.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use maud::{Markup, html};

use super::days::{Chosen, Days};
use super::usage_check::{Check, check};
use crate::console::call::Call;
use crate::console::chart::{Bar, SERIES, bars, legend};
use crate::console::error::PageError;
use crate::console::layout::{Content, Section, account_with, ledger_account};
use crate::console::numbers::{self, short_day, whole};
use crate::console::overview::reason;
use crate::console::page::Reply;
use crate::console::words::Words;
use crate::domain::account::EnvironmentView;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::settlement::Outcome;
use crate::http::csv::{Cell, write_row};
use crate::storage::accounts;
use crate::storage::console::daily;
use crate::storage::console::usage::{self, DayOfGroup, Dimension, KeyChoice, UsageFilter, UsageGroup};
use crate::storage::ledger::usage_report::{self, GroupBy, UsageQuery};

/// Rows of the table.
const GROUPS: i64 = 50;
/// Groups with a colour of their own; the last colour is for all others.
const SHOWN: usize = SERIES - 1;
const KEYS: i64 = 200;
/// Bars of one day each, at most. Beyond, a bar is a week.
const MOST_BARS: i64 = 93;
/// Lines of one CSV file.
const CSV_LINES: i64 = 20_000;

/// What the reader asked for.
struct Asked {
    chosen: Chosen,
    by: Dimension,
    /// Whether bars show calls instead of credits.
    is_calls: bool,
    key: Option<KeyId>,
    environment: Option<EnvironmentId>,
}

impl Asked {
    fn filter(&self) -> UsageFilter {
        let Days { from, to } = self.chosen.days;
        UsageFilter { from, to, key: self.key, environment: self.environment }
    }

    const fn is_filtered(&self) -> bool {
        self.key.is_some() || self.environment.is_some()
    }
}

/// What the page shows, all of one instant.
struct Usage {
    groups: Vec<UsageGroup>,
    days: Vec<DayOfGroup>,
    check: Check,
    added_up_until: Option<DateTime<Utc>>,
    keys: Vec<KeyChoice>,
    environments: Vec<EnvironmentView>,
}

impl Usage {
    async fn read(call: &mut Call, asked: &Asked) -> Result<Self, PageError> {
        let (account, filter) = (call.account_id()?, asked.filter());
        let db = call.db().await?;
        let groups = usage::groups(db, account, &filter, asked.by, GROUPS + 1).await?;
        let shown: Vec<String> = groups.iter().take(SHOWN).map(|group| group.id.clone()).collect();
        let days = usage::days(db, account, &filter, asked.by, &shown).await?;
        let check = check(db, account, asked.chosen.days).await?;
        let added_up_until = daily::added_up_until(db).await?;
        let keys = usage::key_choices(db, account, KEYS).await?;
        let environments = accounts::environments(db, account).await?;
        Ok(Self { groups, days, check, added_up_until, keys, environments })
    }
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let ledger = ledger_account(call).await?;
    let asked = Asked {
        chosen: Chosen::of(call, &ledger),
        by: Dimension::from_name(call.query.text("by")).unwrap_or(Dimension::Endpoint),
        is_calls: call.query.text("show") == "calls",
        key: call.query.text("key").parse().ok(),
        environment: call.query.text("environment").parse().ok(),
    };
    let usage = Usage::read(call, &asked).await?;
    let (words, root, now) = (call.words(), call.path("")?, call.now());
    let body = html! {
        @if let Some(fault) = asked.chosen.fault { p.note.bad role="alert" { (fault.text(words)) } }
        (filters(words, &asked, &usage))
        (totals(words, &usage))
        (chart(words, &asked, &usage, &root, now))
        (table(words, &asked, &usage, &root))
        (usage.check.show(words, &root, asked.chosen.days, asked.is_filtered()))
    };
    let csv = format!("{root}/usage.csv?{}", asked.chosen.days.query());
    let actions = html! {
        span.as-of { (words.as_of(&numbers::instant_s(words.0, now))) }
        a.button href=(csv) download { "CSV" }
    };
    let content = Content::new(Section::Usage, words.usage(), body).lead(words.usage_lead()).actions(actions);
    account_with(call, content, &ledger).await
}

fn filters(words: Words, asked: &Asked, usage: &Usage) -> Markup {
    let dimensions = [
        (Dimension::Endpoint, words.by_endpoint()),
        (Dimension::Outcome, words.by_outcome()),
        (Dimension::Key, words.by_api_key()),
        (Dimension::Environment, words.by_environment()),
    ];
    html! {
        form.filters method="get" {
            (asked.chosen.fields(words))
            select name="by" aria-label=(words.divided_by()) {
                @for (dimension, label) in dimensions {
                    option value=(dimension.as_str()) selected[dimension == asked.by] { (label) }
                }
            }
            select name="show" aria-label=(words.bars_show()) {
                option value="" { (words.credits_head()) }
                option value="calls" selected[asked.is_calls] { (words.calls()) }
            }
            select name="environment" aria-label=(words.environment()) {
                option value="" { (words.all_environments()) }
                @for known in &usage.environments {
                    option value=(known.id) selected[Some(known.id) == asked.environment] { (known.name) }
                }
            }
            (key_select(words, &usage.keys, asked.key))
            button { (words.apply()) }
        }
    }
}

/// A choice of one key or all.
pub(super) fn key_select(words: Words, keys: &[KeyChoice], chosen: Option<KeyId>) -> Markup {
    html! {
        select name="key" aria-label=(words.key()) {
            option value="" { (words.all_keys()) }
            @for known in keys {
                option value=(known.id) selected[chosen.is_some_and(|key| key.as_uuid() == known.id)] {
                    (known.name) @if known.is_revoked { " (" (words.revoked_word()) ")" }
                }
            }
        }
    }
}

fn sum(usage: &Usage, value: impl Fn(&DayOfGroup) -> i64) -> i64 {
    usage.days.iter().map(value).sum()
}

fn totals(words: Words, usage: &Usage) -> Markup {
    let number = |value| whole(words.0, value);
    html! {
        div.cards.four {
            (figure(words.credits_charged(), &number(sum(usage, |day| day.credits))))
            (figure(words.calls_ended(), &number(sum(usage, |day| day.calls))))
            (figure(words.calls_given_back(), &number(sum(usage, |day| day.given_back))))
            (figure(words.calls_refused(), &number(sum(usage, |day| day.refused))))
        }
    }
}

fn figure(name: &str, value: &str) -> Markup {
    html! { section.card { div.body { p.muted { (name) } div.big { (value) } } } }
}

/// The name of a group for people.
fn group_name(words: Words, by: Dimension, group: &UsageGroup) -> String {
    match by {
        Dimension::Endpoint => group.id.clone(),
        Dimension::Outcome => match group.id.parse().ok().and_then(Outcome::from_number) {
            Some(outcome) => reason(words, outcome).to_owned(),
            None => group.id.clone(),
        },
        Dimension::Key | Dimension::Environment => match group.name.as_deref() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => words.unknown_key().to_owned(),
        },
    }
}

/// A bar of the chart: its days, and the value of each shown group and of the others.
struct Slot {
    days: Days,
    values: Vec<i64>,
    credits: i64,
    calls: i64,
    refused: i64,
}

fn slots(asked: &Asked, usage: &Usage) -> Vec<Slot> {
    let places: BTreeMap<&str, usize> =
        usage.groups.iter().take(SHOWN).enumerate().map(|(place, group)| (group.id.as_str(), place)).collect();
    let shown = usage.groups.len().min(SERIES);
    let mut by_day: BTreeMap<NaiveDate, Vec<&DayOfGroup>> = BTreeMap::new();
    usage.days.iter().for_each(|day| by_day.entry(day.day).or_default().push(day));
    let per_bar = if asked.chosen.days.count() > MOST_BARS { 7 } else { 1 };
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

fn chart(words: Words, asked: &Asked, usage: &Usage, root: &str, now: DateTime<Utc>) -> Markup {
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
            title: words.bar_title(&name(slot.days), &number(slot.credits), &number(slot.calls)),
            label: place.is_multiple_of(every).then(|| short_day(words.0, slot.days.from)),
            leads_to: Some(format!("{root}/ledger?{}", slot.days.query())),
        })
        .collect();
    let mut names: Vec<String> =
        usage.groups.iter().take(SHOWN).map(|group| group_name(words, asked.by, group)).collect();
    if usage.groups.len() > SHOWN {
        names.push(words.all_others().to_owned());
    }
    let title = if asked.is_calls { words.calls_by_day() } else { words.credits_by_day() };
    html! {
        section.card.chart {
            header { h2 { (title) } span.push { (legend(&names)) } }
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
                                    th { (words.day()) } th.n { (words.calls()) } th.n { (words.refused_head()) }
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

fn table(words: Words, asked: &Asked, usage: &Usage, root: &str) -> Markup {
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
                            th { (head) } th.n { (words.calls()) } th.n { (words.given_back_head()) }
                            th.n { (words.refused_head()) } th.n { (words.credits_head()) }
                        }
                    }
                    tbody {
                        @for group in groups {
                            tr {
                                td data-label=(head) { (group_cell(words, asked.by, group, root)) }
                                td.n data-label=(words.calls()) { (number(group.calls)) }
                                td.n data-label=(words.given_back_head()) { (number(group.given_back)) }
                                td.n data-label=(words.refused_head()) { (number(group.refused)) }
                                td.n data-label=(words.credits_head()) { (number(group.credits)) }
                            }
                        }
                        @if others.iter().any(|value| *value != 0) {
                            tr {
                                td data-label=(head) { (words.all_others()) }
                                td.n data-label=(words.calls()) { (number(others[0])) }
                                td.n data-label=(words.given_back_head()) { (number(others[1])) }
                                td.n data-label=(words.refused_head()) { (number(others[2])) }
                                td.n data-label=(words.credits_head()) { (number(others[3])) }
                            }
                        }
                    }
                    tfoot {
                        tr {
                            td data-label=(head) { b { (words.sum()) } }
                            td.n data-label=(words.calls()) { b { (number(sum(usage, |day| day.calls))) } }
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

/// All usage of the days, by day, key, endpoint and outcome.
pub(in crate::console) async fn csv(call: &mut Call) -> Result<Reply, PageError> {
    let ledger = ledger_account(call).await?;
    let (account, days): (AccountId, Days) = (call.account_id()?, Chosen::of(call, &ledger).days);
    let query = UsageQuery {
        from: days.from,
        to: days.to,
        group_by: GroupBy { day: true, key: true, endpoint: true, outcome: true },
        after: None,
        limit: CSV_LINES,
    };
    let report = usage_report::read(call.db().await?, account, &query).await?;
    if report.more {
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
