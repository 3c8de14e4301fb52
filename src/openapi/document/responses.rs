//! The answers of an operation, by status.

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::{Map, Value, json};

use super::Writer;
use crate::domain::price::RoutePrice;
use crate::domain::refusal::ErrorCode;
use crate::http::dialect::Dialect;
use crate::http::error_body::{code_in, schemas};
use crate::http::negotiate::PROBLEM_JSON;
use crate::openapi::examples::answer;
use crate::openapi::operation::{Access, Operation};
use crate::openapi::ordered::Ordered;

/// The dialect's name in the names of components.
pub(super) const fn name_of(dialect: Option<Dialect>) -> &'static str {
    match dialect {
        Some(Dialect::Fluence) => "fluence",
        Some(Dialect::Fluenzr) => "fluenzr",
        Some(Dialect::Influtics) => "influtics",
        None => "problem",
    }
}

impl Writer<'_> {
    pub(super) fn responses(&mut self, operation: &Operation) -> Value {
        let mut of_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
        for code in operation.error_codes() {
            of_status.entry(code.status()).or_default().push(code);
        }
        for success in &operation.successes {
            of_status.entry(success.status).or_default();
        }
        let mut responses = Map::new();
        for (status, codes) in of_status {
            responses.insert(status.to_string(), self.response(operation, status, &codes));
        }
        for (status, name) in OF_HEADS {
            let reference = json!({ "$ref": format!("#/components/responses/{name}") });
            responses.insert(status.to_owned(), reference);
        }
        if let Access::Forwarded(route) = &operation.access {
            responses.insert("default".to_owned(), passed_on(operation, any_bytes()));
            if let Some(answer) = &route.example.answer {
                let answer = Ordered::parse(answer);
                let content = json!({ "application/json": { "schema": answer.schema(), "example": answer } });
                responses.insert("200".to_owned(), passed_on(operation, content));
            }
        }
        responses.into()
    }

    fn response(&mut self, operation: &Operation, status: u16, codes: &[ErrorCode]) -> Value {
        let mut about = Vec::new();
        let mut schemas: Vec<Value> = Vec::new();
        let mut examples = Map::new();
        for success in operation.successes.iter().filter(|success| success.status == status) {
            about.push(success.about[0].to_owned());
            let schema = (success.schema)(&mut self.schemas);
            if operation.access.takes_key() {
                self.billed.extend(name_of_ref(&schema));
            }
            schemas.push(schema.into());
        }
        if let Some(value) = answer(operation.id, status) {
            examples.insert("answer".to_owned(), json!({ "value": value }));
        }
        // Of any media type, in fact. With another one here, generators of clients leave the
        // operation out.
        let is_forwarded = matches!(operation.access, Access::Forwarded(_));
        if is_forwarded {
            about
                .push("The service behind this route may send the status with a body of its own.".to_owned());
        }
        if !codes.is_empty() {
            let dialect = self.facts.links.dialect_of(operation.path);
            about.push(names_of(dialect, codes));
            schemas.extend(schemas::of(dialect, codes, &mut self.schemas).into_iter().map(Value::from));
            examples.extend(references(Some(dialect), codes));
        }
        if is_forwarded {
            schemas.push(json!({}));
        }
        let mut content = Map::new();
        let schema = match schemas.as_slice() {
            [only] => only.clone(),
            several => json!({ "anyOf": several }),
        };
        content.insert("application/json".to_owned(), json!({ "schema": schema, "examples": examples }));
        if !codes.is_empty() {
            let schema = schemas::of_problem(&mut self.schemas);
            let problem = json!({ "schema": schema, "examples": Value::Object(references(None, codes)) });
            content.insert(PROBLEM_JSON.to_owned(), problem);
        }
        json!({
            "description": about.join(" "), "headers": headers(operation, status, codes), "content": content,
        })
    }
}

/// The answer of the service behind a route.
fn passed_on(operation: &Operation, content: Value) -> Value {
    json!({
        "description": "The answer of the service behind this route.",
        "headers": headers(operation, 200, &[]),
        "content": content,
    })
}

/// A body of any media type. Generators of clients understand neither `*/*` nor a missing schema.
pub(super) fn any_bytes() -> Value {
    json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } })
}

