//! The audit log: who did what, when and from where, with what was before and after.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::console::call::Call;
use crate::console::error::PageError;
use crate::console::history::sentence;
use crate::console::layout::{Content, Section, account};
use crate::console::numbers;
use crate::console::page::Reply;
use crate::console::pages::statement::act_of;
use crate::console::words::Words;
use crate::http::csv::{Cell, write_row};
use crate::storage::console::history::{self, HistoryFilter, HistoryLine};

const LINES: i64 = 50;
/// Entries of one CSV file.
const CSV_LINES: i64 = 10_000;
/// The longest value that is shown whole.
const MAX_VALUE_CHARS: usize = 200;

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

fn filter(call: &Call) -> HistoryFilter {
    let one_of = |known: &[&'static str], field: &str| {
        known.iter().copied().find(|name| *name == call.query.text(field))
    };
    HistoryFilter { subject: one_of(&SUBJECTS, "subject"), actor: one_of(&ACTORS, "actor") }
}

pub(in crate::console) async fn show(call: &mut Call) -> Result<Reply, PageError> {
    let (id, filter) = (call.account_id()?, filter(call));
    let before = call.query.text("before").parse().ok();
    let mut lines = history::filtered(call.db().await?, id, filter, before, LINES + 1).await?;
    let more = lines.len() as i64 > LINES;
    lines.truncate(usize::try_from(LINES).unwrap_or(0));
    let (words, root) = (call.words(), call.path("/audit")?);
    let body = html! {
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
            @let (subject, actor) = (filter.subject.unwrap_or_default(), filter.actor.unwrap_or_default());
            p.space {
                a.button href={ (root) "?subject=" (subject) "&actor=" (actor) "&before=" (last.number) } { (words.older_entries()) }
            }
        }
    };
    let actions = html! { a.button href={ (root) ".csv" } download { "CSV" } };
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

/// The fields that changed, each with its old and its new value.
pub(in crate::console) fn difference(words: Words, line: &HistoryLine) -> Markup {
    let nothing = Map::new();
    let fields =
        |value: &Option<Value>| value.as_ref().and_then(Value::as_object).unwrap_or(&nothing).clone();
    let (before, after) = (fields(&line.before), fields(&line.after));
    let is_changed = |name: &&String| before.get(*name) != after.get(*name);
    let names: Vec<&String> = after
        .keys()
        .filter(is_changed)
        .chain(before.keys().filter(|name| !after.contains_key(*name)))
        .collect();
    html! {
        dl.changes {
            @for name in names {
                div {
                    dt { (field_name(words, name)) }
                    dd {
                        @if line.before.is_some() {
                            del { (value(words, name, before.get(name))) } " → "
                        }
                        ins {
                            @match after.get(name).and_then(Value::as_str).filter(|_| name == "reference") {
                                Some(reference) => (act_of(words, reference)),
                                None => (value(words, name, after.get(name))),
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a field is called. An unknown one keeps the name of the API.
fn field_name(words: Words, name: &str) -> &str {
    match name {
        "name" => words.name(),
        "email" => words.contact_address(),
        "state" => words.state(),
        "role" => words.role_word(),
        "mode" => words.mode(),
        "plan" => words.plan_head(),
        "edition" => words.edition(),
        "environment" => words.environment(),
        "scopes" => words.may(),
        "format" => words.format(),
        "daily_cap" => words.daily_cap(),
        "monthly_cap" => words.monthly_cap(),
        "expires_at" => words.expires(),
        "regions" => words.regions(),
        "allowed_networks" => words.networks(),
        "key_cap" => words.key_cap(),
        "version" => words.secret_version(),
        "old_ends_at" => words.old_secret_until(),
        "credits" | "amount" => words.credits_head(),
        "balance" => words.balance(),
        "note" => words.note_head(),
        "reference" => words.reference(),
        "source" => words.source_word(),
        "keys_revoked" => words.keys_revoked(),
        other => other,
    }
}

fn value(words: Words, name: &str, value: Option<&Value>) -> String {
    let text = match value {
        // There was no old secret.
        None | Some(Value::Null) if name == "old_ends_at" => "–".to_owned(),
        None | Some(Value::Null) if name.ends_with("_at") => words.never().to_owned(),
        None | Some(Value::Null) => words.no_limit_word().to_owned(),
        Some(Value::Array(values)) if values.is_empty() => words.any_word().to_owned(),
        Some(Value::Array(values)) => {
            let texts = values.iter().map(|value| match value.as_str() {
                Some(text) => words.state_of(text).unwrap_or(text).to_owned(),
                None => value.to_string(),
            });
            texts.collect::<Vec<_>>().join(", ")
        }
        Some(Value::Number(number)) => {
            number.as_i64().map_or_else(|| number.to_string(), |number| numbers::whole(words.0, number))
        }
        Some(Value::String(text)) => match (name.ends_with("_at"), text.parse()) {
            (true, Ok(at)) => numbers::instant(words.0, at),
            _ if matches!(name, "state" | "role" | "mode" | "source") => {
                words.state_of(text).unwrap_or(text).to_owned()
            }
            _ => text.clone(),
        },
        Some(other) => other.to_string(),
    };
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// The newest entries as CSV, in the names of the API.
pub(in crate::console) async fn csv(call: &mut Call) -> Result<Reply, PageError> {
    let (id, filter) = (call.account_id()?, filter(call));
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
        let (at, before, after) = (line.at.to_rfc3339(), json(&line.before), json(&line.after));
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
            Cell::Maybe(before.as_deref()),
            Cell::Maybe(after.as_deref()),
            Cell::Maybe(line.address.as_deref()),
        ];
        write_row(&mut rows, &cells).map_err(|_| PageError::Internal)?;
    }
    Ok(Reply::Csv { name: "audit-log.csv".to_owned(), rows })
}
