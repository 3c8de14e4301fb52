//! The audit log of everything: all accounts and the service itself.

use axum::http::StatusCode;
use maud::{Markup, html};

use crate::console::account::audit::difference::difference;
use crate::console::account::history::sentence;
use crate::console::frame::operator_frame::{Head, Place, page};
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::domain::audit::Action;
use crate::domain::ids::AccountId;
use crate::identity::operator::OperatorRole;
use crate::storage::operator::audit::{AuditFilter, AuditLine, newest};

const PATH: &str = "/operator/audit";
const LINES: i64 = 50;
const MAX_CHARS: usize = 200;

/// The filter of the address. `None` if the account is no id: then no lines are shown, rather than
/// those of all accounts.
fn filter(call: &Call, unread: &mut Unread) -> Option<AuditFilter> {
    let account = match call.query.text("account") {
        "" => None,
        typed => Some(typed.parse::<AccountId>().ok()?),
    };
    let operator: String = call.query.text("operator").chars().take(MAX_CHARS).collect();
    Some(AuditFilter {
        account,
        operator: Some(operator).filter(|name| !name.is_empty()),
        action: unread.choice(&call.query, "action", Action::from_name).map(Action::as_str),
    })
}

pub(super) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let mut unread = Unread::of(&call.query);
    let Some(filter) = filter(call, &mut unread) else {
        let typed: String = call.query.text("account").chars().take(MAX_CHARS).collect();
        let words = call.words();
        let body = html! {
            (filters(words, &typed, &AuditFilter::default()))
            p.note.bad role="alert" tabindex="-1" autofocus { (words.op_not_an_account_id()) }
        };
        let head = Head { title: words.audit_log(), lead: Some(words.op_audit_lead()), actions: &html! {} };
        let shown = page(call, Place::Audit, head, None, &body)?;
        return Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let before = unread.parse(&call.query, "before");
    let mut lines = newest(call.db().await?, &filter, before, LINES + 1).await?;
    let more = lines.len() as i64 > LINES;
    lines.truncate(usize::try_from(LINES).unwrap_or(0));
    let words = call.words();
    let account = filter.account.map(|id| id.to_string()).unwrap_or_default();
    let is_linked = call.operator >= Some(OperatorRole::Support);
    let body = html! {
        (unread.note(words))
        (filters(words, &account, &filter))
        section.card.scroll {
            @if lines.is_empty() { p.body { (words.no_changes()) } } @else {
                table {
                    thead { tr { th { (words.when_utc()) } th { (words.account()) } th { (words.what()) } th { (words.before_after()) } th { (words.origin()) } } }
                    tbody { @for line in &lines { (row(words, line, is_linked)) } }
                }
            }
        }
        @if let (true, Some(last)) = (more, lines.last()) {
            p.space { a.button href={ (PATH) "?" (query(&filter, last.id)) } { (words.older_entries()) } }
        }
    };
    let head = Head { title: words.audit_log(), lead: Some(words.op_audit_lead()), actions: &html! {} };
    page(call, Place::Audit, head, None, &body)
}

fn query(filter: &AuditFilter, before: i64) -> String {
    let account = filter.account.map(|id| id.to_string()).unwrap_or_default();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("account", &account)
        .append_pair("operator", filter.operator.as_deref().unwrap_or_default());
    query.append_pair("action", filter.action.unwrap_or_default());
    query.append_pair("before", &before.to_string()).finish()
}

fn filters(words: Words, account: &str, filter: &AuditFilter) -> Markup {
    html! {
        form.filters method="get" {
            input name="account" value=(account) placeholder=(words.account_id()) aria-label=(words.account_id());
            input name="operator" value=(filter.operator.as_deref().unwrap_or_default()) placeholder=(words.op_operator()) aria-label=(words.op_operator());
            select name="action" aria-label=(words.op_act()) {
                option value="" { (words.op_every_act()) }
                @for action in Action::ALL { option value=(action.as_str()) selected[filter.action == Some(action.as_str())] { (words.verb(action)) } }
            }
            button { (words.apply()) }
        }
    }
}

fn row(words: Words, line: &AuditLine, is_linked: bool) -> Markup {
    let entry = &line.entry;
    html! {
        tr {
            td.when data-label=(words.when_utc()) {
                time datetime=(entry.at.to_rfc3339()) { (numbers::day(words.0, entry.at.date_naive())) ", " (numbers::clock_s(entry.at)) }
            }
            td data-label=(words.account()) {
                @match &line.account {
                    Some((id, name)) if is_linked => a href={ "/operator/accounts/" (id) } { (name) },
                    Some((_, name)) => (name),
                    None => span.muted { (words.op_service()) },
                }
            }
            td data-label=(words.what()) {
                div {
                    (sentence(words, entry))
                    // To owners an operator is “the operator”; operators know each other by name.
                    @if let ("operator", Some(name)) = (entry.actor.as_str(), &entry.actor_name) { br; span.muted { (name) } }
                }
            }
            td data-label=(words.before_after()) { (difference(words, entry)) }
            td.muted data-label=(words.origin()) {
                @match (&entry.address, entry.actor.as_str()) {
                    (Some(address), _) => code { (address) },
                    (None, "operator") => (words.command_line()),
                    (None, _) => "–",
                }
            }
        }
    }
}
