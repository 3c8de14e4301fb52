//! What a route sets and removes: headers by their names, members of JSON bodies by pointers.

use toml::de::DeValue;

use super::{header_name, is_settable};
use crate::catalogue::document::{Fields, list, parsed, text};
use crate::domain::forwarding::{Changes, MemberChanges, RequestBody};
use crate::domain::json_pointer::JsonPointer;
use crate::domain::price::{CountedPrice, RoutePrice};
use crate::outbound::headers::{is_passed_back, is_passed_on};

/// Most entries of `set` and of `remove`.
const MAX_ENTRIES: usize = 16;
const MAX_VALUE_CHARS: usize = 1_000;

/// The changes of requests.
pub(super) fn of_request(fields: &mut Fields<'_>, body: RequestBody, price: Option<&RoutePrice>) -> Changes {
    let changes = fields.table("request", |fields| {
        let mut changes = changes(fields, is_passed_on);
        changes.members.when = fields.optional("when", parsed::<JsonPointer>);
        if fields.has("when") && changes.members.is_empty() {
            fields.fault("when", "needs members in `set` or `remove`: headers are changed in every request");
        }
        changes.members.extra_event = fields.optional("extra_event", parsed::<JsonPointer>);
        if changes.members.extra_event.is_some() && changes.members.set.is_empty() {
            fields.fault("extra_event", "needs members in `set` that request the event");
        }
        Some(changes)
    });
    let changes = changes.unwrap_or_default();
    if body == RequestBody::Pass && !changes.members.is_empty() {
        fields.fault("request", "changes members of the body, so `body` must be \"read\"");
    }
    let bound = price.and_then(RoutePrice::counted).and_then(|price: &CountedPrice| price.hold_by.as_ref());
    if bound.is_some_and(|bound| changes.members.concern(&bound.of)) {
        fields.fault("request", "changes the member by which `hold_by` bounds the price");
    }
    changes
}

/// The changes of answers.
pub(super) fn of_answer(fields: &mut Fields<'_>, is_stream: bool) -> Changes {
    let changes = fields.table("answer", |fields| Some(changes(fields, is_passed_back))).unwrap_or_default();
    if is_stream && !changes.members.is_empty() {
        fields.fault("answer", "changes members of the body, so `stream` cannot apply");
    }
    changes
}

fn changes(fields: &mut Fields<'_>, is_passed: fn(&str) -> bool) -> Changes {
    let mut changes = Changes::default();
    for target in fields.optional("remove", list(MAX_ENTRIES, target)).unwrap_or_default() {
        match target {
            Target::Header(name) => changes.headers.remove.push(name),
            Target::Member(pointer) => changes.members.remove.push(pointer),
        }
    }
    fields.entries("set", MAX_ENTRIES, |name, value| match target_of(name)? {
        Target::Header(name) => {
            // Servers that map headers to variables take both spellings for one header.
            let spelling = |name: &str| name.replace('_', "-");
            let is_same = |known: &String| spelling(known) == spelling(&name);
            if !is_settable(&spelling(&name), is_passed) {
                return Err("is a header that the gateway writes or withholds itself".into());
            }
            let is_set = changes.headers.set.iter().any(|(known, _)| is_same(known));
            if is_set || changes.headers.remove.iter().any(is_same) {
                return Err("is set or removed twice".into());
            }
            changes.headers.set.push((name, header_value(value)?));
            Ok(())
        }
        Target::Member(pointer) => set_member(&mut changes.members, pointer, value),
    });
    changes
}

fn set_member(members: &mut MemberChanges, pointer: JsonPointer, value: &DeValue<'_>) -> Result<(), String> {
    let is_within = |other: &JsonPointer| other.contains(&pointer) || pointer.contains(other);
    if members.set.iter().any(|(other, _)| is_within(other)) {
        return Err("is set within another member that is set".into());
    }
    if members.remove.contains(&pointer) {
        return Err("is set or removed twice".into());
    }
    members.set.push((pointer, constant(value)?));
    Ok(())
}

/// What an entry is about: a pointer begins with `/`.
#[derive(PartialEq)]
enum Target {
    /// In lower case.
    Header(String),
    Member(JsonPointer),
}

fn target(value: &DeValue<'_>) -> Result<Target, String> {
    target_of(&text(256)(value)?)
}

fn target_of(name: &str) -> Result<Target, String> {
    let value = DeValue::String(name.into());
    match name.starts_with('/') {
        true => parsed::<JsonPointer>(&value).map(Target::Member),
        false => header_name(&value).map(|name| Target::Header(name.to_ascii_lowercase())),
    }
}

fn header_value(value: &DeValue<'_>) -> Result<String, String> {
    let value =
        text(MAX_VALUE_CHARS)(value).map_err(|message| format!("{message}, because it is a header"))?;
    let is_visible = value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value;
    is_visible
        .then_some(value)
        .ok_or_else(|| "must be visible ASCII characters, because it is a header".into())
}

/// The JSON text of a constant.
fn constant(value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::Boolean(value) => Ok(value.to_string()),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            number.map(|number| number.to_string()).map_err(|_| "must be within 64 bits".into())
        }
        DeValue::Float(number) => {
            let number = number.as_str().parse::<f64>().ok().and_then(serde_json::Number::from_f64);
            number.map(|number| number.to_string()).ok_or_else(|| "must be a finite number".into())
        }
        DeValue::String(text) if text.chars().count() <= MAX_VALUE_CHARS => {
            Ok(serde_json::Value::from(text.as_ref()).to_string())
        }
        _ => Err(format!("must be a text of at most {MAX_VALUE_CHARS} characters, a number, true or false")),
    }
}
