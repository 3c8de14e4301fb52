//! The bodies of requests: schemas by hand, because requests are read field by field, with the limits of the readers.

use serde_json::{Map, Value, json};

use super::operation::RequestBody;
use crate::domain::amount::Amount;
use crate::domain::contact::limits;
use crate::domain::key::rotation::Overlap;
use crate::domain::key::{FormatChoice, Mode, Scope};
use crate::domain::language::Language;
use crate::domain::origin::{MOST_NETWORKS, MOST_REGIONS};
use crate::domain::route::{Endpoint, Route};
use crate::http::person_request::MAX_NAME_CHARS;

/// The names of a person's fields in English, in Portuguese, and what they hold.
const NAMES: [[&str; 3]; 3] = [
    ["first_name", "primeiro_nome", "Given name."],
    ["last_name", "ultimo_nome", "Surname, or several."],
    ["company", "empresa", "Company, by its brand or full name."],
];

fn name(about: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS, "description": about })
}

/// Properties under both names, and the rule that one of each pair is there.
fn names(own: Language) -> (Map<String, Value>, Value) {
    let mut properties = Map::new();
    let mut needed = Vec::new();
    for [english, portuguese, about] in NAMES {
        let (first, other) = match own {
            Language::En => (english, portuguese),
            Language::Pt => (portuguese, english),
        };
        properties.insert(first.to_owned(), name(&format!("{about} `{other}` is the same field.")));
        properties.insert(other.to_owned(), name(&format!("The same as `{first}`.")));
        needed.push(json!({ "anyOf": [{ "required": [first] }, { "required": [other] }] }));
    }
    (properties, Value::Array(needed))
}

/// The body of a paid call.
pub(super) fn person(route: &Route) -> RequestBody {
    let (mut properties, needed) = names(route.language);
    let nullable = |words: &[&str]| {
        let words: Vec<Value> = words.iter().map(|word| json!(word)).chain([Value::Null]).collect();
        json!({ "enum": words })
    };
    let mut detail = nullable(&["brief", "standard", "full"]);
    detail["description"] = json!("How much of the analysis the answer contains. `standard` if absent.");
    properties.insert("detail".into(), detail);
    if matches!(route.endpoint, Endpoint::Analyze | Endpoint::AnalyzeComprehensive) {
        properties.insert("language".into(), nullable(&["en", "pt"]));
    }
    if route.endpoint == Endpoint::AnalyzeComprehensive {
        properties.insert("tier".into(), nullable(&["basic", "standard", "premium"]));
        let mock = json!({
            "type": ["boolean", "null"],
            "description": "With a key of a test environment: an invented answer about an unknown person.",
        });
        properties.insert("allow_mock_data".into(), mock);
    }
    let schema = json!({
        "type": "object", "properties": properties, "allOf": needed, "additionalProperties": false,
    });
    let values = ["Marina", "Duarte Prado", "Horizonte Sistemas"];
    let spelling = match route.language {
        Language::En => 0,
        Language::Pt => 1,
    };
    let mut example: Map<String, Value> =
        NAMES.iter().zip(values).map(|(names, value)| (names[spelling].to_owned(), json!(value))).collect();
    if route.endpoint == Endpoint::AnalyzeComprehensive {
        example.insert("tier".into(), json!("standard"));
    }
    RequestBody { is_required: true, schema, example: example.into() }
}

fn post() -> Value {
    json!({
        "type": "object",
        "properties": {
            "text": { "type": "string", "minLength": 1, "maxLength": limits::POST_CHARS },
            "published_at": { "type": ["string", "null"], "description": "A date or an RFC 3339 time." },
            "language": { "type": ["string", "null"], "maxLength": limits::LANGUAGE_CHARS },
        },
        "required": ["text"],
        "additionalProperties": false,
    })
}

