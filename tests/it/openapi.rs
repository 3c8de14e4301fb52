//! The OpenAPI document: complete, valid, and what the gateway does.

mod examples;
mod served;
pub(crate) mod tools;

use std::collections::BTreeSet;

use fluence::domain::refusal::ErrorCode;
use reqwest::Method;
use serde_json::Value;

use crate::support::documented::{DOCUMENT, assert_valid, escaped};
use crate::support::gateway::Gateway;

/// Every operation: path, method, and what the document says of it.
fn operations() -> impl Iterator<Item = (&'static String, &'static String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
    })
}

/// Whether a path is a page for readers or a receiver of scanners, which is no operation of the
/// API.
fn is_page(path: &str) -> bool {
    [
        "/docs",
        "/pt",
        "/assets",
        "/llms.txt",
        "/favicon.ico",
        "/robots.txt",
        "/sitemap.xml",
        "/pricing",
        "/console",
        "/signup",
        "/login",
        "/dashboard",
        "/settings/api",
        "/upgrade",
        "/.well-known/change-password",
    ]
    .iter()
    .any(|prefix| path.starts_with(prefix))
        || path == "/"
        || path == "/index.md"
        // What scanners send, in formats of their own: docs/leaks.md.
        || ["/leaks/github", "/leaks/verify"].contains(&path)
}

#[tokio::test]
async fn the_router_and_the_document_have_the_same_paths_and_methods() {
    let gateway = Gateway::start().await;
    let routed: BTreeSet<&str> = gateway.paths().into_iter().filter(|path| !is_page(path)).collect();
    let documented: BTreeSet<&str> =
        DOCUMENT["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(routed, documented);
    for path in documented {
        let asked = path.replace("{id}", "x").replace("{call_id}", "x");
        let answer = gateway.request(Method::OPTIONS, &asked).send().await.unwrap();
        let allow = answer.headers()["allow"].to_str().unwrap().to_ascii_lowercase();
        let allowed: BTreeSet<String> = allow
            .split(',')
            .map(|method| method.trim().to_owned())
            .filter(|method| !["head", "options"].contains(&method.as_str()))
            .collect();
        let methods: BTreeSet<String> =
            DOCUMENT["paths"][path].as_object().unwrap().keys().cloned().collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

#[test]
fn an_example_of_a_parameter_is_a_value_of_its_schema() {
    let shared = DOCUMENT["components"]["parameters"].as_object().unwrap();
    let shared = shared.keys().map(|name| format!("/components/parameters/{}", escaped(name)));
    let own = operations().flat_map(|(path, method, operation)| {
        let parameters = operation["parameters"].as_array().map_or(0, Vec::len);
        let place = format!("/paths/{}/{method}/parameters", escaped(path));
        (0..parameters).map(move |number| format!("{place}/{number}"))
    });
    let mut checked = 0;
    for place in shared.chain(own) {
        if let Some(example) = DOCUMENT.pointer(&format!("{place}/example")) {
            assert_valid(&format!("{place}/schema"), example, "an example");
            checked += 1;
        }
    }
    assert!(checked > 5, "{checked}");
}

#[test]
fn patterns_are_written_in_what_every_language_compiles() {
    fn check(value: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(pattern)) = members.get("pattern") {
                    let is_portable =
                        ["\\p", "\\P", "(?", "\\A", "\\z", "\\Z"].iter().all(|part| !pattern.contains(part));
                    assert!(is_portable, "{pattern}");
                }
                members.values().for_each(check);
            }
            Value::Array(items) => items.iter().for_each(check),
            _ => {}
        }
    }
    check(&DOCUMENT);
}

#[test]
fn an_answer_that_always_has_billing_requires_it() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    let of_any_caller = ["HealthAnswer", "CatalogueAnswer"];
    let mut required = 0;
    for (name, schema) in
        schemas.iter().filter(|(name, _)| !name.ends_with("ErrorBody") && *name != "Problem")
    {
        if schema["properties"].get("billing_info").is_some() {
            let is_required =
                schema["required"].as_array().unwrap().iter().any(|name| name == "billing_info");
            assert_eq!(is_required, !of_any_caller.contains(&name.as_str()), "{name}");
            required += usize::from(is_required);
        }
    }
    assert!(required > 10, "{required}");
}

#[test]
fn operation_ids_are_unique_and_every_reference_leads_somewhere() {
    let ids: Vec<&str> =
        operations().map(|(_, _, operation)| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    let text = DOCUMENT.to_string();
    let references = text.split("\"$ref\":\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    for reference in references {
        assert!(DOCUMENT.pointer(reference).is_some(), "{reference}");
    }
}

#[test]
fn every_schema_is_valid_and_names_its_members() {
    let schemas = DOCUMENT["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        // A name with a number behind it stands for two types of one name.
        let stem = name.trim_end_matches(|last: char| last.is_ascii_digit());
        assert!(stem == name || !schemas.contains_key(stem), "{name}");
    }
}

#[test]
fn every_example_is_an_instance_of_its_schema() {
    let mut checked = 0;
    for (path, method, operation) in operations() {
        let place = format!("/paths/{}/{method}", escaped(path));
        if let Some(body) = operation.get("requestBody") {
            let content = &body["content"]["application/json"];
            assert_valid(
                &format!("{place}/requestBody/content/application~1json/schema"),
                &content["example"],
                path,
            );
        }
        let responses = operation["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(_, response)| response.get("$ref").is_none()) {
            for (media_type, content) in response["content"].as_object().unwrap() {
                let pointer = format!("{place}/responses/{status}/content/{}/schema", escaped(media_type));
                for (name, example) in content["examples"].as_object().unwrap() {
                    let example = match example.get("$ref").and_then(Value::as_str) {
                        Some(reference) => DOCUMENT.pointer(&reference[1..]).unwrap(),
                        None => example,
                    };
                    assert_valid(&pointer, &example["value"], &format!("{name} of {method} {path}"));
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 1_000, "{checked}");
}

#[test]
fn the_cursor_of_a_recorded_page_is_one_that_the_operation_takes() {
    let mut checked = 0;
    for (path, method, operation) in operations() {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let Some((place, _)) = parameters.enumerate().find(|(_, parameter)| parameter["name"] == "cursor")
        else {
            continue;
        };
        let answer = &operation["responses"]["200"]["content"]["application/json"]["examples"]["answer"];
        let cursor = &answer["value"]["next_cursor"];
        if cursor.is_string() {
            let pointer = format!("/paths/{}/{method}/parameters/{place}/schema", escaped(path));
            assert_valid(&pointer, cursor, path);
            checked += 1;
        }
    }
    assert!(checked >= 3, "{checked}");
}

#[test]
fn every_error_is_listed_and_every_operation_that_answers_has_a_recorded_answer() {
    for code in ErrorCode::ALL {
        assert!(DOCUMENT["x-fluence-errors"][code.as_str()].is_object(), "{}", code.as_str());
    }
    for (path, method, operation) in operations().filter(|(path, _, _)| *path != "/openapi.json") {
        let responses = operation["responses"].as_object().unwrap();
        let has_answer = responses.iter().any(|(status, response)| {
            status.starts_with('2')
                && response["content"]["application/json"]["examples"]["answer"].is_object()
        });
        assert!(has_answer, "{method} {path}");
    }
}
