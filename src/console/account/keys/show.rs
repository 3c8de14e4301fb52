//! One key: what it can spend, its terms, its secrets, what was done with it.

use std::slice;

use chrono::Days;
use maud::{Markup, html};

use super::parts::{environment, key_of, last_used, maker, path_of, scope_text, status};
use crate::console::account::history;
use crate::console::frame::layout::{Content, account_with, ledger_account};
use crate::console::frame::section::Section;
use crate::console::numbers::{day, instant, last_day, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::credits::Credits;
use crate::domain::key::view::KeyView;
use crate::domain::key::{KeyState, KeyStatus, Mode};
use crate::storage::console::history::{self as log, HistoryLine};
use crate::storage::console::key_facts::{self, KeyFacts, used_since};

const ENTRIES: i64 = 20;

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (key, id, today) = (key_of(call).await?, call.account_id()?, call.now().date_naive());
    let ledger = ledger_account(call).await?;
    let db = call.db().await?;
    let facts =
        key_facts::of_keys(db, id, slice::from_ref(&key), today).await?.remove(&key.id).unwrap_or_default();
    let month_ago = today.checked_sub_days(Days::new(29)).unwrap_or(today);
    let used = used_since(db, id, key.id, month_ago).await?;
    let entries = log::of_subject(db, id, "key", &key.id.to_string(), ENTRIES).await?;
    let words = call.words();
    let may_act = call.may_manage();
    let body = html! {
        @if let Some(at) = key.revoked_at { p.note { (words.revoked_at(&instant(words.0, at))) } }
        div.two {
            div {
                section.card.form { (spendable(words, &key, &facts, ledger.credits_left().as_i64())) }
                section.card { header { h2 { (words.terms()) } } div.body { (terms(call, &key, &facts, used)) } }
            }
            section.card { header { h2 { (words.history()) } } div.body { (done(call, &entries)) } }
        }
        section.card.space { header { h2 { (words.secrets()) } } div.body.scroll { (secrets(call, &key)) } }
    };
    let actions = if may_act {
        actions(call, &key)?
    } else if call.is_for_operators() && key.status != KeyStatus::Revoked {
        html! { a.button.danger href=(path_of(call, key.id, "/revoke")?) { (words.revoke()) } }
    } else {
        html! {}
    };
    let content =
        Content::new(Section::Keys, key.name.as_str(), body).actions(actions).test(key.mode == Mode::Test);
    account_with(call, content, &ledger).await
}

fn actions(call: &Call, key: &KeyView) -> Result<Markup, PageError> {
    let words = call.words();
    let path = path_of(call, key.id, "")?;
    let link = |rest: &str, name: &str| html! { a.button href={ (path) (rest) } { (name) } };
    let another =
        html! { a.button href={ (call.path("/keys/new")?) "?like=" (key.id) } { (words.make_another()) } };
    if key.status == KeyStatus::Revoked {
        return Ok(another);
    }
    Ok(html! {
        (link("/edit", words.change_key()))
        @if key.usable_old_secret().is_some() {
            (link("/cancel-rotation", words.cancel_rotation()))
        } @else if key.status != KeyStatus::Expired { (link("/rotate", words.rotate())) }
        @if key.state == KeyState::Active { (link("/disable", words.disable())) } @else { (link("/enable", words.enable())) }
        (another)
        @if key.usable_old_secret().is_some() { a.button.danger href={ (path) "/end-overlap" } { (words.end_overlap()) } }
        a.button.danger href={ (path) "/revoke" } { (words.revoke()) }
    })
}

