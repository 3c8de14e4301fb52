//! Entries of the audit log as sentences.

use maud::{Markup, html};
use serde_json::Value;

use crate::console::words::Words;
use crate::domain::audit::Action;
use crate::storage::console::history::HistoryLine;

/// Who did what to what.
pub(crate) fn sentence(words: Words, line: &HistoryLine) -> Markup {
    let who = line.actor_name.as_deref();
    let actor = match line.actor.as_str() {
        "operator" => html! { (words.by_operator()) },
        "system" => html! { (words.by_system()) },
        "key" => html! { (words.by_key()) " " b { (who.unwrap_or_default()) } },
        _ => html! { (who.unwrap_or(words.by_somebody())) },
    };
    // Who accepts is who the line begins with.
    let is_own = line.action == Action::MemberAccepted.as_str();
    let subject = line.subject_name.as_deref().filter(|_| !is_own).unwrap_or_default();
    let did = match (Action::from_name(&line.action), credits(line)) {
        (Some(Action::CreditsGranted), Some(credits)) => words.granted(credits),
        (Some(Action::CreditsTaken), Some(credits)) => words.took_back(credits),
        _ => verb_of(words, &line.action).to_owned(),
    };
    html! {
        (actor) " " (did)
        @if !subject.is_empty() && who != Some(subject) { " " b { (breakable(subject)) } }
        @if let Some(reason) = &line.reason { ": " (reason) }
    }
}

/// An address may break behind its at sign, rather than within a word.
fn breakable(subject: &str) -> Markup {
    html! {
        @match subject.split_once('@') {
            Some((mailbox, host)) => { (mailbox) "@" wbr; (host) },
            None => (subject),
        }
    }
}

/// The credits of a grant or a correction.
fn credits(line: &HistoryLine) -> Option<i64> {
    line.after.as_ref()?.get("credits").and_then(Value::as_i64)
}

/// What was done, by the name of the act.
pub(crate) fn verb_of(words: Words, action: &str) -> &str {
    Action::from_name(action).map_or(action, |action| words.verb(action))
}
