//! The document as it is sent: examples of the seller keep the order of their members and the
//! digits of their numbers.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::openapi::Facts;
use crate::openapi::operation::{Access, Operation};
use crate::openapi::operations::all;
use crate::openapi::ordered::Ordered;

/// The document of a gateway, to be written as JSON.
#[derive(Debug)]
pub struct Document {
    value: Value,
    examples: Vec<Example>,
}

/// An example, and the names that lead to it.
#[derive(Debug)]
struct Example {
    place: Vec<&'static str>,
    written: Ordered,
}

impl Document {
    pub fn of(facts: &Facts) -> Self {
        let examples = all(facts).iter().flat_map(examples_of).collect();
        Self { value: super::document(facts), examples }
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let within = self.examples.iter().map(|example| (&example.place[..], &example.written)).collect();
        Part { value: &self.value, within }.serialize(serializer)
    }
}

/// The examples of an operation that a file of the seller wrote.
fn examples_of(operation: &Operation) -> Vec<Example> {
    let Access::Forwarded(route) = &operation.access else { return Vec::new() };
    let at = |before: &[&'static str], written| {
        let start = ["paths", operation.path, operation.verb.as_str()];
        let place = [&start, before, &["content", "application/json", "example"]].concat();
        Example { place, written }
    };
    let body = operation.body.as_ref().map(|body| at(&["requestBody"], body.example.clone()));
    let answer = route.example.answer.as_deref().map(|text| at(&["responses", "200"], Ordered::parse(text)));
    body.into_iter().chain(answer).collect()
}

/// A part of the document with the examples in it, by the names that lead from here.
struct Part<'d> {
    value: &'d Value,
    within: Vec<(&'d [&'static str], &'d Ordered)>,
}

impl<'d> Serialize for Part<'d> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some((_, written)) = self.within.iter().find(|(place, _)| place.is_empty()) {
            return written.serialize(serializer);
        }
        let Value::Object(members) = self.value else { return self.value.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(members.len()))?;
        for (name, value) in members {
            let below = |&(place, written): &(&'d [&'static str], &'d Ordered)| {
                let (first, rest) = place.split_first()?;
                (first == name).then_some((rest, written))
            };
            let within = self.within.iter().filter_map(below).collect();
            map.serialize_entry(name, &Part { value, within })?;
        }
        map.end()
    }
}
