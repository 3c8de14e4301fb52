//! The document, from the table of operations.

mod components;
mod responses;
mod written;

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

pub use self::written::Document;
use super::Facts;
use super::generator::generator;
use super::operation::{Access, Group, Operation, Verb};
use super::operations::all;
use crate::domain::depth::Depth;
use crate::domain::language::Language;
use crate::domain::plan::{Access as AccessWord, Plan};
use crate::domain::refusal::ErrorCode;
use crate::domain::route::{Price, Route};
use crate::domain::settlement::Outcome;

/// What is being written, and the schemas that it refers to so far.
struct Writer<'f> {
    facts: &'f Facts,
    schemas: SchemaGenerator,
    /// Names of the schemas to which answers with a key add `billing_info`.
    billed: Vec<String>,
}

/// The OpenAPI 3.1.1 document of a gateway. The same facts give the same document.
pub fn document(facts: &Facts) -> Value {
    let mut writer = Writer { facts, schemas: generator(), billed: Vec::new() };
    let mut paths: Map<String, Value> = Map::new();
    for operation in all(facts) {
        let item = paths.entry(operation.path).or_insert_with(|| json!({}));
        item[operation.verb.as_str()] = writer.operation(&operation);
    }
    let server = facts.links.base_url.as_str();
    let summary = match facts.routes.sells_analysis() {
        true => "Analyses of people by name and company, sold by the credit",
        false => "Calls sold by the credit",
    };
    json!({
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": facts.product.as_str(),
            "version": env!("CARGO_PKG_VERSION"),
            "summary": summary,
            "description": DESCRIPTION,
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        // Relative to the address of the document, where the operator has set no other.
        "servers": [{ "url": if server.is_empty() { "/" } else { server } }],
        "externalDocs": { "url": facts.links.own_docs_url(), "description": "Guides, reference and errors" },
        "tags": Group::ALL.map(|group| json!({
            "name": group.as_str(), "description": group.title(Language::En),
        })),
        "paths": paths,
        "components": writer.components(),
        "x-fluence-errors": catalogue_of_errors(facts),
        "x-fluence-plans": facts.catalogue.editions,
        "x-fluence-packs": facts.catalogue.packs,
    })
}

const DESCRIPTION: &str = "Send a key as `X-API-Key: KEY` or as `Authorization: Bearer KEY`. Every path also answers under \
    the stage prefixes of the operator, such as `/production`. Every answer carries `X-Request-Id`. Answers may gain members: \
    clients should ignore those that they do not know.";

impl Writer<'_> {
    fn operation(&mut self, operation: &Operation) -> Value {
        let mut written = json!({
            "operationId": operation.id,
            "tags": [operation.group.as_str()],
            "summary": operation.title(Language::En),
            "description": operation.about(Language::En),
            "security": security(&operation.access),
            "parameters": parameters(operation),
            "responses": self.responses(operation),
            "externalDocs": {
                "url": format!("{}/reference/{}", self.facts.links.own_docs_url(), operation.id),
            },
            "x-fluence-summary-pt": operation.title(Language::Pt),
            "x-fluence-description-pt": operation.about(Language::Pt),
            "x-fluence-access": self.access(&operation.access),
            "x-fluence-errors": operation.error_codes().iter().map(|code| code.as_str()).collect::<Vec<_>>(),
        });
        if let Some(body) = &operation.body {
            written["requestBody"] = json!({
                "required": body.is_required,
                "content": { "application/json": { "schema": body.schema(), "example": body.example } },
            });
        }
        match &operation.access {
            Access::Paid(route) => {
                written["x-fluence-credits"] = credits(route);
                written["x-fluence-settlement"] = self.settlement();
            }
            Access::Forwarded(route) => {
                written["x-fluence-credits"] = json!(route.price);
                written["x-fluence-settlement"] =
                    json!({ "capture": route.capture, "broke_off": route.broke_off, "left": route.left });
                let takes_body =
                    route.max_request_bytes > 0 && !matches!(operation.verb, Verb::Get | Verb::Head);
                if takes_body && operation.body.is_none() {
                    written["requestBody"] = json!({
                        "description": "A body of whatever media type the service behind this route takes.",
                        "required": false,
                        "content": responses::any_bytes(),
                    });
                }
            }
            Access::Open | Access::KeyOptional | Access::AnyKey | Access::Scoped(_) => {}
        }
        if operation.access.takes_key() {
            written["x-fluence-limits"] = json!(limits(&operation.access));
        }
        written
    }

    fn access(&self, access: &Access) -> Value {
        match access {
            Access::Open => json!({ "key": "none" }),
            Access::KeyOptional => json!({ "key": "optional" }),
            Access::AnyKey => json!({ "key": "required" }),
            Access::Scoped(scope) => json!({ "key": "required", "scope": scope }),
            Access::Paid(route) => self.sold(&route.access),
            Access::Forwarded(route) => self.sold(&route.access),
        }
    }

    fn sold(&self, access: &AccessWord) -> Value {
        let plans = self.facts.plans_with(access);
        json!({ "key": "required", "scope": "invoke", "access": access, "plans": plans })
    }

    /// What each outcome does to the credits that were held.
    fn settlement(&self) -> Value {
        let rules = Outcome::ALL.map(|outcome| {
            json!({
                "outcome": outcome, "status": outcome.implied_status(),
                "settlement": self.facts.settlement.settle(outcome), "reason": outcome.reason(Language::En),
            })
        });
        json!(rules)
    }
}

