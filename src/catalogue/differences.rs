//! Two sets compared, as an operator reads it: by the fields of the file.

mod written;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use self::written::{leaves, tables};
use super::document::FileFaults;
use super::plans::Catalogue;
use super::routes::RouteSet;
use crate::domain::offer_set::SetKind;

/// One plan, pack, upstream or route that differs between two sets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Such as `plan 2025-06/business`.
    pub subject: String,
    #[serde(flatten)]
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    Added,
    Removed,
    Changed { fields: Vec<FieldChange> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// As in the file, such as `credits` or `request.set."/n"`.
    pub field: String,
    /// `null` where the field is missing.
    pub before: Value,
    pub after: Value,
}

/// Returns what differs between two texts of a kind, by meaning: comments and order do not count.
///
/// # Errors
/// The faults of the first text that has any.
pub fn differences(kind: SetKind, before: &str, after: &str) -> Result<Vec<Difference>, FileFaults> {
    let (before, after) = (Compared::read(kind, before)?, Compared::read(kind, after)?);
    let names: BTreeSet<&String> = before.meaning.keys().chain(after.meaning.keys()).collect();
    let compared = names.into_iter().filter_map(|name| {
        let change = match (before.meaning.get(name), after.meaning.get(name)) {
            (Some(one), Some(other)) if one == other => return None,
            (Some(_), Some(_)) => {
                Change::Changed { fields: field_changes(&before.written(name), &after.written(name)) }
            }
            (None, Some(_)) => Change::Added,
            (_, None) => Change::Removed,
        };
        Some(Difference { subject: name.clone(), change })
    });
    Ok(compared.collect())
}

/// A set by the names of its plans, packs, upstreams and routes.
struct Compared {
    /// What they mean, with defaults.
    meaning: BTreeMap<String, BTreeMap<String, Value>>,
    /// What the file says.
    tables: BTreeMap<String, Value>,
}

impl Compared {
    fn read(kind: SetKind, text: &str) -> Result<Self, FileFaults> {
        Ok(Self { meaning: meaning(kind, text)?, tables: tables(kind, text) })
    }

    fn written(&self, name: &str) -> BTreeMap<String, Value> {
        self.tables.get(name).map(leaves).unwrap_or_default()
    }
}

fn field_changes(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |of: &BTreeMap<String, Value>, name: &str| of.get(name).cloned().unwrap_or(Value::Null);
    names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            before: value(before, name),
            after: value(after, name),
        })
        .collect()
}

fn meaning(kind: SetKind, text: &str) -> Result<BTreeMap<String, BTreeMap<String, Value>>, FileFaults> {
    let mut subjects = BTreeMap::new();
    let mut add = |name: String, fields: Value| subjects.insert(name, leaves(&fields));
    match kind {
        SetKind::Catalogue => {
            let Catalogue { editions, packs } = Catalogue::parse(text)?;
            for edition in &editions {
                for plan in &edition.plans {
                    add(format!("plan {}/{}", edition.edition, plan.plan), fields(plan));
                }
            }
            for pack in &packs {
                add(format!("pack {}", pack.pack), fields(pack));
            }
        }
        SetKind::Routes => {
            let RouteSet { built_in, upstreams, forwarded } = RouteSet::parse(text)?;
            for route in &built_in {
                add(format!("endpoint {}", route.endpoint.as_str()), fields(&**route));
            }
            for servers in &upstreams {
                add(format!("upstream {}", servers.upstream), fields(&**servers));
            }
            for route in &forwarded {
                add(format!("route {}", route.name), fields(&**route));
            }
        }
    }
    Ok(subjects)
}

fn fields(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_else(|_| Value::Object(Map::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::sets::shipped;
    use crate::catalogue::{plans, routes};

    #[test]
    fn a_set_differs_from_another_by_its_fields() {
        let dearer = plans::SHIPPED.replacen("credits = 500\n", "credits = 600\n", 1);
        let found = differences(SetKind::Catalogue, plans::SHIPPED, &dearer).unwrap();
        let fields = vec![FieldChange { field: "credits".into(), before: 500.into(), after: 600.into() }];
        let change = Change::Changed { fields };
        assert_eq!(found, [Difference { subject: "plan 2025-01/essentials".into(), change }]);
    }

    #[test]
    fn comments_and_what_the_program_adds_by_itself_are_no_difference() {
        let commented = format!("# mine\n{}", routes::SHIPPED);
        assert_eq!(differences(SetKind::Routes, routes::SHIPPED, &commented).unwrap(), []);
        assert_eq!(differences(SetKind::Routes, routes::SHIPPED, "builtin = true").unwrap(), []);
        let none = differences(SetKind::Routes, routes::SHIPPED, "builtin = false").unwrap();
        assert!(none.len() == 4 && none.iter().all(|found| found.change == Change::Removed), "{none:?}");
    }

    #[test]
    fn an_empty_file_is_a_fault_in_words() {
        for kind in [SetKind::Catalogue, SetKind::Routes] {
            for text in ["", "\n", " \r\n\t"] {
                let faults = differences(kind, shipped(kind), text).unwrap_err();
                assert_eq!(faults.to_string(), "line 1: the file is empty");
            }
        }
        assert_eq!(differences(SetKind::Routes, routes::SHIPPED, "# none of my own").unwrap(), []);
    }

    #[test]
    fn fields_are_named_as_in_the_file_and_the_order_of_words_does_not_count() {
        let route = "[[upstream]]\nupstream = \"a\"\ntargets = [\"https://a.example\"]\n[[route]]\nroute = \"r\"\npath = \"/r\"\n\
             upstream = \"a\"\naccess = \"r\"\ncredits = 1\nmethods = [\"POST\", \"PUT\"]\n\
             settlement = { capture = [\"2xx\", \"404\"] }\nrequest = { set = { \"/n\" = 5 } }\n";
        let reordered = route
            .replace("\"POST\", \"PUT\"", "\"PUT\", \"POST\"")
            .replace("\"2xx\", \"404\"", "\"404\", \"2xx\"");
        assert_eq!(differences(SetKind::Routes, route, &reordered).unwrap(), []);
        let changed = reordered.replace("= 5", "= 6");
        let found = differences(SetKind::Routes, route, &changed).unwrap();
        let fields =
            vec![FieldChange { field: "request.set.\"/n\"".into(), before: 5.into(), after: 6.into() }];
        assert_eq!(found, [Difference { subject: "route r".into(), change: Change::Changed { fields } }]);
    }
}
