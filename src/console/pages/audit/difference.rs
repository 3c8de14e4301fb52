//! What a change did: fields with their old and new values.

use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::console::numbers;
use crate::console::pages::statement::act_of;
use crate::console::words::Words;
use crate::storage::console::history::HistoryLine;

/// The longest value that is shown whole.
const MAX_VALUE_CHARS: usize = 200;

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
