//! The plans: what each sells, and which accounts are on it. An account is moved from its own page.

use maud::{Markup, html};

use super::accounts::accounts_table;
use super::plan_moves;
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::numbers::whole;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::plan::PlanRef;
use crate::identity::operator::OperatorRole;
use crate::storage::accounts;
use crate::storage::operator::plans::{self, PlanLine};

const PATH: &str = "/operator/plans";
const PAGE: usize = 50;

pub(super) async fn list(call: &mut Call) -> Result<Reply, PageError> {
    let lines = plans::lines(call.db().await?).await?;
    let moves = plan_moves::newest(call).await?;
    let words = call.words();
    // Accounts are for support and admins.
    let is_linked = call.operator >= Some(OperatorRole::Support);
    let body = html! {
        @for edition in lines.chunk_by(|one, other| one.edition == other.edition) {
            section.card.scroll.space {
                header { h2 { (words.op_edition(edition.first().map_or("", |line| &line.edition))) } }
                (table(words, edition, is_linked))
            }
        }
        @if lines.is_empty() { p.note.info { (words.op_no_plans()) } }
        (moves)
        p.muted.space { (words.op_plans_how()) }
    };
    let actions = html! {
        @if call.operator == Some(OperatorRole::Admin) && !lines.is_empty() {
            a.button href={ (PATH) "/move" } { (words.op_move_all()) }
        }
    };
    let head = Head { title: words.op_plans(), lead: Some(words.op_plans_lead()), actions: &actions };
    page(call, Place::Plans, head, None, &body)
}

fn table(words: Words, lines: &[PlanLine], is_linked: bool) -> Markup {
    let number = |value: i64| whole(words.0, value);
    html! {
        table.plans {
            thead {
                tr {
                    th { (words.plan_head()) } th.n { (words.op_price_month()) } th.n { (words.credits_head()) } th.n { (words.op_requests()) }
                    th.n { (words.op_rate()) } th.n { (words.op_keys_each()) } th.n { (words.op_accounts()) }
                }
            }
            tbody {
                @for line in lines {
                    tr {
                        td data-label=(words.plan_head()) {
                            div {
                                b { (line.label) } @if line.label != line.plan { " " code { (line.plan) } }
                                @if let Some(assumption) = &line.assumption { br; span.small.muted { (words.op_assumption()) ": “" (assumption) "”" } }
                            }
                        }
                        td.n data-label=(words.op_price_month()) {
                            @match line.price_usd {
                                Some(price) => { "US$ " (number(i64::from(price))) },
                                None => (words.price_by_contract()),
                            }
                        }
                        td.n data-label=(words.credits_head()) { (number(line.credits)) }
                        td.n data-label=(words.op_requests()) { (number(i64::from(line.requests))) }
                        td.n data-label=(words.op_rate()) { (number(i64::from(line.rate_per_s))) }
                        td.n data-label=(words.op_keys_each()) { (number(i64::from(line.keys_per_environment))) }
                        td.n data-label=(words.op_accounts()) {
                            @if is_linked && line.accounts > 0 { a href={ (PATH) "/accounts?" (query(&line.edition, &line.plan)) } { (number(line.accounts)) } }
                            @else { (number(line.accounts)) }
                        }
                    }
                }
            }
        }
    }
}

fn query(edition: &str, plan: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("edition", edition).append_pair("plan", plan).finish()
}

/// The open accounts on a plan, oldest first.
pub(super) async fn accounts(call: &mut Call) -> Result<Reply, PageError> {
    let (edition, plan) = (call.query.text("edition").to_owned(), call.query.text("plan").to_owned());
    let plan = PlanRef { edition, plan };
    let known = plans::list(call.db().await?).await?;
    if !known.contains(&plan) {
        return Ok(Reply::SeeOther(PATH.to_owned()));
    }
    let mut unread = Unread::of(&call.query);
    let after = unread.parse(&call.query, "after");
    let mut found = accounts::on_plan(call.db().await?, &plan, after, PAGE as i64 + 1).await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let words = call.words();
    let body = html! {
        (unread.note(words))
        @if found.is_empty() { p.note.info { (words.op_none_on_plan()) } } @else { (accounts_table(words, &found)) }
        @if let (true, Some(last)) = (has_more, found.last()) {
            p.space { a.button href={ (PATH) "/accounts?" (query(&plan.edition, &plan.plan)) "&after=" (last.id) } { (words.more()) } }
        }
        p.space { a href=(PATH) { (words.back()) } }
    };
    let title = words.op_accounts_on(&plan.plan, &plan.edition);
    let from: String =
        form_urlencoded::byte_serialize(format!("{}/{}", plan.edition, plan.plan).as_bytes()).collect();
    let actions = html! {
        @if call.operator == Some(OperatorRole::Admin) && !found.is_empty() {
            a.button href={ (PATH) "/move?from=" (from) } { (words.op_move_all()) }
        }
    };
    let head = Head { title: &title, lead: Some(words.op_accounts_on_lead()), actions: &actions };
    page(call, Place::Plans, head, None, &body)
}