/// Lists codes. A dialect whose JSON bodies have fewer codes names those too.
fn names_of(dialect: Dialect, codes: &[ErrorCode]) -> String {
    let listed = |codes: &[ErrorCode]| {
        codes.iter().map(|code| format!("`{}`", code.as_str())).collect::<Vec<_>>().join(", ")
    };
    let mut renamed: BTreeMap<&str, Vec<ErrorCode>> = BTreeMap::new();
    for code in codes {
        let written = code_in(dialect, *code);
        if written != code.as_str() {
            renamed.entry(written).or_default().push(*code);
        }
    }
    let mut names = listed(codes);
    for (written, of) in renamed {
        let which = if of.len() == codes.len() { "each of them".to_owned() } else { listed(&of) };
        names.push_str(&format!(". In `application/json`, the code of {which} is `{written}`."));
    }
    names
}

/// Answers to heads that are too large, whatever the operation, and their components.
pub(super) const OF_HEADS: [(&str, &str); 2] = [("414", "TargetTooLong"), ("431", "HeadTooLarge")];

impl Writer<'_> {
    /// Those components.
    pub(super) fn responses_to_heads(&mut self) -> Value {
        const ABOUT: [&str; 2] = [
            "`BAD_REQUEST`: the path and the query string are too long.",
            "`BAD_REQUEST`: the headers are too large.",
        ];
        let codes = [ErrorCode::BadRequest];
        let shapes = [Dialect::Fluence, Dialect::Fluenzr, Dialect::Influtics];
        let bodies: Vec<Value> = shapes
            .into_iter()
            .flat_map(|dialect| schemas::of(dialect, &codes, &mut self.schemas))
            .map(Value::from)
            .collect();
        let problem = schemas::of_problem(&mut self.schemas);
        let entries = OF_HEADS.into_iter().zip(ABOUT).map(|((_, name), about)| {
            let response = json!({
                "description": about,
                "headers": references_to_headers(&["X-Request-Id", "Cache-Control", "X-Content-Type-Options", "Link"]),
                "content": {
                    "application/json": { "schema": { "anyOf": bodies } },
                    PROBLEM_JSON: { "schema": problem },
                },
            });
            (name.to_owned(), response)
        });
        entries.collect::<Map<_, _>>().into()
    }
}

fn references_to_headers(names: &[&str]) -> Map<String, Value> {
    names.iter().map(|name| ((*name).to_owned(), reference_to_header(name))).collect()
}

fn reference_to_header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

fn references(dialect: Option<Dialect>, codes: &[ErrorCode]) -> Map<String, Value> {
    let entry = |code: &ErrorCode| {
        let code = code.as_str();
        let reference = format!("#/components/examples/{}.{code}", name_of(dialect));
        (code.to_owned(), json!({ "$ref": reference }))
    };
    codes.iter().map(entry).collect()
}

/// The name of the component that a schema refers to.
fn name_of_ref(schema: &Schema) -> Option<String> {
    let reference = schema.get("$ref")?.as_str()?;
    Some(reference.rsplit('/').next()?.to_owned())
}

/// Headers of every answer after a key was accepted.
const OF_A_KEY: [&str; 7] = [
    "X-Credits-Used",
    "X-Credits-Remaining",
    "RateLimit",
    "RateLimit-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
];

fn headers(operation: &Operation, status: u16, codes: &[ErrorCode]) -> Value {
    let mut names = vec!["X-Request-Id", "Cache-Control", "X-Content-Type-Options"];
    let is_after_authentication = operation.access.takes_key() && status != 401;
    if is_after_authentication {
        names.extend(OF_A_KEY);
    }
    if status == 201 {
        names.push("Location");
    }
    if status == 401 {
        names.push("WWW-Authenticate");
    }
    if let Access::Forwarded(route) = &operation.access
        && matches!(route.price, RoutePrice::Counted(_))
        && codes.is_empty()
    {
        names.push("X-Credits-Held");
    }
    if matches!(status, 409 | 429 | 503) {
        names.push("Retry-After");
    }
    if !codes.is_empty() {
        names.push("Link");
    }
    if operation.is_idempotent && (status < 300 || operation.access.is_paid()) {
        names.push("Idempotent-Replayed");
    }
    if operation.is_idempotent && operation.access.is_paid() {
        names.push("X-Original-Request-Id");
    }
    let is_key_optional = matches!(operation.access, Access::KeyOptional);
    let reference = |name: &str| {
        let mut header = reference_to_header(name);
        if is_key_optional && OF_A_KEY.contains(&name) {
            header["description"] = json!("Only with a key.");
        }
        header
    };
    names.into_iter().map(|name| (name.to_owned(), reference(name))).collect::<Map<_, _>>().into()
}
