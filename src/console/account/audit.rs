//! The audit log: who did what, when and from where, with what was before and after.

pub(in crate::console) mod difference;

use chrono::SecondsFormat;
use maud::{Markup, html};
use serde_json::Value;

use self::difference::difference;
use crate::console::account::history::sentence;
use crate::console::frame::layout::{Content, account};
use crate::console::frame::section::Section;
use crate::console::numbers;
use crate::console::request::call::Call;
use crate::console::request::error::PageError;
use crate::console::request::filters::Unread;
use crate::console::request::page::Reply;
use crate::console::words::Words;
use crate::http::csv::{Cell, write_row};
use crate::storage::console::history::{self, HistoryFilter, HistoryLine};

const LINES: i64 = 50;
/// Entries of one CSV file.
const CSV_LINES: i64 = 10_000;

/// What the log can be narrowed to.
const SUBJECTS: [&str; 5] = ["account", "key", "environment", "member", "credits"];
const ACTORS: [&str; 4] = ["member", "key", "operator", "system"];

fn subject(words: Words, name: &str) -> &'static str {
    match name {
        "key" => words.subject_keys(),
        "environment" => words.subject_environments(),
        "member" => words.subject_members(),
        "credits" => words.subject_credits(),
        _ => words.subject_account(),
    }
}

fn actor(words: Words, name: &str) -> &'static str {
    match name {
        "key" => words.actor_keys(),
        "operator" => words.by_operator(),
        "system" => words.by_system(),
        _ => words.actor_members(),
    }
}

fn filter(call: &Call, unread: &mut Unread) -> HistoryFilter {
    let mut one_of = |known: &[&'static str], field: &'static str| {
        unread.choice(&call.query, field, |typed| known.iter().copied().find(|name| *name == typed))
    };
    HistoryFilter { subject: one_of(&SUBJECTS, "subject"), actor: one_of(&ACTORS, "actor") }
}

/// The query string of these entries.
fn query(filter: HistoryFilter) -> String {
    format!("subject={}&actor={}", filter.subject.unwrap_or_default(), filter.actor.unwrap_or_default())
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let mut unread = Unread::of(&call.query);
    let (id, filter) = (call.account_id()?, filter(call, &mut unread));
    let before = unread.parse(&call.query, "before");
    let mut lines = history::filtered(call.db().await?, id, filter, before, LINES + 1).await?;
    let more = lines.len() as i64 > LINES;
    lines.truncate(usize::try_from(LINES).unwrap_or(0));
    let (words, root) = (call.words(), call.path("/audit")?);
    let body = html! {
        (unread.note(words))
        (filters(words, filter))
        section.card.scroll {
            @if lines.is_empty() { p.body { (words.no_changes()) } } @else {
                table {
                    thead { tr { th { (words.when_utc()) } th { (words.what()) } th { (words.before_after()) } th { (words.origin()) } } }
                    tbody { @for line in &lines { (row(words, line)) } }
                }
            }
        }
        @if let (true, Some(last)) = (more, lines.last()) {
            p.space {
                a.button href={ (root) "?" (query(filter)) "&before=" (last.number) } { (words.older_entries()) }
            }
        }
    };
    let actions = html! { a.button href={ (root) ".csv?" (query(filter)) } download { "CSV" } };
    let content =
        Content::new(Section::Audit, words.audit_log(), body).lead(words.audit_lead()).actions(actions);
    account(call, content).await
}

fn filters(words: Words, chosen: HistoryFilter) -> Markup {
    html! {
        form.filters method="get" {
            select name="subject" aria-label=(words.about_what()) {
                option value="" { (words.about_all()) }
                @for name in SUBJECTS { option value=(name) selected[chosen.subject == Some(name)] { (subject(words, name)) } }
            }
            select name="actor" aria-label=(words.by_whom()) {
                option value="" { (words.by_all()) }
                @for name in ACTORS { option value=(name) selected[chosen.actor == Some(name)] { (actor(words, name)) } }
            }
            button { (words.apply()) }
        }
    }
}

fn row(words: Words, line: &HistoryLine) -> Markup {
    html! {
        tr id={ "change-" (line.number) } {
            td.when data-label=(words.when_utc()) {
                time datetime=(line.at.to_rfc3339()) { (numbers::day(words.0, line.at.date_naive())) ", " (numbers::clock_s(line.at)) }
            }
            td data-label=(words.what()) { div { (sentence(words, line)) } }
            td data-label=(words.before_after()) { (difference(words, line)) }
            td.muted data-label=(words.origin()) {
                @match (&line.address, line.actor.as_str()) {
                    (Some(address), _) => code { (address) },
                    (None, "operator") => (words.command_line()),
                    (None, _) => "–",
                }
            }
        }
    }
}

/// The newest entries as CSV, in the names of the API.
pub(in crate::console) async fn csv(call: &mut Call) -> Result<Reply, PageError> {
    let mut unread = Unread::of_file(&call.query, &["subject", "actor"]);
    let (id, filter) = (call.account_id()?, filter(call, &mut unread));
    if let Some(page) = unread.instead_of_file(call)? {
        return Ok(page);
    }
    let lines = history::filtered(call.db().await?, id, filter, None, CSV_LINES).await?;
    let mut rows = Vec::new();
    let head = [
        "number",
        "at",
        "actor",
        "actor_name",
        "action",
        "subject",
        "subject_id",
        "subject_name",
        "before",
        "after",
        "address",
    ];
    write_row(&mut rows, &head.map(Cell::Text)).map_err(|_| PageError::Internal)?;
    for line in &lines {
        let json = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let (at, before, after) =
            (line.at.to_rfc3339_opts(SecondsFormat::AutoSi, true), json(&line.before), json(&line.after));
        let actor_name = line.actor_name.as_deref().filter(|_| line.actor != "operator");
        let cells = [
            Cell::Number(line.number),
            Cell::Text(&at),
            Cell::Text(&line.actor),
            Cell::Maybe(actor_name),
            Cell::Text(&line.action),
            Cell::Text(&line.subject),
            Cell::Text(&line.subject_id),
            Cell::Maybe(line.subject_name.as_deref()),
            Cell::Json(before.as_deref()),
            Cell::Json(after.as_deref()),
            Cell::Maybe(line.address.as_deref()),
        ];
        write_row(&mut rows, &cells).map_err(|_| PageError::Internal)?;
    }
    Ok(Reply::Csv { name: "audit-log.csv".to_owned(), rows })
}
