//! The overview of an account: what is left, what was used, what needs a look.

mod chart;
mod forecast;
mod latest;

use chrono::{DateTime, Days, Utc};
use maud::{Markup, html};

use self::chart::chart;
use self::forecast::Forecast;
use self::latest::{latest_calls, latest_changes};
use super::keys::parts::ENDS_SOON;
use crate::console::frame::layout::{Content, account_with, ledger_account};
use crate::console::frame::section::Section;
use crate::console::numbers::{self, short_day, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::account::{PLAYGROUND_ENVIRONMENTS, is_playground};
use crate::domain::credits::Credits;
use crate::domain::key::KeyStatus;
use crate::domain::key::view::KeyView;
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::rules::entry::EntryKind;
use crate::ledger::rules::lot::{Lot, LotSource};
use crate::storage::console::daily::{self, DayUsage};
use crate::storage::console::history::{self, HistoryLine};
use crate::storage::keys::{self, FirstKeys};
use crate::storage::ledger::statement::{self, StatementLine};

/// Days of the chart.
const DAYS: u64 = 30;
/// Entries that are read for the latest calls and the open holds.
const ENTRIES: i64 = 100;
const CHANGES: i64 = 5;
/// Lots that are shown by themselves: those that are spent first.
const LOTS: usize = 4;
/// Days by which a forecast goes, and how many of them need calls.
const FORECAST_DAYS: usize = 7;
const MIN_DAYS: usize = 3;
/// The most such keys that are read.
const ENDING_KEYS: i64 = 10;

/// What the page shows, all of one instant.
struct Overview {
    now: DateTime<Utc>,
    ledger: LedgerAccount,
    days: Vec<DayUsage>,
    added_up_until: Option<DateTime<Utc>>,
    lines: Vec<StatementLine>,
    changes: Vec<HistoryLine>,
    /// Keys that end soon, the next first.
    ending: Vec<KeyView>,
    /// The keys of programs that it has or had.
    keys: FirstKeys,
}

impl Overview {
    async fn read(call: &mut Call) -> Result<Self, PageError> {
        let (account, now) = (call.account_id()?, call.now());
        let today = now.date_naive();
        let ledger = ledger_account(call).await?;
        let language = call.language();
        let db = call.db().await?;
        let first = today.checked_sub_days(Days::new(DAYS - 1)).unwrap_or(today);
        let days = daily::by_day(db, account, first, today).await?;
        let added_up_until = daily::added_up_until(db).await?;
        let after = ledger.last_entry.saturating_sub(ENTRIES).max(0);
        let lines = statement::page(db, account, (after, ENTRIES), language).await?;
        let changes = history::newest(db, account, CHANGES).await?;
        let ending = keys::expiring(db, account, now + ENDS_SOON, ENDING_KEYS).await?;
        let keys = keys::first_outside(db, account, &PLAYGROUND_ENVIRONMENTS).await?;
        Ok(Self { now, ledger, days, added_up_until, lines, changes, ending, keys })
    }

    /// Credits of calls that are running.
    fn on_hold(&self) -> i64 {
        let open = self.lines.iter().filter(|line| line.state == Some("held"));
        open.map(|line| -line.amount).sum()
    }

    /// The mean of the last whole days, where enough of them had calls.
    fn a_day(&self) -> Option<i64> {
        let whole_days = self.days.iter().rev().skip(1).take(FORECAST_DAYS);
        let used: Vec<i64> = whole_days.map(|day| day.credits).collect();
        let with_calls = used.iter().filter(|credits| **credits > 0).count();
        let mean = used.iter().sum::<i64>() / i64::try_from(FORECAST_DAYS).unwrap_or(1);
        (with_calls >= MIN_DAYS && mean > 0).then_some(mean)
    }

    /// Whether a program has called, with a live key or with a test key.
    fn has_called(&self) -> bool {
        let is_hold = |line: &StatementLine| line.kind == EntryKind::Hold.as_str();
        self.keys.were_tested
            || self.lines.iter().any(is_hold)
            || self.days.iter().any(|day| day.calls > 0)
            || self.ledger.requests_used > 0
    }

    /// Whether the first steps are still ahead. A key of the playground is no key of a program.
    fn is_new(&self) -> bool {
        !(self.keys.exist && self.has_called())
    }

    fn ending_keys(&self) -> impl Iterator<Item = (&KeyView, DateTime<Utc>)> {
        let ending = self.ending.iter();
        ending
            .filter(|key| key.status == KeyStatus::Active && !is_playground(&key.environment, key.mode))
            .filter_map(|key| Some((key, key.expires_at?)))
    }
}

pub(crate) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let overview = Overview::read(call).await?;
    let (words, root) = (call.words(), call.path("")?);
    let body = html! {
        @for (key, end) in overview.ending_keys() {
            @let last_day = numbers::day(words.0, numbers::last_day(end));
            p.note {
                "△ " a href={ (root) "/keys/" (key.id) } {
                    (words.key_ends(&key.name, numbers::days_until(end, overview.now), &last_day))
                }
            }
        }
        @if overview.is_new() && call.may_manage() && call.may_call() { (first_steps(call, &overview, &root)?) }
        div.cards {
            (credits_left(words, &overview, &root))
            (period(words, &overview))
            (pace(words, &overview))
        }
        (chart(words, &overview, &root))
        div.two {
            (latest_calls(words, &overview, &root))
            (latest_changes(words, &overview, &root))
        }
    };
    let as_of = html! { span.as-of { (words.as_of(&numbers::instant_s(call.language(), overview.now))) } };
    let content = Content::new(Section::Overview, words.overview(), body).actions(as_of);
    account_with(call, content, &overview.ledger).await
}

