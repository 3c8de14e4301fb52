//! What a change did: fields with their old and new values.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::console::account::statement::act_of;
use crate::console::numbers;
use crate::console::words::Words;
use crate::storage::console::history::HistoryLine;

/// The longest value that is shown whole.
const MAX_VALUE_CHARS: usize = 200;

/// The fields that changed, each with its old and its new value. A field that only one side has is
/// a fact about what was made, ended or done: it has no other value.
pub(in crate::console) fn difference(words: Words, line: &HistoryLine) -> Markup {
    let nothing = Map::new();
    let before = line.before.as_ref().and_then(Value::as_object).unwrap_or(&nothing);
    let after = line.after.as_ref().and_then(Value::as_object).unwrap_or(&nothing);
    let ended = before.iter().filter(|(name, _)| !after.contains_key(*name));
    html! {
        dl.changes {
            @for (name, new) in after.iter().filter(|(name, new)| before.get(*name) != Some(*new)) {
                div {
                    dt { (field_name(words, name)) }
                    dd {
                        @if let Some(old) = before.get(name) { del { (shown(words, name, old)) } " → " }
                        ins { (shown(words, name, new)) }
                    }
                }
            }
            @for (name, old) in ended {
                div { dt { (field_name(words, name)) } dd { del { (shown(words, name, old)) } } }
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
        "version" | "secret_version" => words.secret_version(),
        "ends_at" => words.expires(),
        "old_ends_at" => words.old_secret_until(),
        "credits" | "amount" => words.credits_head(),
        "balance" => words.balance(),
        "note" => words.note_head(),
        "reference" => words.reference(),
        "source" => words.source_word(),
        "keys_revoked" => words.keys_revoked(),
        "action" => words.leak_action(),
        "url" => words.found_at(),
        "on_leak" => words.on_leak_word(),
        "second_factor_ends_at" => words.second_factor_ends(),
        "low_credits" => words.alert_low_credits(),
        "no_credits" => words.alert_no_credits(),
        "requests" => words.alert_requests(),
        "key_ends" => words.alert_key_ends(),
        "key_unused" => words.alert_key_unused(),
        "threshold" => words.alert_threshold(),
        "number" => words.set_number(),
        "people" => words.people_word(),
        "accounts" => words.accounts_word(),
        "digests_forgotten" => words.digests_forgotten(),
        other => other,
    }
}

fn shown(words: Words, name: &str, field: &Value) -> Markup {
    match field.as_str().filter(|_| name == "reference") {
        Some(reference) => act_of(words, reference),
        None => html! { (value(words, name, field)) },
    }
}

fn value(words: Words, name: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => missing(words, name).to_owned(),
        Value::Bool(true) => words.alert_on().to_owned(),
        Value::Bool(false) => words.alert_off().to_owned(),
        Value::Array(values) if values.is_empty() => words.any_word().to_owned(),
        Value::Array(values) => {
            let texts = values.iter().map(|value| match value.as_str() {
                Some(text) => words.state_of(text).unwrap_or(text).to_owned(),
                None => value.to_string(),
            });
            texts.collect::<Vec<_>>().join(", ")
        }
        Value::Number(number) => {
            number.as_i64().map_or_else(|| number.to_string(), |number| numbers::whole(words.0, number))
        }
        Value::String(text) => match (name.ends_with("_at"), text.parse()) {
            (true, Ok(at)) => numbers::instant(words.0, at),
            _ if is_word(name) => words.state_of(text).unwrap_or(text).to_owned(),
            _ => text.clone(),
        },
        other @ Value::Object(_) => other.to_string(),
    };
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What a field without a value means.
fn missing(words: Words, name: &str) -> &'static str {
    match name {
        "expires_at" => words.never(),
        "daily_cap" | "monthly_cap" | "key_cap" => words.no_limit_word(),
        "on_leak" => words.as_service_says(),
        "threshold" => words.a_fifth_of_credits(),
        _ => "–",
    }
}

/// Whether the values of a field are words of the API, which people read in their own language.
fn is_word(name: &str) -> bool {
    matches!(name, "state" | "role" | "mode" | "source" | "action" | "on_leak" | "format")
}
