//! The members of answers: from the schemas of the serialised types, with what each means in both
//! languages.

mod account;
mod analysis;
mod keys;
mod ledger;
mod lookup;
mod meaning;
mod people;
mod service;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

pub(super) use self::lookup::meaning_of;
use self::lookup::place_of;
use super::generator::generator;
use super::operation::Operation;
use super::texts::Texts;
use crate::api::analysis::WholeShown;
use crate::http::billing_info::BillingInfo;
use crate::http::dry_run::Shown as DryRunShown;

/// Objects that have a page of their own. The lists of an answer name them, and go no deeper.
const ELSEWHERE: [&str; 4] = ["Analysis", "BillingInfo", "DryRun", "DryRunReason"];

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    /// Its type in JSON, with `[]` for each list around it.
    pub kind: String,
    /// The words that it may be, of an enumeration.
    pub words: Vec<String>,
    /// The path of the object whose members it has, if they are listed.
    pub object: Option<String>,
    pub about: Texts,
    /// When it is absent or `null`, if it ever is.
    pub absent: Option<Texts>,
}

/// An object of an answer.
#[derive(Clone, Debug)]
pub struct Object {
    /// The name of its schema.
    pub schema: String,
    /// Where it stands in the answer, as `data[].secrets[]`. Empty for the answer itself.
    pub path: String,
    pub members: Vec<Member>,
}

/// The objects of each successful answer of an operation, the answer itself first.
pub fn objects_of(operation: &Operation) -> Vec<Vec<Object>> {
    let of_answer = |schema: fn(&mut SchemaGenerator) -> Schema| {
        let mut generator = generator();
        let root = schema(&mut generator);
        let billing = BillingInfo::json_schema(&mut generator);
        let mut walk = Walk::new(generator);
        walk.definitions.insert("BillingInfo".to_owned(), billing.into());
        walk.all_of(String::new(), root.as_value(), operation.access.takes_key())
    };
    operation.successes.iter().map(|success| of_answer(success.schema)).collect()
}

/// The objects of `analise`, of the most detailed kind.
pub fn objects_of_analysis() -> Vec<Object> {
    objects_from::<WholeShown>("analise")
}

/// The objects of `dry_run`.
pub fn objects_of_dry_run() -> Vec<Object> {
    objects_from::<DryRunShown<'static>>("dry_run")
}

fn objects_from<T: JsonSchema>(path: &str) -> Vec<Object> {
    let mut generator = generator();
    let root = generator.subschema_for::<T>();
    Walk::new(generator).all_of(path.to_owned(), root.as_value(), false)
}

/// A walk through the schemas of an answer.
struct Walk {
    definitions: Map<String, Value>,
    /// The paths of the objects that are listed, by the name of their schema.
    listed: BTreeMap<String, String>,
    /// What is still to be listed: path, name and schema.
    open: Vec<(String, String, Value)>,
}

/// What a schema comes to behind references, lists and `null`.
struct Resolved<'s> {
    /// The name of the schema that was referred to last.
    name: &'s str,
    schema: &'s Value,
    lists: usize,
    is_nullable: bool,
}

impl Walk {
    fn new(mut generator: SchemaGenerator) -> Self {
        Self { definitions: generator.take_definitions(true), listed: BTreeMap::new(), open: Vec::new() }
    }

    fn all_of(&mut self, path: String, root: &Value, is_billed: bool) -> Vec<Object> {
        let root = self.resolved(root);
        let (name, mut schema) = (root.name.to_owned(), root.schema.clone());
        if is_billed {
            add_billing(&name, &mut schema);
        }
        self.open.push((path, name, schema));
        let mut objects = Vec::new();
        while let Some((path, name, schema)) = self.open.pop() {
            let later = self.open.len();
            let members = self.members(&path, &name, &schema);
            // Objects are listed in the order of the members that they belong to.
            self.open[later..].reverse();
            objects.push(Object { schema: name, path, members });
        }
        objects
    }