impl Facts {
    /// The plans that a reader can have: what a sign-up begins with, and those of the newest
    /// edition.
    pub fn offered_plans(&self) -> impl Iterator<Item = &Plan> {
        let begins = self.console.as_ref().and_then(|console| console.sign_up.as_ref());
        let newest = self.catalogue.editions.last();
        let mut all = self.catalogue.editions.iter().flat_map(|edition| &edition.plans);
        let first = begins.and_then(|begins| all.find(|plan| plan.plan == begins.plan));
        let others = newest.into_iter().flat_map(|edition| &edition.plans);
        first.into_iter().chain(others.filter(move |plan| first.is_none_or(|first| first.plan != plan.plan)))
    }

    /// The plans that include routes with this access, as `edition/plan`.
    pub fn plans_with(&self, access: &AccessWord) -> Vec<String> {
        let of_edition = self.catalogue.editions.iter().flat_map(|edition| {
            let including = edition.plans.iter().filter(|plan| plan.api_access && plan.may_call(access));
            including.map(|plan| format!("{}/{}", edition.edition, plan.plan))
        });
        of_edition.collect()
    }
}

/// The price: a number, or one for each `tier`.
fn credits(route: &Route) -> Value {
    match route.price {
        Price::Flat(credits) => json!(credits),
        Price::ByDepth(prices) => {
            let mut by_tier: Map<String, Value> = Depth::ALL
                .iter()
                .map(|depth| (depth.as_str().to_owned(), json!(route.price.held(*depth))))
                .collect();
            by_tier.insert("standard_without_posts".to_owned(), json!(prices.standard_without_posts));
            by_tier.into()
        }
    }
}

fn security(access: &Access) -> Value {
    let either = [json!({ "apiKey": [] }), json!({ "bearer": [] })];
    match access {
        Access::Open => json!([]),
        Access::KeyOptional => json!([{}, either[0], either[1]]),
        Access::AnyKey | Access::Scoped(_) | Access::Paid(_) | Access::Forwarded(_) => json!(either),
    }
}

/// The limits that bound calls with this access.
fn limits(access: &Access) -> &'static [&'static str] {
    match access.is_paid() {
        true => &[
            "requests_per_second",
            "concurrent_requests",
            "requests_per_period",
            "key_credits_per_day",
            "key_credits_per_month",
        ],
        false => &["requests_per_second", "concurrent_requests"],
    }
}

fn parameters(operation: &Operation) -> Value {
    let own = operation.parameters.iter().map(|parameter| {
        let is_in_path = parameter.is_in_path();
        let mut written = json!({
            "name": parameter.name, "in": if is_in_path { "path" } else { "query" }, "required": is_in_path,
            "description": parameter.about[0], "schema": parameter.schema,
        });
        if let Some(example) = parameter.example {
            written["example"] = parameter.example_value(example);
        }
        written
    });
    let shared = |name: &str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let mut all: Vec<Value> = own.collect();
    if operation.is_idempotent {
        all.push(shared("IdempotencyKey"));
    }
    if operation.access.is_paid() {
        all.push(shared("DryRun"));
    }
    all.push(shared("AcceptLanguage"));
    all.into()
}

/// Every error of the service by its code.
fn catalogue_of_errors(facts: &Facts) -> Value {
    let entries = ErrorCode::ALL.iter().map(|code| {
        let entry = json!({
            "status": code.status(),
            "type": code.kind(),
            "retry": code.retry().as_str(),
            "title": { "en": code.title(Language::En), "pt": code.title(Language::Pt) },
            "docs": facts.links.error_page(*code),
        });
        (code.as_str().to_owned(), entry)
    });
    Value::Object(entries.collect())
}
