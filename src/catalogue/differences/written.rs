//! The tables of a file as they are written.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::catalogue::routes;
use crate::domain::offer_set::SetKind;

/// The tables of a valid file, by the names that [`super::differences`] gives them.
pub(super) fn tables(kind: SetKind, text: &str) -> BTreeMap<String, Value> {
    let file = file(text);
    let mut tables = BTreeMap::new();
    match kind {
        SetKind::Catalogue => {
            for edition in list(&file, "edition") {
                add(
                    &mut tables,
                    &format!("plan {}/", text_of(edition, "edition")),
                    list(edition, "plan"),
                    "plan",
                );
            }
            add(&mut tables, "pack ", list(&file, "pack"), "pack");
        }
        SetKind::Routes => {
            if file["builtin"] != false {
                let shipped = self::file(routes::SHIPPED);
                add(&mut tables, "endpoint ", list(&shipped, "route"), "endpoint");
            }
            add(&mut tables, "endpoint ", list(&file, "route"), "endpoint");
            add(&mut tables, "route ", list(&file, "route"), "route");
            add(&mut tables, "upstream ", list(&file, "upstream"), "upstream");
        }
    }
    tables
}

fn file(text: &str) -> Value {
    toml::from_str::<toml::Table>(text)
        .ok()
        .and_then(|table| serde_json::to_value(table).ok())
        .unwrap_or_else(|| Value::Object(Map::new()))
}

fn list<'v>(table: &'v Value, name: &str) -> &'v [Value] {
    table[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text_of<'v>(table: &'v Value, name: &str) -> &'v str {
    table[name].as_str().unwrap_or_default()
}

/// Adds the tables that have a name in the field `by`.
fn add(tables: &mut BTreeMap<String, Value>, kind: &str, list: &[Value], by: &str) {
    for table in list.iter().filter(|table| table[by].is_string()) {
        tables.insert(format!("{kind}{}", text_of(table, by)), table.clone());
    }
}

/// The fields of a table that are no tables themselves, by their names as TOML writes them. Lists
/// of words are sorted: their order has no meaning.
pub(super) fn leaves(table: &Value) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect(table, "", &mut found);
    found
}

fn collect(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let is_bare = name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-');
                let name = if is_bare { name.clone() } else { Value::from(name.as_str()).to_string() };
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                collect(member, &path, found);
            }
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let mut sorted = items.clone();
            sorted.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
            found.insert(path.to_owned(), Value::Array(sorted));
        }
        other => {
            found.insert(path.to_owned(), other.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_the_names_of_the_file() {
        let table = file(
            "credits = { base = 1 }\nset = { \"/n\" = 5 }\nmethods = [\"PUT\", \"GET\"]\nset_nothing = {}",
        );
        let written = leaves(&table);
        let names: Vec<_> = written.keys().map(String::as_str).collect();
        assert_eq!(names, ["credits.base", "methods", "set.\"/n\"", "set_nothing"]);
        assert_eq!(written["methods"], serde_json::json!(["GET", "PUT"]));
    }

    #[test]
    fn shipped_endpoints_are_in_a_file_that_adds_them() {
        assert_eq!(tables(SetKind::Routes, "builtin = false").len(), 0);
        assert_eq!(tables(SetKind::Routes, "# mine"), tables(SetKind::Routes, routes::SHIPPED));
    }
}
