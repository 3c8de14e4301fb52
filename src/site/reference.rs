//! The pages of the operations.

use serde_json::{Map, Value};

use super::page::{Page, Section, prefix};
use super::words::Words;
use crate::domain::credits::Credits;
use crate::domain::depth::Depth;
use crate::domain::language::Language;
use crate::domain::plan::Access as AccessWord;
use crate::domain::refusal::ErrorCode;
use crate::domain::route::{Price, Route};
use crate::domain::settlement::{Outcome, Settlement};
use crate::openapi::{Access, Facts, Group, Operation, answer};

/// The list of all operations.
pub(super) fn index(operations: &[Operation], language: Language) -> Page {
    let (words, prefix) = (Words(language), prefix(language));
    let mut text = format!("# {}\n\n{}\n", words.reference(), words.every_operation());
    for group in Group::ALL {
        text += &format!("\n## {}\n\n| | |\n|---|---|\n", group.title(language));
        for operation in operations.iter().filter(|operation| operation.group == group) {
            let (id, title) = (operation.id, operation.title(language));
            text += &format!("| [`{}`]({prefix}/docs/reference/{id}) | {title} |\n", operation.signature());
        }
    }
    Page::new("/docs/reference/", Section::Reference, language, text)
}

/// The page of one operation.
pub(super) fn page(operation: &Operation, facts: &Facts, language: Language) -> Page {
    let words = Words(language);
    let mut text = format!("# {}\n\n{}\n", operation.title(language), operation.about(language));
    text += &terms(operation, facts, words);
    text += &parameters(operation, words);
    text += &body(operation, words);
    text += &answers(operation, facts, words);
    let signature = Some((operation.verb.as_str().to_ascii_uppercase(), operation.path.to_owned()));
    let path = format!("/docs/reference/{}", operation.id);
    Page {
        signature,
        facts: chips(operation, words),
        aside: Some(samples(operation, facts, words)),
        ..Page::new(path, Section::Reference, language, text)
    }
}

/// What is charged, and which plans include the operation.
fn terms(operation: &Operation, facts: &Facts, words: Words) -> String {
    let (settled, access) = match &operation.access {
        Access::Paid(route) => (words.settled().to_owned(), &route.access),
        Access::Forwarded(route) if route.is_free() => {
            return plans(&route.access, facts, words);
        }
        Access::Forwarded(route) => {
            let listed = route.capture.listed().join(", ");
            (words.settled_by_status().replace("{statuses}", &listed), &route.access)
        }
        _ if operation.is_idempotent => return format!("\n{}\n", words.idempotent()),
        _ => return String::new(),
    };
    let plans = plans(access, facts, words);
    format!("\n{settled}\n\n{} {}\n{plans}", words.idempotent(), words.dry_run())
}

fn plans(access: &AccessWord, facts: &Facts, words: Words) -> String {
    format!("\n{}: {}.\n", words.plans(), facts.plans_with(access).join(", "))
}

fn chips(operation: &Operation, words: Words) -> Vec<String> {
    let scope = |scope: &str| format!("{}: {scope}", words.scope());
    match &operation.access {
        Access::Open => vec![words.free().to_owned(), words.no_key().to_owned()],
        Access::KeyOptional => vec![words.free().to_owned(), words.key_optional().to_owned()],
        Access::AnyKey => vec![words.free().to_owned(), words.any_key().to_owned()],
        Access::Scoped(needed) => vec![words.free().to_owned(), scope(needed.as_str())],
        Access::Paid(route) => vec![price(route, words), scope("invoke")],
        Access::Forwarded(route) if route.is_free() => vec![words.free().to_owned(), scope("invoke")],
        Access::Forwarded(route) => vec![credits(route.credits, words), scope("invoke")],
    }
}

fn price(route: &Route, words: Words) -> String {
    match route.price {
        Price::Flat(price) => credits(price, words),
        Price::ByDepth(_) => {
            let credits = words.credits().to_lowercase();
            let [basic, standard, premium] = Depth::ALL.map(|depth| route.price.held(depth));
            format!("basic {basic}, standard {standard}, premium {premium} {credits}")
        }
    }
}

fn credits(price: Credits, words: Words) -> String {
    let credits = words.credits().to_lowercase();
    match price.as_i64() {
        1 => format!("1 {}", credits.trim_end_matches('s')),
        price => format!("{price} {credits}"),
    }
}

fn parameters(operation: &Operation, words: Words) -> String {
    if operation.parameters.is_empty() {
        return String::new();
    }
    let mut text = table_head(words.parameters(), words);
    for parameter in &operation.parameters {
        let about = match words.0 {
            Language::En => parameter.about[0],
            Language::Pt => parameter.about[1],
        };
        text += &row(parameter.name, &parameter.schema, about);
    }
    text
}

fn table_head(title: &str, words: Words) -> String {
    format!("\n## {title}\n\n| {} | {} | {} |\n|---|---|---|\n", words.name(), words.kind(), words.meaning())
}

fn row(name: &str, schema: &Value, about: &str) -> String {
    format!("| `{name}` | {} | {} |\n", kind(schema).replace('|', "\\|"), about.replace('|', "\\|"))
}

