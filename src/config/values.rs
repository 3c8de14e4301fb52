//! The values of settings before they have their types, and what can be wrong with them.

use toml::{Table, Value};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting, as the operator wrote it.
    pub setting: String,
    /// What to write instead. Never holds the value.
    pub advice: String,
}

/// Whether a value is of the kind that a setting's default has. No number among the settings is negative.
pub(super) fn fits(known: &Value, value: &Value) -> bool {
    known.same_type(value) && value.as_integer().is_none_or(|number| number >= 0)
}

/// What a setting takes.
pub(super) fn wanted(known: &Value, in_file: bool) -> &'static str {
    match (known, in_file) {
        (Value::Integer(_), _) => "must be a whole number, 0 or more",
        (Value::Float(_), _) => "must be a number with a decimal point",
        (Value::Boolean(_), _) => "must be true or false",
        (Value::Array(_), true) => "must be a list, such as [\"one\", \"two\"]",
        (Value::Array(_), false) => "must be values with commas between them, such as one,two",
        (Value::Table(_), _) => "is a section and takes no value itself",
        (_, true) => "must be a text in double quotes",
        (_, false) => "must be a text",
    }
}

/// The dotted names of all settings.
pub(super) fn setting_names(values: &Table, path: &str) -> Vec<String> {
    values
        .iter()
        .flat_map(|(key, value)| {
            let name = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match value {
                Value::Table(section) => setting_names(section, &name),
                _ => vec![name],
            }
        })
        .collect()
}

/// Where a setting's value is.
pub(super) fn slot<'v>(values: &'v mut Table, name: &str) -> Option<&'v mut Value> {
    match name.split_once('.') {
        Some((section, key)) => values.get_mut(section)?.as_table_mut()?.get_mut(key),
        None => values.get_mut(name),
    }
}

/// Sets one value from text, read as the type its default has.
pub(super) fn set(values: &mut Table, name: &str, text: &str, source: &str, faults: &mut Vec<Fault>) {
    let Some(slot) = slot(values, name) else { return };
    let read = match slot {
        Value::Integer(_) => text.parse().ok().map(Value::Integer),
        Value::Float(_) => text.parse().ok().map(Value::Float),
        Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
        Value::Array(_) => list(text),
        _ => Some(Value::from(text)),
    };
    match read.filter(|value| fits(slot, value)) {
        Some(value) => *slot = value,
        None => faults.push(Fault { setting: source.into(), advice: wanted(slot, false).into() }),
    }
}

/// A list with commas, or as a file has it.
fn list(text: &str) -> Option<Value> {
    if text.starts_with('[') {
        return format!("list = {text}").parse::<Table>().ok()?.remove("list");
    }
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    Some(Value::Array(parts.map(Value::from).collect()))
}
