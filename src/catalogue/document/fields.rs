//! The fields of one table of a file.

use std::collections::BTreeSet;
use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::values::Read;
use super::{Faults, Strictness};

/// How like a known name a name must be to be a misspelling of it; 1 is equal.
const MIN_SIMILARITY: f64 = 0.6;

/// The fields of one table. Each is taken by name; [`Fields::finish`] reports those that were not.
pub(in crate::catalogue) struct Fields<'d> {
    table: &'d DeTable<'d>,
    at: usize,
    faults: &'d Faults<'d>,
    taken: Vec<&'static str>,
}

impl<'d> Fields<'d> {
    pub(super) fn new(table: &'d DeTable<'d>, at: usize, faults: &'d Faults<'d>) -> Self {
        Self { table, at, faults, taken: Vec::new() }
    }

    /// Records a fault of a field, or of the whole table where the field is missing.
    pub(in crate::catalogue) fn fault(&self, name: &str, message: impl fmt::Display) {
        let at = self.table.get(name).map_or(self.at, |value| value.span().start);
        self.faults.add(at, format!("`{name}` {message}"));
    }

    /// Records a fault that a set of an older program may have.
    pub(in crate::catalogue) fn fault_if_new(&self, name: &str, message: impl fmt::Display) {
        if self.faults.strictness == Strictness::New {
            self.fault(name, message);
        }
    }

    /// The text of a field, whatever else is wrong with it.
    pub(in crate::catalogue) fn text(&self, name: &str) -> Option<&'d str> {
        match self.table.get(name)?.get_ref() {
            DeValue::String(text) => Some(text.as_ref()),
            _ => None,
        }
    }

    /// Reports a name that an earlier table of its list has, whatever else is wrong with either.
    pub(in crate::catalogue) fn unique(&self, name: &str, earlier: &mut BTreeSet<&'d str>) {
        if let Some(text) = self.text(name)
            && !earlier.insert(text)
        {
            self.fault(name, format_args!("`{text}` is defined twice"));
        }
    }

    fn take(&mut self, name: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.taken.push(name);
        self.table.get(name)
    }

    /// Reads a field that may be missing.
    pub(in crate::catalogue) fn optional<T>(&mut self, name: &'static str, read: impl Read<T>) -> Option<T> {
        let value = self.take(name)?;
        match read(value.get_ref()) {
            Ok(value) => Some(value),
            Err(message) => {
                self.faults.add(value.span().start, format!("`{name}` {message}"));
                None
            }
        }
    }

    /// Reads a field that must be there.
    pub(in crate::catalogue) fn required<T>(&mut self, name: &'static str, read: impl Read<T>) -> Option<T> {
        if !self.has(name) {
            self.fault(name, "is missing");
        }
        self.optional(name, read)
    }

    /// Accepts a field without reading it: another fault says what is wrong with it.
    pub(in crate::catalogue) fn skip(&mut self, name: &'static str) {
        self.take(name);
    }

    pub(in crate::catalogue) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    pub(in crate::catalogue) fn is_table(&self, name: &str) -> bool {
        self.table.get(name).is_some_and(|value| matches!(value.get_ref(), DeValue::Table(_)))
    }

    pub(in crate::catalogue) fn is_empty_list(&self, name: &str) -> bool {
        self.table
            .get(name)
            .is_some_and(|value| matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()))
    }

    /// Reads a table that may be missing.
    pub(in crate::catalogue) fn table<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields<'d>) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(name)?;
        match value.get_ref() {
            DeValue::Table(table) => read_table(table, value.span().start, self.faults, read),
            _ => {
                self.faults.add(value.span().start, format!("`{name}` must be a table"));
                None
            }
        }
    }

    /// Reads a table of at most `most` entries whose names are free. A missing table is empty.
    pub(in crate::catalogue) fn entries(
        &mut self,
        name: &'static str,
        most: usize,
        mut read: impl FnMut(&str, &DeValue<'d>) -> Result<(), String>,
    ) {
        let Some(value) = self.take(name) else { return };
        let DeValue::Table(table) = value.get_ref() else {
            return self.faults.add(value.span().start, format!("`{name}` must be a table"));
        };
        if table.len() > most {
            self.faults.add(value.span().start, format!("`{name}` must have at most {most} entries"));
        }
        for (entry, value) in table.iter().take(most) {
            if let Err(message) = read(entry.get_ref(), value.get_ref()) {
                self.faults
                    .add(entry.span().start, format!("`{name}` has `{}`, which {message}", entry.get_ref()));
            }
        }
    }

    /// Reads a list of tables, at most `most`. A missing list is empty.
    pub(in crate::catalogue) fn tables<T>(
        &mut self,
        name: &'static str,
        most: usize,
        mut read: impl FnMut(&mut Fields<'d>) -> Option<T>,
    ) -> Vec<T> {
        let Some(value) = self.take(name) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.faults.add(value.span().start, format!("`{name}` must be a list of tables: [[{name}]]"));
            return Vec::new();
        };
        if items.len() > most {
            self.faults.add(value.span().start, format!("`{name}` must have at most {most} entries"));
            return Vec::new();
        }
        let read = items.iter().filter_map(|item| match item.get_ref() {
            DeValue::Table(table) => read_table(table, item.span().start, self.faults, &mut read),
            _ => {
                self.faults.add(item.span().start, format!("`{name}` must be a list of tables: [[{name}]]"));
                None
            }
        });
        read.collect()
    }

    /// Reports unknown fields.
    pub(super) fn finish(&self) {
        for name in self.table.keys() {
            if !self.taken.contains(&name.get_ref().as_ref()) {
                let (unknown, known) = (name.get_ref(), self.taken.join(", "));
                let meant = nearest(unknown, &self.taken);
                let meant = meant.map(|meant| format!(" (did you mean `{meant}`?)")).unwrap_or_default();
                let message = format!("unknown field `{unknown}`{meant}; known: {known}");
                self.faults.add(name.span().start, message);
            }
        }
    }
}

/// The known name that is most like a misspelt one.
fn nearest(unknown: &str, known: &[&'static str]) -> Option<&'static str> {
    let like = |name: &&'static str| (strsim::normalized_damerau_levenshtein(unknown, name), *name);
    let nearest = known.iter().map(like).max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.filter(|(similarity, _)| *similarity >= MIN_SIMILARITY).map(|(_, name)| name)
}

fn read_table<'d, T>(
    table: &'d DeTable<'d>,
    at: usize,
    faults: &'d Faults<'d>,
    read: impl FnOnce(&mut Fields<'d>) -> Option<T>,
) -> Option<T> {
    let mut fields = Fields::new(table, at, faults);
    let value = read(&mut fields);
    fields.finish();
    value
}