fn body(operation: &Operation, words: Words) -> String {
    let properties = operation.body.as_ref().and_then(|body| body.schema.get("properties")?.as_object());
    let Some(properties) = properties else { return String::new() };
    let mut text = table_head(words.body(), words);
    let is_other_name = |schema: &Value| {
        let about = schema.get("description").and_then(Value::as_str);
        about.is_some_and(|about| about.starts_with("The same as"))
    };
    let (others, own): (Vec<_>, Vec<_>) = properties.iter().partition(|(_, schema)| is_other_name(schema));
    for (name, schema) in own.into_iter().chain(others) {
        text += &row(name, schema, schema.get("description").and_then(Value::as_str).unwrap_or_default());
    }
    text
}

/// A schema in a few words.
fn kind(schema: &Value) -> String {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<String> =
            words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    let mut kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Some(Value::String(kind)) => kind.clone(),
        _ => String::new(),
    };
    for (low, high) in [("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems")] {
        let bound = |name: &str| schema.get(name).map(ToString::to_string);
        match (bound(low), bound(high)) {
            (Some(low), Some(high)) => kinds += &format!(", {low}–{high}"),
            (None, Some(high)) => kinds += &format!(", ≤ {high}"),
            (Some(low), None) => kinds += &format!(", ≥ {low}"),
            (None, None) => {}
        }
    }
    kinds
}

fn answers(operation: &Operation, facts: &Facts, words: Words) -> String {
    let (language, prefix) = (words.0, prefix(words.0));
    let is_paid = operation.access.is_paid();
    let money = if is_paid { format!(" {} |", words.credits()) } else { String::new() };
    let rule = if is_paid { "---:|" } else { "" };
    let mut text = format!(
        "\n## {}\n\n| {} | {} |{money}\n|---|---|{rule}\n",
        words.answers(),
        words.status(),
        words.when()
    );
    for success in &operation.successes {
        let about = match language {
            Language::En => success.about[0],
            Language::Pt => success.about[1],
        };
        let is_dry = about.contains("Dry-Run");
        let cell = if is_paid {
            format!(" {} |", if is_dry { "0".to_owned() } else { used(operation) })
        } else {
            String::new()
        };
        text += &format!("| `{}` | {about} |{cell}\n", success.status);
    }
    if matches!(operation.access, Access::Forwarded(_)) {
        let cell = if is_paid { format!(" {} |", used(operation)) } else { String::new() };
        text += &format!("| | {} |{cell}\n", words.passed_on());
    }
    for code in operation.error_codes() {
        let name = code.as_str();
        let cell = match is_paid {
            true if is_charged(code, facts) => format!(" {} |", used(operation)),
            true => " 0 |".to_owned(),
            false => String::new(),
        };
        let title = code.title(language);
        text += &format!("| `{}` | [`{name}`]({prefix}/docs/errors/{name}) {title} |{cell}\n", code.status());
    }
    text
}

/// The credits of a charged call.
fn used(operation: &Operation) -> String {
    match &operation.access {
        Access::Paid(route) => match route.price {
            Price::Flat(price) => price.to_string(),
            Price::ByDepth(_) => "1–2".to_owned(),
        },
        Access::Forwarded(route) => route.credits.to_string(),
        _ => "0".to_owned(),
    }
}

/// Whether a paid call that ends with this error is charged.
pub(super) fn is_charged(code: ErrorCode, facts: &Facts) -> bool {
    facts.settlement.settle(Outcome::of(code.status(), Some(code))) == Settlement::Capture
}

fn samples(operation: &Operation, facts: &Facts, words: Words) -> String {
    let mut text = format!("## {}\n\n```sh\n{}\n```\n", words.request(), curl(operation, facts));
    let success = operation.successes.first();
    if let Some(value) = success.and_then(|success| answer(operation.id, success.status)) {
        let shown = serde_json::to_string_pretty(&shortened(value)).unwrap_or_default();
        text += &format!("\n## {}\n\n```json\n{shown}\n```\n", words.answer());
    }
    text
}

/// A call of the operation with curl.
fn curl(operation: &Operation, facts: &Facts) -> String {
    let base = match facts.links.base_url.as_str() {
        "" => "$BASE_URL",
        known => known,
    };
    let mut command = format!("curl \"{base}{}\"", operation.path);
    let verb = operation.verb.as_str().to_ascii_uppercase();
    if verb == "HEAD" {
        command += " --head";
    } else if verb == "PUT"
        || verb == "PATCH"
        || verb == "DELETE"
        || (verb == "POST" && operation.body.is_none())
    {
        command += &format!(" -X {verb}");
    }
    if operation.access.takes_key() {
        command += " \\\n  -H \"X-API-Key: $FLUENCE_API_KEY\"";
    }
    match &operation.body {
        Some(body) if body.is_required || body.example != Value::Object(Map::new()) => {
            command += " \\\n  -H \"Content-Type: application/json\"";
            let example = serde_json::to_string_pretty(&body.example).unwrap_or_default();
            command += &format!(" \\\n  -d '{}'", example.replace('\n', "\n      "));
        }
        Some(_) if verb == "POST" => command += " \\\n  -X POST",
        _ => {}
    }
    command
}

/// An answer with one item in each list and long texts cut.
fn shortened(value: &Value) -> Value {
    const MOST_CHARS: usize = 80;
    match value {
        Value::Array(items) => Value::Array(items.iter().take(1).map(shortened).collect()),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), shortened(member))).collect()
        }
        Value::String(text) if text.chars().count() > MOST_CHARS => {
            let start: String = text.chars().take(MOST_CHARS).collect();
            Value::String(format!("{start}…"))
        }
        other => other.clone(),
    }
}
