//! The pages of the operations.

use serde_json::Value;

use super::aside::Aside;
use super::charging;
use super::fields;
use super::markdown::cell;
use super::page::{Page, Section, prefix};
use super::pricing::{price, route_price};
use super::served::base_url;
use super::trial;
use super::words::Words;
use crate::domain::credits::Credits;
use crate::domain::depth::Depth;
use crate::domain::language::Language;
use crate::domain::plan::Access as AccessWord;
use crate::domain::refusal::ErrorCode;
use crate::domain::route::{Price, Route};
use crate::domain::settlement::{Outcome, Settlement};
use crate::openapi::{Access, Facts, Field, Group, Operation, RequestBody, in_language};

/// The list of all operations.
pub(super) fn index(operations: &[Operation], language: Language) -> Page {
    let (words, prefix) = (Words(language), prefix(language));
    let mut text = format!("# {}\n\n{}\n", words.reference(), words.every_operation());
    let has_operations = |group: &Group| operations.iter().any(|operation| operation.group == *group);
    for group in Group::ALL.into_iter().filter(has_operations) {
        text += &format!("\n## {}\n\n| | |\n|---|---|\n", group.title(language));
        for operation in operations.iter().filter(|operation| operation.group == group) {
            let (id, title) = (operation.id, cell(operation.title(language)));
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
    text += &fields::of_answers(operation, words);
    let signature = Some((operation.verb.as_str().to_ascii_uppercase(), operation.shown_path().to_owned()));
    let path = format!("/docs/reference/{}", operation.id);
    Page {
        signature,
        facts: chips(operation, words),
        aside: Some(Aside::new(operation, base_url(facts), trial::form(operation, words), words)),
        ..Page::new(path, Section::Reference, language, text)
    }
}

/// What is charged, and which plans include the operation.
fn terms(operation: &Operation, facts: &Facts, words: Words) -> String {
    let (settled, access) = match &operation.access {
        Access::Paid(route) => (words.settled().to_owned(), &route.access),
        Access::Forwarded(route) if route.is_free() => {
            return plans(&route.access, facts, words) + no_test_keys(operation, words);
        }
        Access::Forwarded(route) => (charging::terms(route, words), &route.access),
        _ if operation.is_idempotent => return format!("\n{}\n", words.idempotent()),
        _ => return String::new(),
    };
    let plans = plans(access, facts, words) + no_test_keys(operation, words);
    let once = if operation.is_idempotent { format!("{} ", words.idempotent()) } else { String::new() };
    format!("\n{settled}\n\n{once}{}\n{plans}", words.dry_run())
}

fn no_test_keys(operation: &Operation, words: Words) -> &'static str {
    if operation.takes_test_keys { "" } else { words.no_test_keys() }
}

fn plans(access: &AccessWord, facts: &Facts, words: Words) -> String {
    let including = facts.offered_plans().filter(|plan| plan.api_access && plan.may_call(access));
    let names: Vec<&str> = including.map(|plan| plan.plan.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("\n{}: {}.\n", words.plans(), names.join(", ")) }
}

fn chips(operation: &Operation, words: Words) -> Vec<String> {
    let scope = |scope: &str| format!("{}: {scope}", words.scope());
    match &operation.access {
        Access::Open => vec![words.free().to_owned(), words.no_key().to_owned()],
        Access::KeyOptional => vec![words.free().to_owned(), words.key_optional().to_owned()],
        Access::AnyKey => vec![words.free().to_owned(), words.any_key().to_owned()],
        Access::Scoped(needed) => vec![words.free().to_owned(), scope(needed.as_str())],
        Access::Paid(route) => vec![held(route, words), scope("invoke")],
        Access::Forwarded(route) => vec![route_price(route, words), scope("invoke")],
    }
}

fn held(route: &Route, words: Words) -> String {
    match route.price {
        Price::Flat(_) => price(route, words),
        Price::ByDepth(_) => format!("{}: {}", words.credits(), price(route, words)),
    }
}

fn parameters(operation: &Operation, words: Words) -> String {
    if operation.parameters.is_empty() {
        return String::new();
    }
    let mut text = table_head(words.parameters(), words);
    for parameter in &operation.parameters {
        let about = in_language(parameter.about, words.0);
        text += &row(parameter.name, &parameter.schema, parameter.is_in_path(), about, words);
    }
    text
}

fn table_head(title: &str, words: Words) -> String {
    format!("\n## {title}\n\n| {} | {} | {} |\n|---|---|---|\n", words.name(), words.kind(), words.meaning())
}

fn row(name: &str, schema: &Value, is_required: bool, about: &str, words: Words) -> String {
    let required = if is_required { format!(", {}", words.required()) } else { String::new() };
    let default = schema.get("default").map_or(String::new(), |default| {
        format!(" {}: `{}`.", words.default(), default.as_str().map_or(default.to_string(), str::to_owned))
    });
    format!("| `{name}` | {}{required} | {}{default} |\n", cell(&kind(schema)), cell(about))
}

fn body(operation: &Operation, words: Words) -> String {
    let Some(body) = &operation.body else { return String::new() };
    if !body.is_complete {
        return body_by_example(body, words);
    }
    let rows: String = body
        .fields
        .iter()
        .map(|field| {
            let about = in_language(field.about, words.0);
            let other = field.other_name.map(|other| format!(" {}", words.other_name_of(other)));
            let about = format!("{about}{}", other.unwrap_or_default());
            row(field.name, &field.schema, field.is_required, &about, words)
        })
        .collect();
    if rows.is_empty() { rows } else { table_head(words.body(), words) + &rows }
}

/// The fields of an example, of which only the service behind the route knows the meaning.
fn body_by_example(body: &RequestBody, words: Words) -> String {
    let row = |field: &Field| format!("| `{}` | {} |\n", field.name, cell(&kind(&field.schema)));
    let rows: String = body.fields.iter().map(row).collect();
    let (title, name, kind) = (words.body(), words.name(), words.kind());
    format!("\n## {title}\n\n| {name} | {kind} |\n|---|---|\n{rows}\n{}\n", words.body_by_example())
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
        let about = in_language(success.about, language);
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
            true if code == ErrorCode::ServiceUnavailable => format!(" {} |", words.zero_unless_billed()),
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
            Price::ByDepth(_) => {
                let least = Depth::ALL.map(|depth| route.price.least(depth)).into_iter().min();
                let most = Depth::ALL.map(|depth| route.price.held(depth)).into_iter().max();
                range(least.unwrap_or_default(), most.unwrap_or_default())
            }
        },
        Access::Forwarded(route) => range(route.price.least(), route.price.most()),
        _ => "0".to_owned(),
    }
}

fn range(least: Credits, most: Credits) -> String {
    if least == most { most.to_string() } else { format!("{least}–{most}") }
}

/// Whether a paid call that ends with this error is charged.
pub(super) fn is_charged(code: ErrorCode, facts: &Facts) -> bool {
    facts.settlement.settle(Outcome::of(code.status(), Some(code))) == Settlement::Capture
}
