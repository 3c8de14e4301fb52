//! Answers are what the OpenAPI document says: every JSON answer that a test reads is compared with
//! it.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock, Mutex};

use fluence::app::documented;
use fluence::http::dialect::Dialect;
use fluence::openapi::document;
use jsonschema::Validator;
use reqwest::{Method, Url};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::gateway::settings;

/// The document of a gateway with the default settings.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| document(&documented(&settings(&[])).unwrap()));

/// The same for validation: no answer has a member that the document does not name. Clients get the
/// open form, since answers may gain members.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut document = DOCUMENT.clone();
    for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
        close(schema);
    }
    document
});

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The validator of the schema at this place of the document. Places with equal schemas share one:
/// most errors do.
pub(crate) fn validator(pointer: &str) -> Arc<Validator> {
    let schema = CLOSED.pointer(pointer).unwrap_or_else(|| panic!("the document has nothing at {pointer}"));
    let made = || {
        let mut root = schema.clone();
        root["components"] = json!({ "schemas": CLOSED["components"]["schemas"] });
        Arc::new(jsonschema::options().build(&root).unwrap_or_else(|error| panic!("{pointer}: {error}")))
    };
    VALIDATORS.lock().unwrap().entry(schema.to_string()).or_insert_with(made).clone()
}

/// Panics unless the value matches the schema at this place.
pub(crate) fn assert_valid(pointer: &str, value: &Value, what: &str) {
    let faults: Vec<String> = validator(pointer)
        .iter_errors(value)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{what} is not what the document says at {pointer}: {faults:#?}\n{value}");
}

/// A part of a JSON pointer.
pub(crate) fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// Gateways with handlers of a test's own, whose answers are nobody's contract.
static EXCEPTED: LazyLock<Mutex<HashSet<u16>>> = LazyLock::new(Mutex::default);

pub(crate) fn except(address: SocketAddr) {
    EXCEPTED.lock().unwrap().insert(address.port());
}

/// Codes that any request may be answered with, whatever its path and method.
const OF_ANY_REQUEST: [&str; 3] = ["BAD_REQUEST", "ENDPOINT_NOT_FOUND", "METHOD_NOT_ALLOWED"];

/// Compares an answer with the document.
pub(crate) fn check(method: &Method, url: &Url, answer: &Answer) {
    let media_type = answer.header("content-type");
    let has_no_body = answer.text.is_empty();
    if has_no_body
        || !media_type.contains("json")
        || EXCEPTED.lock().unwrap().contains(&url.port().unwrap_or_default())
    {
        return;
    }
    let links = documented(&settings(&[])).unwrap().links;
    let path = links.without_stage(url.path());
    let what = format!("{method} {} answered {}, which", url.path(), answer.status);
    if OF_ANY_REQUEST.contains(&answer.code()) {
        let name = match (media_type, links.dialect_of(path)) {
            ("application/problem+json", _) => "Problem",
            (_, Dialect::Fluence) => "FluenceErrorBody",
            (_, Dialect::Fluenzr) => "FluenzrErrorBody",
            (_, Dialect::Influtics) => "InfluticsErrorBody",
        };
        assert_valid(&format!("/components/schemas/{name}"), &answer.body, &what);
        return;
    }
    // A gateway whose stages are a setting of the test has one that the usual links do not know.
    let staged = || path.get(1..)?.split_once('/').and_then(|(_, rest)| template_of(&format!("/{rest}")));
    let template = template_of(path).or_else(staged);
    let template = template.unwrap_or_else(|| panic!("{what} is of no path of the document"));
    let verb = method.as_str().to_ascii_lowercase();
    let operation = &DOCUMENT["paths"][template][&verb];
    let response = &operation["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{what} is of no status of the document: {}", answer.text);
    assert!(
        is_documented(operation, answer),
        "{what} has an error code that the document does not list: {}",
        answer.text
    );
    assert_headers_documented(response, answer, &what);
    let pointer = format!(
        "/paths/{}/{verb}/responses/{}/content/{}/schema",
        escaped(template),
        answer.status,
        escaped(media_type)
    );
    assert_valid(&pointer, &answer.body, &what);
}

/// Headers of HTTP itself, which the document need not explain, and the one of development mode.
const OF_HTTP: [&str; 11] = [
    "allow",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "etag",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
    "x-development-mode",
];

/// Panics if the answer has a header that the document explains nowhere, or lacks one that every
/// answer has.
fn assert_headers_documented(response: &Value, answer: &Answer, what: &str) {
    let names = |headers: &Value| -> HashSet<String> {
        headers.as_object().unwrap().keys().map(|name| name.to_ascii_lowercase()).collect()
    };
    let (known, own) = (names(&DOCUMENT["components"]["headers"]), names(&response["headers"]));
    for name in answer.headers.keys().map(|name| name.as_str()) {
        assert!(
            known.contains(name) || OF_HTTP.contains(&name) || name.starts_with("access-control-"),
            "{what} has the header {name}, which the document does not explain"
        );
    }
    for name in ["cache-control", "x-content-type-options", "x-request-id"] {
        assert!(own.contains(name) && answer.headers.contains_key(name), "{what} is about {name}");
    }
}

/// Whether the operation lists the code of an error. The `fluenzr` dialect has two codes of its
/// own.
fn is_documented(operation: &Value, answer: &Answer) -> bool {
    let codes = operation["x-fluence-errors"].as_array().unwrap();
    let code = answer.code();
    answer.status < 400
        || code.is_empty()
        || ["UNAUTHORIZED", "FORBIDDEN"].contains(&code)
        || codes.iter().any(|listed| listed == code)
}

/// The template that a path is an instance of; one without parameters precedes the others.
fn template_of(path: &str) -> Option<&'static str> {
    let paths: &'static Map<String, Value> = DOCUMENT["paths"].as_object().unwrap();
    let matches = |template: &str| {
        let (mut parts, mut own) = (path.split('/'), template.split('/'));
        loop {
            match (parts.next(), own.next()) {
                (None, None) => return true,
                (Some(_), Some(name)) if name.starts_with('{') => {}
                (Some(part), Some(name)) if part == name => {}
                _ => return false,
            }
        }
    };
    let exact = paths.keys().find(|template| *template == path);
    exact.or_else(|| paths.keys().find(|template| matches(template))).map(String::as_str)
}
