//! Credits and plan: the lots in the order in which they are spent, what the plan allows and how
//! much of it is used.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use super::statement::{act_of, lot_name};
use crate::console::frame::layout::{Content, account_with, contact, ledger_account};
use crate::console::frame::section::Section;
use crate::console::numbers::{self, whole};
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::credits::Credits;
use crate::ledger::rules::account::LedgerAccount;
use crate::openapi::{Access, Operation};
use crate::storage::console::credits::{self as read, LotLine, PlanLine};
use crate::storage::environments;
use crate::storage::keys::MAX_COUNTED;

/// Lots that are read: those that may have credits, and those that ended lately.
const LOTS: i64 = 100;
/// Ended lots that are shown.
const ENDED: usize = 12;

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (id, ledger, now) = (call.account_id()?, ledger_account(call).await?, call.now());
    let db = call.db().await?;
    let lots = read::lots(db, id, LOTS).await?;
    let plan = read::plan(db, id).await?.ok_or(PageError::NotFound)?;
    let environments = environments::list_counting(db, id, MAX_COUNTED + 1).await?;
    let most_used = environments.iter().map(|known| known.keys).max().unwrap_or(0);
    let (words, root) = (call.words(), call.path("")?);
    let (live, ended): (Vec<&LotLine>, Vec<&LotLine>) =
        lots.iter().partition(|lot| lot.left > 0 && lot.expires_at > now);
    let body = html! {
        div.cards {
            (left(words, &ledger, &live, now))
            (requests(words, &ledger, now))
            (whom_to_write(call))
        }
        h2.space { (words.lots_title()) }
        p.muted { (words.lots_lead()) }
        (table(words, &live, now, words.no_credits()))
        @if !ended.is_empty() {
            details.space {
                summary { (words.ended_lots()) }
                (table(words, &ended.into_iter().rev().take(ENDED).collect::<Vec<_>>(), now, ""))
            }
        }
        h2.space { (words.plan_title()) }
        (plan_card(words, &plan, &callable(call, &plan), &ledger, most_used))
    };
    let actions = html! {
        span.as-of { (words.as_of(&numbers::instant_s(words.0, now))) }
        a.button href={ (root) "/ledger?kind=in" } { (words.where_from()) }
    };
    let content = Content::new(Section::Credits, words.credits_and_plan(), body).actions(actions);
    account_with(call, content, &ledger).await
}

fn left(words: Words, ledger: &LedgerAccount, live: &[&LotLine], now: DateTime<Utc>) -> Markup {
    html! {
        section.card {
            header { h2 { (words.credits_left_title()) } }
            div.body {
                div.big { (whole(words.0, ledger.credits_left().as_i64())) }
                @if let Some(next) = live.first() {
                    p.muted {
                        (words.ends_next(next.left, &numbers::day(words.0, numbers::last_day(next.expires_at)))) " "
                        "(" (words.in_days(numbers::days_until(next.expires_at, now))) ")"
                    }
                }
            }
        }
    }
}

fn requests(words: Words, ledger: &LedgerAccount, now: DateTime<Utc>) -> Markup {
    let (used, limit) = (ledger.requests_used, ledger.requests_limit);
    let number = |value: u64| whole(words.0, i64::try_from(value).unwrap_or(i64::MAX));
    let days_left = numbers::days_until(ledger.period.ends_at, now);
    html! {
        section.card {
            header { h2 { (words.requests_title()) } }
            div.body {
                div.big { (number(limit.saturating_sub(used))) }
                meter min="0" max=(limit.max(1)) value=(used) {}
                p { (words.requests_of(&number(used), &number(limit))) }
                p.muted { (words.requests_lead()) }
                p.muted {
                    (words.renews_on(&numbers::instant(words.0, ledger.period.ends_at))) " · " (words.days_left(days_left))
                }
            }
        }
    }
}

