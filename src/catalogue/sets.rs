//! Two sets compared, and what an operator should know about a catalogue and the routes that it
//! sells.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use super::document::FileFaults;
use super::plans::{self, Catalogue};
use super::routes::{self, RouteSet};
use crate::domain::offer_set::SetKind;
use crate::domain::plan::Access;

/// The text that the program ships.
pub fn shipped(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Catalogue => plans::SHIPPED,
        SetKind::Routes => routes::SHIPPED,
    }
}

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
    let (before, after) = (subjects(kind, before)?, subjects(kind, after)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let compared = names.into_iter().filter_map(|name| {
        let change = match (before.get(name), after.get(name)) {
            (Some(before), Some(after)) => Change::Changed { fields: field_changes(before, after)? },
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            (None, None) => return None,
        };
        Some(Difference { subject: name.clone(), change })
    });
    Ok(compared.collect())
}

/// The fields that differ; `None` if all are equal.
fn field_changes(before: &Map<String, Value>, after: &Map<String, Value>) -> Option<Vec<FieldChange>> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let value = |of: &Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or(Value::Null);
    let changes: Vec<FieldChange> = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            before: value(before, name),
            after: value(after, name),
        })
        .collect();
    (!changes.is_empty()).then_some(changes)
}

type Subjects = BTreeMap<String, Map<String, Value>>;

fn subjects(kind: SetKind, text: &str) -> Result<Subjects, FileFaults> {
    let mut subjects = Subjects::new();
    let mut add = |name: String, fields: Map<String, Value>| subjects.insert(name, fields);
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

/// The fields of a value that serializes as an object.
fn fields(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// What is probably a mistake: a route that no plan includes, and a word in a plan that no route
/// has.
pub fn warnings(catalogue: &Catalogue, routes: &RouteSet) -> Vec<String> {
    let of_plans: BTreeSet<&Access> = catalogue.access().collect();
    let of_routes: BTreeSet<&Access> = routes.access().collect();
    let word = |access: &Access| access.as_str().to_owned();
    let unsold = of_routes.difference(&of_plans);
    let unused = of_plans.difference(&of_routes);
    unsold
        .map(|access| {
            format!("no plan lists the access `{}`, so no account may call its routes", word(access))
        })
        .chain(unused.map(|access| format!("plans list the access `{}`, and no route has it", word(access))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_shipped_sets_sell_all_that_they_name() {
        let (catalogue, routes) = (Catalogue::shipped().unwrap(), RouteSet::parse(routes::SHIPPED).unwrap());
        assert_eq!(warnings(&catalogue, &routes), Vec::<String>::new());
        let none = RouteSet::parse("builtin = false").unwrap();
        assert_eq!(warnings(&catalogue, &none).len(), 3);
        let dear =
            RouteSet::parse(&routes::SHIPPED.replacen("\"crm\"\nlanguage", "\"gold\"\nlanguage", 1)).unwrap();
        let found = warnings(&catalogue, &dear);
        assert!(found.len() == 2 && found[0].contains("`gold`") && found[1].contains("`crm`"), "{found:?}");
    }
}
