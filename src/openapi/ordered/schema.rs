//! The JSON Schema that examples suggest. Every example is valid by its own schema.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Ordered;

impl Ordered {
    /// The JSON Schema that an example suggests.
    pub fn schema(&self) -> Value {
        schema_of(&[self])
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(digits) if digits.contains(['.', 'e', 'E']) => "number",
            Self::Number(_) => "integer",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

/// The schema of values that stand in one place, such as the items of a list.
fn schema_of(values: &[&Ordered]) -> Value {
    let mut types: BTreeSet<&str> = values.iter().map(|value| value.type_name()).collect();
    if types.contains("number") {
        types.remove("integer");
    }
    let mut schema = Map::new();
    let types: Vec<&str> = types.into_iter().collect();
    match types[..] {
        // An example of `null` alone says nothing of the type.
        [] | ["null"] => {}
        [one] => drop(schema.insert("type".into(), one.into())),
        _ => drop(schema.insert("type".into(), json!(types))),
    }
    let items: Vec<&Ordered> = values
        .iter()
        .flat_map(|value| match value {
            Ordered::List(items) => &items[..],
            _ => &[],
        })
        .collect();
    if !items.is_empty() {
        schema.insert("items".into(), schema_of(&items));
    }
    if types.contains(&"object") {
        schema.insert("properties".into(), Value::Object(properties_of(values)));
    }
    Value::Object(schema)
}

/// The members that any of the objects has.
fn properties_of(values: &[&Ordered]) -> Map<String, Value> {
    let members = || values.iter().flat_map(|value| value.members());
    let mut properties = Map::new();
    for (name, _) in members() {
        if !properties.contains_key(name) {
            let alike: Vec<&Ordered> =
                members().filter(|(known, _)| known == name).map(|(_, value)| value).collect();
            properties.insert(name.clone(), schema_of(&alike));
        }
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> Value {
        Ordered::parse(text).schema()
    }

    #[test]
    fn a_list_has_the_types_of_all_its_items() {
        assert_eq!(schema("[1, 0.25, -3]"), json!({ "type": "array", "items": { "type": "number" } }));
        assert_eq!(schema("[1, -3]"), json!({ "type": "array", "items": { "type": "integer" } }));
        assert_eq!(schema("[]"), json!({ "type": "array" }));
        assert_eq!(
            schema(r#"[null, 3, "x"]"#),
            json!({ "type": "array", "items": { "type": ["integer", "null", "string"] } })
        );
    }

    #[test]
    fn objects_of_one_list_have_the_members_of_all() {
        let rows = schema(r#"[{ "id": 1 }, { "id": "x", "n": null, "deep": [1] }, { "deep": [2.5] }]"#);
        assert_eq!(
            rows["items"]["properties"],
            json!({
                "id": { "type": ["integer", "string"] },
                "n": {},
                "deep": { "type": "array", "items": { "type": "number" } },
            })
        );
    }
}
