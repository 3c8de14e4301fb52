//! Usage: charged credits and calls by UTC day, divided by one dimension, beside the entries they
//! are the sum of.

mod chart;
mod table;

use chrono::{DateTime, Utc};
use maud::{Markup, html};

pub(in crate::console) use self::table::csv;

use self::chart::{SHOWN, chart};
use self::table::table;
use super::days::{Chosen, Days};
use super::usage_check::{Check, check};
use crate::console::account::outcome::reason;
use crate::console::frame::layout::{Content, account_with, ledger_account};
use crate::console::frame::section::Section;
use crate::console::numbers::{self, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::account::EnvironmentView;
use crate::domain::ids::{EnvironmentId, KeyId};
use crate::domain::refusal::ErrorCode;
use crate::domain::settlement::Outcome;
use crate::http::error_body::code_in;
use crate::http::public_links::PublicLinks;
use crate::ledger::rules::account::LedgerAccount;
use crate::storage::console::daily;
use crate::storage::console::usage::{self, DayOfGroup, Dimension, KeyChoice, UsageFilter, UsageGroup};
use crate::storage::environments;

/// Rows of the table.
const GROUPS: i64 = 50;
const KEYS: i64 = 200;

/// What the reader asked for.
struct Asked {
    chosen: Chosen,
    by: Dimension,
    /// Whether bars show calls instead of credits.
    is_calls: bool,
    key: Option<KeyId>,
    environment: Option<EnvironmentId>,
    /// The filters that were not understood.
    unread: Unread,
}

impl Asked {
    async fn of(call: &mut Call, ledger: &LedgerAccount, mut unread: Unread) -> Result<Self, PageError> {
        let key = unread.key(call, "key").await?;
        let environment = unread.environment(call, "environment").await?;
        let show = |text: &str| (text == "calls").then_some(());
        let query = &call.query;
        Ok(Self {
            chosen: Chosen::of(call, ledger),
            by: unread.choice(query, "by", Dimension::from_name).unwrap_or(Dimension::Endpoint),
            is_calls: unread.choice(query, "show", show).is_some(),
            key,
            environment,
            unread,
        })
    }

    /// The query string of the same calls.
    fn query(&self) -> String {
        let ids = [
            ("key", self.key.map(|id| id.to_string())),
            ("environment", self.environment.map(|id| id.to_string())),
        ];
        let ids = ids.into_iter().filter_map(|(name, id)| Some(format!("&{name}={}", id?)));
        ids.fold(self.chosen.days.query(), |query, id| query + &id)
    }

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
        let mut groups = usage::groups(db, account, &filter, asked.by, GROUPS + 1).await?;
        let shown: Vec<String> = groups.iter().take(SHOWN).map(|group| group.id.clone()).collect();
        let days = usage::days(db, account, &filter, asked.by, &shown).await?;
        let check = check(db, account, asked.chosen.days).await?;
        let added_up_until = daily::added_up_until(db).await?;
        let keys = usage::key_choices(db, account, KEYS).await?;
        let environments = environments::list_counting(db, account, 0).await?;
        groups.iter_mut().for_each(|group| name_refused(&call.console.links, group));
        Ok(Self { groups, days, check, added_up_until, keys, environments })
    }
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let ledger = ledger_account(call).await?;
    let unread = Unread::of(&call.query);
    let asked = Asked::of(call, &ledger, unread).await?;
    let usage = Usage::read(call, &asked).await?;
    let (words, root, now) = (call.words(), call.path("")?, call.now());
    let body = html! {
        @if let Some(fault) = asked.chosen.fault { p.note.bad role="alert" tabindex="-1" autofocus { (fault.text(words)) } }
        (asked.unread.note(words))
        (filters(words, &asked, &usage))
        (totals(words, &usage))
        // From the address of this page, which keeps many bars light.
        (chart(words, &asked, &usage, ".", now))
        (table(words, &asked, &usage, &root))
        (usage.check.show(words, &root, asked.chosen.days, asked.is_filtered()))
    };
    let csv = format!("{root}/usage.csv?{}", asked.query());
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

/// Names refused calls by the code that their client reads: it depends on the path.
fn name_refused(links: &PublicLinks, group: &mut UsageGroup) {
    if let Some((code, path)) = group.id.split_once(' ') {
        let known = ErrorCode::ALL.iter().find(|known| known.as_str() == code);
        let code = known.map_or(code, |known| code_in(links.dialect_of(path), *known));
        group.name = Some(format!("{code} · {path}"));
    }
}

/// The name of a group for people.
fn group_name(words: Words, by: Dimension, group: &UsageGroup) -> String {
    match by {
        Dimension::Endpoint => group.id.clone(),
        Dimension::Outcome => match group.id.parse().ok().and_then(Outcome::from_number) {
            Some(outcome) => reason(words, outcome).to_owned(),
            None => group.name.clone().unwrap_or_else(|| group.id.clone()),
        },
        Dimension::Key | Dimension::Environment => match group.name.as_deref() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => words.unknown_key().to_owned(),
        },
    }
}
