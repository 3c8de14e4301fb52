//! The values of settings before they have their types: each source overlays the one before, and
//! the origin of every value is kept, so that a fault names what the operator wrote.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::fault::{Fault, SECRET_SETTINGS, no_such_setting, variable_of};
use super::renamed::{both_names, current_name};

/// The values so far, by the names of settings: `server.drain_s` is a value of the table `server`.
pub(super) struct Layers {
    pub(super) values: Table,
    /// What the operator wrote, for each setting that is not at its default.
    origins: BTreeMap<String, String>,
    pub(super) faults: Vec<Fault>,
}

impl Layers {
    /// Only the defaults.
    pub(super) fn over(defaults: Table) -> Self {
        Self { values: defaults, origins: BTreeMap::new(), faults: Vec::new() }
    }

    /// A setting, as the operator wrote it.
    pub(super) fn label(&self, setting: &str) -> String {
        match self.origins.get(setting) {
            Some(origin) => origin.clone(),
            None if SECRET_SETTINGS.contains(&setting) => variable_of(setting),
            None => setting.to_owned(),
        }
    }

    pub(super) fn came_from(&mut self, setting: &str, origin: String) {
        self.origins.insert(setting.to_owned(), origin);
    }

    /// Adds a fault of a setting that is known by its dotted name.
    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push(Fault { setting: self.label(&fault.setting), ..fault });
    }

    pub(super) fn overlay_file(&mut self, file: &str, text: &str) {
        match (text.parse::<Table>(), DeTable::parse(text)) {
            (Ok(values), Ok(spans)) => {
                let mut places = BTreeMap::new();
                find_places(spans.get_ref(), "", text, &mut places);
                self.overlay_section(values, "", &|name| {
                    let place = places.get(name).map(|place| format!(", {place}"));
                    format!("{name} in {file}{}", place.unwrap_or_default())
                });
            }
            (Err(error), _) | (_, Err(error)) => {
                let place = place_in(text, error.span().map_or(0, |span| span.start));
                let advice = "is not TOML: write `name = value`, texts in double quotes, each name once";
                self.faults.push(Fault::new(format!("{file}, {place}"), advice));
            }
        }
    }

    fn overlay_section(&mut self, section: Table, path: &str, label: &dyn Fn(&str) -> String) {
        let given: Vec<String> = section.keys().map(|key| name_in(path, key)).collect();
        for (key, value) in section {
            let name = name_in(path, &key);
            let label_of_name = label(&name);
            // A quoted key may contain a dot; no name of a setting does.
            let is_name = !key.contains('.');
            let name = match current_name(&name).filter(|_| is_name) {
                Some(current) if given.iter().any(|name| name == current) => {
                    self.faults.push(Fault::new(label_of_name, both_names(current)));
                    continue;
                }
                Some(current) => current.to_owned(),
                None => name,
            };
            let known = slot(&mut self.values, &name).filter(|_| is_name);
            match (known, value) {
                (Some(Value::Table(_)), Value::Table(section)) => self.overlay_section(section, &name, label),
                (Some(known), value) if fits(known, &value) => {
                    *known = value;
                    self.came_from(&name, label_of_name);
                }
                (Some(known), _) => {
                    let advice = expected(known, true);
                    self.faults.push(Fault::new(label_of_name, advice));
                }
                (None, _) => {
                    let section = if path.is_empty() {
                        Some(&self.values)
                    } else {
                        self.values.get(path).and_then(Value::as_table)
                    };
                    let known = section.into_iter().flat_map(|section| section.keys().cloned());
                    self.faults.push(no_such_setting(label_of_name, &key, known));
                }
            }
        }
    }

    /// Overlays one value, read from text as the type that its default has.
    pub(super) fn overlay_text(&mut self, setting: &str, text: &str, origin: String) {
        let Some(slot) = slot(&mut self.values, setting) else { return };
        let value = match slot {
            Value::Integer(_) => text.parse().ok().map(Value::Integer),
            Value::Float(_) => text.parse().ok().map(Value::Float),
            Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
            Value::Array(_) => list(text),
            _ => Some(Value::from(text)),
        };
        match value.filter(|value| fits(slot, value)) {
            Some(value) => {
                *slot = value;
                self.came_from(setting, origin);
            }
            None => {
                let advice = expected(slot, false);
                self.faults.push(Fault::new(origin, advice));
            }
        }
    }
}

/// Whether a value has the type of the setting's default. No setting is a negative number.
fn fits(known: &Value, value: &Value) -> bool {
    known.same_type(value) && value.as_integer().is_none_or(|number| number >= 0)
}

fn expected(known: &Value, in_file: bool) -> &'static str {
    match (known, in_file) {
        (Value::Integer(_), _) => "must be a whole number, 0 or more",
        (Value::Float(_), _) => "must be a number with a decimal point",
        (Value::Boolean(_), _) => "must be true or false",
        (Value::Array(_), true) => "must be a list, such as [\"one\", \"two\"]",
        (Value::Array(_), false) => "must be values separated by commas, such as one,two",
        (Value::Table(_), _) => "is a section and takes no value itself",
        (_, true) => "must be a text in double quotes",
        (_, false) => "must be a text",
    }
}

/// The dotted name of a key in a section.
fn name_in(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// The dotted names of all settings.
pub(super) fn setting_names(values: &Table, path: &str) -> Vec<String> {
    values
        .iter()
        .flat_map(|(key, value)| {
            let name = name_in(path, key);
            match value {
                Value::Table(section) => setting_names(section, &name),
                _ => vec![name],
            }
        })
        .collect()
}

/// The value of a setting.
pub(super) fn slot<'v>(values: &'v mut Table, name: &str) -> Option<&'v mut Value> {
    match name.split_once('.') {
        Some((section, key)) => values.get_mut(section)?.as_table_mut()?.get_mut(key),
        None => values.get_mut(name),
    }
}

/// Reads a list of texts: separated by commas, or as in a file.
fn list(text: &str) -> Option<Value> {
    if text.starts_with('[') {
        return format!("list = {text}").parse::<Table>().ok()?.remove("list");
    }
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    Some(Value::Array(parts.map(Value::from).collect()))
}

/// Collects the place of every name in a file.
fn find_places(table: &DeTable<'_>, path: &str, text: &str, places: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let name = name_in(path, key.get_ref());
        if let DeValue::Table(section) = value.get_ref() {
            find_places(section, &name, text, places);
        }
        places.insert(name, place_in(text, key.span().start));
    }
}

/// Line and column of an offset in bytes, both from 1.
fn place_in(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}