/// A new contact, or changes to one.
pub(super) fn contact(is_new: bool) -> RequestBody {
    let (mut properties, needed) = names(Language::En);
    let text = |max: usize| json!({ "type": ["string", "null"], "minLength": 1, "maxLength": max });
    properties.insert("title".into(), text(limits::TITLE_CHARS));
    properties.insert("email".into(), json!({ "type": ["string", "null"], "format": "email" }));
    properties.insert("bio".into(), text(limits::BIO_CHARS));
    let posts = json!({ "type": ["array", "null"], "maxItems": limits::POSTS, "items": post() });
    properties.insert("posts".into(), posts);
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    let example = if is_new {
        schema["allOf"] = needed;
        json!({
            "first_name": "Ana", "last_name": "Prates", "company": "Zyntra", "title": "Head of Sales",
            "posts": [{ "text": "We opened an office in Recife.", "published_at": "2026-01-15" }],
        })
    } else {
        json!({ "title": "Chief Revenue Officer", "bio": null })
    };
    RequestBody { is_required: true, schema, example }
}

fn terms() -> Map<String, Value> {
    let list =
        |items: Value, most: usize| json!({ "type": ["array", "null"], "items": items, "maxItems": most });
    let cap = || json!({ "type": ["integer", "null"], "minimum": 1, "maximum": Amount::MOST });
    let members = [
        ("name", json!({ "type": "string", "minLength": 1, "maxLength": 80 })),
        ("scopes", json!({ "type": "array", "minItems": 1, "items": { "enum": Scope::ALL } })),
        ("regions", list(json!({ "type": "string", "pattern": "^[a-z0-9-]{1,32}$" }), MOST_REGIONS)),
        ("allowed_networks", list(json!({ "type": "string" }), MOST_NETWORKS)),
        ("expires_at", json!({ "type": ["string", "null"], "format": "date-time" })),
        ("daily_cap", cap()),
        ("monthly_cap", cap()),
    ];
    members.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

pub(super) fn new_key() -> RequestBody {
    let mut properties = terms();
    properties.insert("environment".into(), json!({ "type": "string", "default": "default" }));
    let formats: Vec<&str> = FormatChoice::names().collect();
    properties.insert("format".into(), json!({ "enum": formats, "default": FormatChoice::PREFIXED }));
    let schema = json!({
        "type": "object", "properties": properties, "required": ["name"], "additionalProperties": false,
    });
    let example = json!({ "name": "backend", "scopes": ["read", "invoke"], "daily_cap": 1_000 });
    RequestBody { is_required: true, schema, example }
}

pub(super) fn key_change() -> RequestBody {
    let mut properties = terms();
    properties.insert("state".into(), json!({ "enum": ["active", "disabled"] }));
    let schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    RequestBody { is_required: true, schema, example: json!({ "daily_cap": null, "name": "backend-2" }) }
}

pub(super) fn rotation() -> RequestBody {
    let seconds = json!({
        "type": ["integer", "null"], "minimum": 0, "maximum": Overlap::MOST_S,
        "description": "Seconds for which the old secret still works.",
    });
    let schema = json!({
        "type": "object", "properties": { "overlap_seconds": seconds }, "additionalProperties": false,
    });
    RequestBody { is_required: false, schema, example: json!({ "overlap_seconds": 3_600 }) }
}

/// A body that may be missing and says nothing.
pub(super) fn empty() -> RequestBody {
    let schema = json!({ "type": "object", "additionalProperties": false });
    RequestBody { is_required: false, schema, example: json!({}) }
}

pub(super) fn new_environment() -> RequestBody {
    let schema = json!({
        "type": "object",
        "properties": { "name": { "type": "string", "minLength": 1 }, "mode": { "enum": Mode::ALL } },
        "required": ["name", "mode"],
        "additionalProperties": false,
    });
    RequestBody { is_required: true, schema, example: json!({ "name": "staging", "mode": "test" }) }
}

pub(super) fn key_cap() -> RequestBody {
    let cap = json!({
        "type": ["integer", "null"], "minimum": 1, "maximum": 10_000, "description": "`null`: as many as the plan allows.",
    });
    let schema = json!({
        "type": "object", "properties": { "key_cap": cap }, "required": ["key_cap"],
        "additionalProperties": false,
    });
    RequestBody { is_required: true, schema, example: json!({ "key_cap": 1 }) }
}