/// How to get more.
fn whom_to_write(call: &Call) -> Markup {
    let words = call.words();
    html! {
        section.card {
            header { h2 { (words.more_credits()) } }
            div.body {
                p { (words.more_credits_lead()) }
                @if let Some(address) = call.console.links.shop() { p { (words.buy_at()) " " (contact(address)) } }
                @match call.console.links.support() {
                    Some(address) => p { (words.write_to()) " " (contact(address)) },
                    None => p { (words.ask_operator()) },
                }
            }
        }
    }
}

fn table(words: Words, lots: &[&LotLine], now: DateTime<Utc>, if_empty: &str) -> Markup {
    let number = |value| whole(words.0, value);
    let day = |at: DateTime<Utc>| numbers::day(words.0, at.date_naive());
    html! {
        section.card.scroll {
            @if lots.is_empty() { p.body { (if_empty) } } @else {
                table {
                    thead {
                        tr {
                            th { (words.lot()) } th { (words.came_on()) } th { (words.ends_on()) }
                            th { (words.note_head()) } th.n { (words.granted_head()) } th.n { (words.left_head()) }
                        }
                    }
                    tbody {
                        @for lot in lots {
                            tr {
                                td data-label=(words.lot()) { (lot_name(words, &lot.source, lot.lot)) }
                                td data-label=(words.came_on()) { (day(lot.created_at)) }
                                td data-label=(words.ends_on()) {
                                    (numbers::day(words.0, numbers::last_day(lot.expires_at)))
                                    @if lot.expires_at > now && lot.left > 0 {
                                        " " span.muted { "(" (words.in_days(numbers::days_until(lot.expires_at, now))) ")" }
                                    }
                                }
                                td.reference data-label=(words.note_head()) {
                                    (lot.note.as_deref().unwrap_or_default())
                                    @if let Some(reference) = &lot.reference { " " (act_of(words, reference)) }
                                }
                                td.n data-label=(words.granted_head()) { (number(lot.granted)) }
                                td.n data-label=(words.left_head()) { (number(lot.left)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The calls of this gateway that the gate lets the plan make.
fn callable(call: &Call, plan: &PlanLine) -> Vec<String> {
    let includes = |access: &str| plan.access.iter().any(|name| name == access);
    let is_included = |operation: &&Operation| match &operation.access {
        Access::Paid(route) => includes(route.access.as_str()),
        Access::Forwarded(route) => includes(route.access.as_str()),
        Access::Open | Access::KeyOptional | Access::AnyKey | Access::Scoped(_) => false,
    };
    let included = call.console.site.operations().iter().filter(is_included);
    included.map(Operation::signature).collect()
}

fn plan_card(
    words: Words,
    plan: &PlanLine,
    callable: &[String],
    ledger: &LedgerAccount,
    most_used: i64,
) -> Markup {
    let number = |value: i64| whole(words.0, value);
    let price = match plan.price_usd {
        Some(price) => words.usd_a_month(&number(i64::from(price))),
        None => words.price_by_contract().to_owned(),
    };
    html! {
        section.card {
            div.body {
                dl.facts {
                    dt { (words.plan_head()) } dd { b { (plan.plan) } " " span.muted { (plan.edition) } }
                    dt { (words.price()) } dd { (price) }
                    dt { (words.credits_a_month()) }
                    dd {
                        (number(plan.credits))
                        @if ledger.plan_credits > Credits::ZERO {
                            " · " (words.charged_of(
                                &number(ledger.balance().plan_credits_used.as_i64()), &number(ledger.plan_credits.as_i64())))
                        }
                    }
                    dt { (words.requests_a_month()) } dd { (number(plan.requests)) }
                    dt { (words.rate()) }
                    dd { (words.rate_of(plan.rate_per_s.into(), plan.burst.into())) }
                    dt { (words.at_once()) } dd { (number(i64::from(plan.concurrency))) }
                    dt { (words.keys_an_environment()) }
                    dd { (words.of_most(&numbers::up_to(words.0, most_used, MAX_COUNTED), &number(i64::from(plan.keys_per_environment)))) }
                    dt { (words.may_call()) }
                    dd {
                        @if !plan.api_access { (words.no_api_access()) }
                        @else { @for call in callable { code { (call) } " " } }
                    }
                }
            }
        }
    }
}