/// The least of balance, what is left of the day and of the month, and which of them it is.
fn spendable(words: Words, key: &KeyView, facts: &KeyFacts, balance: i64) -> Markup {
    let day = key.daily_cap.map(|cap| (cap.as_i64() - facts.spent_today, words.bound_by_day()));
    let month = key.monthly_cap.map(|cap| (cap.as_i64() - facts.spent_this_month, words.bound_by_month()));
    let bounds = [Some((balance, words.bound_by_balance())), day, month];
    let least = bounds.into_iter().flatten().min_by_key(|(left, _)| *left);
    html! {
        h2 { (words.can_spend_now()) }
        @if key.mode == Mode::Test { p { (words.nothing_to_spend()) } }
        @else if key.status != KeyStatus::Active { p { (words.refused_now()) } }
        @else if let Some((left, what)) = least {
            div.big { (whole(words.0, left.max(0))) " " small { (words.credits_noun(left.max(0))) } }
            p.muted { (words.bound_by(what)) }
        }
    }
}

fn terms(call: &Call, key: &KeyView, facts: &KeyFacts, (calls, credits): (i64, i64)) -> Markup {
    let (words, now) = (call.words(), call.now());
    let networks: Vec<String> = key.allowed_networks.iter().map(ToString::to_string).collect();
    let regions: Vec<String> = key.regions.iter().map(ToString::to_string).collect();
    let list = |items: Vec<String>, if_none: &str| match items.is_empty() {
        true => if_none.to_owned(),
        false => items.join(", "),
    };
    let cap_or_none = |cap: Option<Credits>| {
        cap.map_or_else(|| words.no_cap().to_owned(), |cap| whole(words.0, cap.as_i64()))
    };
    html! {
        dl.facts {
            dt { (words.state()) } dd { (status(words, key)) }
            dt { (words.environment()) } dd { (environment(words, &key.environment, key.mode)) }
            dt { (words.scopes()) } dd { @for scope in &key.scopes { div { (scope_text(words, *scope)) } } }
            dt { (words.expires()) }
            dd {
                @match key.expires_at {
                    Some(at) => { (instant(words.0, at)) " " span.muted { "(" (words.last_day(&day(words.0, last_day(at)))) ")" } },
                    None => { (words.never()) },
                }
            }
            dt { (words.daily_cap()) } dd { (cap_or_none(key.daily_cap)) }
            dt { (words.monthly_cap()) } dd { (cap_or_none(key.monthly_cap)) }
            dt { (words.networks()) } dd { (list(networks, words.anywhere())) }
            dt { (words.regions()) } dd { (list(regions, words.every_region())) }
            dt { (words.last_used()) } dd { (last_used(words, key.last_used_at, now)) }
            dt { (words.usage_30()) } dd { (words.calls_and_credits(calls, credits)) }
            dt { (words.made_at()) } dd { (instant(words.0, key.created_at)) }
            dt { (words.made_by()) } dd { (maker(words, facts)) }
            dt { "ID" } dd { code { (key.id) } }
        }
    }
}

fn secrets(call: &Call, key: &KeyView) -> Markup {
    let (words, now) = (call.words(), call.now());
    html! {
        table {
            thead {
                tr { th { (words.version()) } th { (words.secret()) } th { (words.made_at()) } th { (words.last_used()) } th { (words.works_until()) } }
            }
            tbody {
                @for secret in &key.secrets {
                    tr {
                        td data-label=(words.version()) { (secret.version) }
                        td.when data-label=(words.secret()) { code { (secret.prefix) "…" (secret.last_four) } }
                        td.when data-label=(words.made_at()) { (words.ago(secret.created_at, now)) }
                        td data-label=(words.last_used()) { (last_used(words, secret.last_used_at, now)) }
                        td data-label=(words.works_until()) {
                            (secret.ends_at.map_or_else(|| words.no_end().to_owned(), |at| instant(words.0, at)))
                        }
                    }
                }
            }
        }
    }
}

fn done(call: &Call, entries: &[HistoryLine]) -> Markup {
    let (words, now) = (call.words(), call.now());
    html! {
        ul.list {
            @for line in entries {
                li { span { (history::sentence(words, line)) } span.muted.push { (words.ago(line.at, now)) } }
            }
        }
    }
}