fn first_steps(call: &Call, overview: &Overview, root: &str) -> Result<Markup, PageError> {
    let (words, has_password) = (call.words(), call.user()?.identity.has_password);
    let steps = [
        (overview.keys.exist, words.step_key(), format!("{root}/keys/new")),
        (overview.has_called(), words.step_call(), words.first_call_address().to_owned()),
        (has_password, words.step_password(), "/console/me/password".to_owned()),
    ];
    Ok(html! {
        section.card.steps {
            header { h2 { (words.first_steps()) } }
            ol.body {
                @for (is_done, step, address) in &steps {
                    li {
                        @if *is_done { span.muted { (step) } " " span.chip.ok { "✓ " (words.step_done()) } }
                        @else { a href=(address) { (step) } }
                    }
                }
            }
        }
    })
}

fn credits_left(words: Words, overview: &Overview, root: &str) -> Markup {
    let mut lots: Vec<&Lot> = overview.ledger.lots.iter().filter(|lot| lot.left > Credits::ZERO).collect();
    lots.sort_by_key(|lot| lot.burn_order());
    let source = |lot: &Lot| match lot.source {
        LotSource::Plan => words.of_plan(),
        LotSource::Pack => words.of_pack(),
        LotSource::Grant => words.of_grant(),
    };
    html! {
        section.card {
            header { h2 { (words.credits_left_title()) } }
            div.body {
                div.big { (whole(words.0, overview.ledger.credits_left().as_i64())) }
                @for lot in lots.iter().take(LOTS) {
                    p.muted {
                        (whole(words.0, lot.left.as_i64())) " " (source(lot)) ", "
                        (words.until(&numbers::day(words.0, numbers::last_day(lot.expires_at))))
                    }
                }
                @if let Some(rest) = lots.get(LOTS..).filter(|rest| !rest.is_empty()) {
                    @let left = whole(words.0, rest.iter().map(|lot| lot.left.as_i64()).sum());
                    p.muted { a href={ (root) "/credits" } { (words.more_lots(&left, rest.len())) } }
                }
                @if lots.is_empty() { p.muted { (words.no_credits()) } }
            }
        }
    }
}

fn period(words: Words, overview: &Overview) -> Markup {
    let (ledger, balance) = (&overview.ledger, overview.ledger.balance());
    let number = |amount: i64| whole(words.0, amount);
    let requests = i64::try_from(ledger.requests_limit).unwrap_or(i64::MAX);
    let used = i64::try_from(ledger.requests_used).unwrap_or(i64::MAX);
    let days_left = numbers::days_until(ledger.period.ends_at, overview.now);
    let starts_on = short_day(words.0, ledger.period.starts_at.date_naive());
    let ends_on = short_day(words.0, numbers::last_day(ledger.period.ends_at));
    let (plan_used, plan) = (balance.plan_credits_used.as_i64(), balance.plan_credits.as_i64());
    html! {
        section.card {
            header {
                h2 { (words.this_period()) }
                span.muted.small.push {
                    (starts_on) " – " (ends_on) " · " (words.days_left(days_left))
                }
            }
            div.body {
                @if plan > 0 {
                    meter min="0" max=(plan) value=(plan_used) {}
                    p { (words.charged_of(&number(plan_used), &number(plan))) " · " (words.on_hold(overview.on_hold())) }
                } @else {
                    p { (words.on_hold(overview.on_hold())) }
                }
                p.muted { (words.requests_of(&number(used), &number(requests))) }
            }
        }
    }
}

fn pace(words: Words, overview: &Overview) -> Markup {
    html! {
        section.card {
            header { h2 { (words.at_this_pace()) } }
            div.body {
                @if let Some(a_day) = overview.a_day() {
                    @let forecast = Forecast::of(&overview.ledger.lots, a_day, overview.now);
                    div.big { (words.days(forecast.days)) }
                    @if let Some(end) = forecast.end(overview.now) { p { (words.until(&numbers::day(words.0, end.date_naive()))) } }
                    p.muted { (words.a_day(a_day)) }
                    @if overview.ledger.plan.credits > Credits::ZERO { p.muted { (words.without_renewals()) } }
                    @if forecast.unused > 0 { p.muted { (words.expire_unused(forecast.unused)) } }
                } @else {
                    div.big.muted { (words.no_forecast()) }
                    p.muted { (words.no_forecast_why()) }
                }
            }
        }
    }
}