    fn resolved<'s>(&'s self, schema: &'s Value) -> Resolved<'s> {
        let mut found = Resolved { name: "", schema, lists: 0, is_nullable: false };
        loop {
            let reference = found.schema.get("$ref").and_then(Value::as_str);
            let variants = found.schema.get("anyOf").and_then(Value::as_array);
            let items = found.schema.get("items");
            if let Some(name) = reference.and_then(|reference| reference.rsplit('/').next()) {
                let Some(schema) = self.definitions.get(name) else { return found };
                (found.name, found.schema) = (name, schema);
            } else if let Some([first, rest @ ..]) = variants.map(Vec::as_slice) {
                found.is_nullable |=
                    rest.iter().any(|other| other.get("type").is_some_and(|kind| kind == "null"));
                found.schema = first;
            } else if let Some(items) = items {
                found.is_nullable |= is_nullable(found.schema);
                (found.schema, found.lists) = (items, found.lists + 1);
            } else {
                found.is_nullable |= found.lists == 0 && is_nullable(found.schema);
                return found;
            }
            if ELSEWHERE.contains(&found.name) {
                return found;
            }
        }
    }

    fn members(&mut self, path: &str, name: &str, schema: &Value) -> Vec<Member> {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        let properties = schema.get("properties").and_then(Value::as_object);
        let mut properties: Vec<_> = properties.into_iter().flatten().collect();
        properties.sort_by_key(|(member, _)| place_of(name, member));
        let mut members = Vec::with_capacity(properties.len());
        for (member, schema) in properties {
            let found = self.resolved(schema);
            let lists = "[]".repeat(found.lists);
            let words = words(found.schema);
            let kind = format!("{}{lists}", kind(found.schema));
            let (is_nullable, schema_name, schema) =
                (found.is_nullable, found.name.to_owned(), found.schema.clone());
            let own = if path.is_empty() { member.clone() } else { format!("{path}.{member}") };
            let object = self.listed(own + &lists, schema_name, schema);
            let (about, absent) = meaning_of(name, member).unwrap_or_default();
            let is_always_there = is_required(member) && !is_nullable;
            let absent = absent.filter(|_| !is_always_there).or((!is_always_there).then_some(["", ""]));
            members.push(Member { name: member.clone(), kind, words, object, about, absent });
        }
        members
    }

    /// The path under which the members of an object are listed.
    fn listed(&mut self, path: String, name: String, schema: Value) -> Option<String> {
        if ELSEWHERE.contains(&name.as_str()) || schema.get("properties").is_none() {
            return None;
        }
        if let Some(path) = self.listed.get(&name) {
            return Some(path.clone());
        }
        self.listed.insert(name.clone(), path.clone());
        self.open.push((path.clone(), name, schema));
        Some(path)
    }
}

/// Adds what the renderer adds to the answers of a key: to the object that a handler answers with.
pub(super) fn add_billing(name: &str, schema: &mut Value) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    let billing = serde_json::json!({ "$ref": "#/components/schemas/BillingInfo" });
    properties.insert("billing_info".to_owned(), billing);
    let is_always_there = meaning_of(name, "billing_info").is_some_and(|(_, absent)| absent.is_none());
    if let Some(Value::Array(required)) = schema.get_mut("required").filter(|_| is_always_there) {
        let billing = Value::from("billing_info");
        if !required.contains(&billing) {
            required.push(billing);
        }
    }
}

fn is_nullable(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_array).is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
}

/// The type of a value in JSON.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
        }
        _ if schema.get("oneOf").is_some() => "string",
        _ => "object",
    }
}

/// The words of an enumeration.
fn words(schema: &Value) -> Vec<String> {
    let one = |schema: &Value| -> Vec<String> {
        let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        listed.chain(schema.get("const")).filter_map(Value::as_str).map(str::to_owned).collect()
    };
    match schema.get("oneOf").and_then(Value::as_array) {
        Some(variants) => variants.iter().flat_map(one).collect(),
        None => one(schema),
    }
}

#[cfg(test)]
mod tests;
