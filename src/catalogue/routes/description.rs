//! What the documentation says of a route: its title, its description, and an example of a call.

use std::collections::BTreeMap;

use serde_json::Value;
use toml::de::DeValue;

use crate::catalogue::document::{Fields, Read, text};
use crate::catalogue::interned::interned;
use crate::domain::forwarding::{ExampleCall, PathPattern, RouteMethod, Translated};
use crate::domain::key::query_parameter::key_parameter;

/// Most entries of `path` and of `query`.
const MAX_ENTRIES: usize = 16;
const MAX_VALUE_CHARS: usize = 60;
/// Seven programs of a page contain the body.
const MAX_BODY_BYTES: usize = 1_000;
const MAX_ANSWER_BYTES: usize = 2_000;

/// A text for readers of both languages, or a table of one for each.
pub(super) fn translated(
    fields: &mut Fields<'_>,
    name: &'static str,
    max_chars: usize,
) -> Option<Translated> {
    if fields.is_table(name) {
        return fields.table(name, |fields| {
            let (en, pt) = (fields.required("en", text(max_chars)), fields.required("pt", text(max_chars)));
            Some(Translated { en: interned(&en?), pt: interned(&pt?) })
        });
    }
    let text = interned(&fields.optional(name, text(max_chars))?);
    Some(Translated { en: text, pt: text })
}

pub(super) fn example(
    fields: &mut Fields<'_>,
    pattern: Option<&PathPattern>,
    methods: Option<&[RouteMethod]>,
) -> ExampleCall {
    let example = fields.table("example", |fields| {
        let example = ExampleCall {
            path: values(fields, "path"),
            query: values(fields, "query"),
            body: fields.optional("body", json(MAX_BODY_BYTES, is_form)),
            answer: fields.optional("answer", json(MAX_ANSWER_BYTES, |_| true)),
        };
        let unknown = |name: &&String| {
            pattern.is_some_and(|pattern| !pattern.parameters().any(|parameter| parameter == *name))
        };
        if let Some(name) = example.path.keys().find(unknown) {
            fields.fault("path", format_args!("has `{name}`, which is no parameter of the route's `path`"));
        }
        if let Some(name) = example.query.keys().find(|name| key_parameter(name.as_bytes()).is_some()) {
            fields.fault(
                "query",
                format_args!(
                    "has `{name}`. Calls with this parameter are refused, because clients send keys in it"
                ),
            );
        }
        let takes_no_body =
            |methods: &[RouteMethod]| !methods.iter().any(|method| method.takes_example_body());
        if example.body.is_some() && methods.is_some_and(takes_no_body) {
            fields.fault("body", "needs a method that sends one: `POST`, `PUT` or `PATCH`");
        }
        Some(example)
    });
    example.unwrap_or_default()
}

/// Values of parameters, which programs write into an address as they are.
fn values(fields: &mut Fields<'_>, name: &'static str) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    fields.entries(name, MAX_ENTRIES, |name, value| {
        if !is_name(name) {
            return Err(format!("is no name of {NAME}"));
        }
        let value = text(MAX_VALUE_CHARS)(value)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~,:@/".contains(&byte);
        if !value.bytes().all(is_plain) {
            return Err("must consist of letters, digits and `-._~,:@/`".into());
        }
        values.insert(name.to_owned(), value);
        Ok(())
    });
    values
}

const NAME: &str = "letters, digits, `_`, `-` and `.`, at most 60";

fn is_name(name: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=60).contains(&name.len()) && name.bytes().all(is_part)
}

/// JSON that a document shows, written as text.
fn json(max_bytes: usize, is_accepted: fn(&Value) -> bool) -> impl Read<String> {
    move |value| {
        let DeValue::String(text) = value else { return Err("must be a text that contains JSON".into()) };
        if text.len() > max_bytes {
            return Err(format!("must have at most {max_bytes} bytes"));
        }
        match serde_json::from_str::<Value>(text) {
            Ok(json) if is_accepted(&json) => Ok(text.trim().to_owned()),
            Ok(_) => Err(format!("must be a JSON object of at least one member, each with a name of {NAME}")),
            Err(error) => Err(format!("is not JSON: {error}")),
        }
    }
}

/// Whether a form can have a field for each member.
fn is_form(body: &Value) -> bool {
    body.as_object().is_some_and(|members| !members.is_empty() && members.keys().all(|name| is_name(name)))
}
