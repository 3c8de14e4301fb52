//! Reads the seller's TOML files. Collects every fault with its line, so that one look at the report is enough.

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Largest file.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// Most faults that a report lists.
const MAX_FAULTS: usize = 100;

/// A fault in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

/// Why a file was rejected: every fault, by line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FileFaults(pub Vec<FileFault>);

impl fmt::Display for FileFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter().map(|FileFault { line, message }| format!("line {line}: {message}"));
        f.write_str(&lines.collect::<Vec<_>>().join("; "))
    }
}

/// The faults of a file that is being read.
pub(super) struct Faults<'t> {
    text: &'t str,
    found: RefCell<Vec<FileFault>>,
}

impl Faults<'_> {
    /// Records a fault at a byte of the file.
    pub(super) fn add(&self, at: usize, message: impl Into<String>) {
        let before = self.text.as_bytes().iter().take(at);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        let mut found = self.found.borrow_mut();
        if found.len() < MAX_FAULTS {
            found.push(FileFault { line, message: message.into() });
        }
    }
}

/// Reads a file with `read`, which returns `None` only if it recorded a fault.
pub(super) fn parse<T>(text: &str, read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Result<T, FileFaults> {
    let faults = Faults { text, found: RefCell::default() };
    let value = if text.len() > MAX_FILE_BYTES {
        faults.add(0, format!("a file has at most {MAX_FILE_BYTES} bytes"));
        None
    } else {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            faults.add(error.span().map_or(0, |span| span.start), error.message());
        }
        // What follows a broken line would be reported as missing.
        if errors.is_empty() {
            let mut fields = Fields::new(table.get_ref(), 0, &faults);
            let value = read(&mut fields);
            fields.finish();
            value
        } else {
            None
        }
    };
    let mut found = faults.found.into_inner();
    found.sort();
    match value {
        Some(value) if found.is_empty() => Ok(value),
        _ => Err(FileFaults(found)),
    }
}

/// The fields of one table. Each is taken by name; [`Fields::finish`] reports those that were not.
pub(super) struct Fields<'d> {
    table: &'d DeTable<'d>,
    at: usize,
    faults: &'d Faults<'d>,
    taken: Vec<&'static str>,
}

impl<'d> Fields<'d> {
    fn new(table: &'d DeTable<'d>, at: usize, faults: &'d Faults<'d>) -> Self {
        Self { table, at, faults, taken: Vec::new() }
    }

    /// Records a fault of a field, or of the whole table where the field is missing.
    pub(super) fn fault(&self, name: &str, message: impl fmt::Display) {
        let at = self.table.get(name).map_or(self.at, |value| value.span().start);
        self.faults.add(at, format!("`{name}` {message}"));
    }

    fn take(&mut self, name: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.taken.push(name);
        self.table.get(name)
    }

    /// Reads a field that may be missing.
    pub(super) fn optional<T>(&mut self, name: &'static str, read: impl Read<T>) -> Option<T> {
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
    pub(super) fn required<T>(&mut self, name: &'static str, read: impl Read<T>) -> Option<T> {
        if !self.has(name) {
            self.fault(name, "is missing");
        }
        self.optional(name, read)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    pub(super) fn is_table(&self, name: &str) -> bool {
        self.table.get(name).is_some_and(|value| matches!(value.get_ref(), DeValue::Table(_)))
    }

    pub(super) fn is_empty_list(&self, name: &str) -> bool {
        self.table
            .get(name)
            .is_some_and(|value| matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()))
    }

    /// Reads a table that may be missing.
    pub(super) fn table<T>(
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

    /// Reads a list of tables, at most `most`. A missing list is empty.
    pub(super) fn tables<T>(
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
            self.faults.add(value.span().start, format!("a file has at most {most} of [[{name}]]"));
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
    fn finish(&self) {
        for name in self.table.keys() {
            if !self.taken.contains(&name.get_ref().as_ref()) {
                let known = self.taken.join(", ");
                let name_at = name.span().start;
                self.faults.add(name_at, format!("`{}` is not known here; known: {known}", name.get_ref()));
            }
        }
    }
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

/// How a value is read: a function that returns the value, or what it must be.
pub(super) trait Read<T>: Fn(&DeValue<'_>) -> Result<T, String> {}
impl<T, F: Fn(&DeValue<'_>) -> Result<T, String>> Read<T> for F {}

/// A whole number within these bounds.
pub(super) fn integer<T: TryFrom<i64>>(bounds: RangeInclusive<i64>) -> impl Read<T> {
    move |value| {
        let number = match value {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number =
            number.filter(|number| bounds.contains(number)).and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| format!("must be a whole number from {} to {}", bounds.start(), bounds.end()))
    }
}

/// A text of 1 to `max_chars` characters without control characters.
pub(super) fn text(max_chars: usize) -> impl Read<String> {
    move |value| match value {
        DeValue::String(text)
            if (1..=max_chars).contains(&text.chars().count()) && !text.chars().any(char::is_control) =>
        {
            Ok(text.clone().into_owned())
        }
        _ => Err(format!("must be a text of 1 to {max_chars} characters without control characters")),
    }
}

/// A name: a lower-case letter, then letters, digits, `_` and `-`, at most 60 characters.
pub(super) fn name(value: &DeValue<'_>) -> Result<String, String> {
    let name = match value {
        DeValue::String(name) => name.as_ref(),
        _ => "",
    };
    let is_name = name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_' || c == b'-');
    is_name.then(|| name.to_owned()).ok_or_else(|| {
        "must be a name: a lower-case letter, then lower-case letters, digits, `_` and `-`, at most 60 characters".into()
    })
}

/// A text that a type accepts.
pub(super) fn parsed<T: std::str::FromStr<Err: fmt::Display>>(value: &DeValue<'_>) -> Result<T, String> {
    match value {
        DeValue::String(text) => text.parse().map_err(|error: T::Err| error.to_string()),
        _ => Err("must be a text".into()),
    }
}

/// One of these words.
pub(super) fn word_of<T: Copy>(words: &[(&'static str, T)]) -> impl Read<T> {
    move |value| {
        let found = match value {
            DeValue::String(text) => words.iter().find(|(word, _)| *word == text.as_ref()),
            _ => None,
        };
        let all = || words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        found.map(|(_, value)| *value).ok_or_else(|| format!("must be one of {}", all()))
    }
}

pub(super) fn boolean(value: &DeValue<'_>) -> Result<bool, String> {
    match value {
        DeValue::Boolean(value) => Ok(*value),
        _ => Err("must be true or false".into()),
    }
}

/// A list of at most `most` different values.
pub(super) fn list<T: PartialEq>(most: usize, item: impl Read<T>) -> impl Read<Vec<T>> {
    move |value| {
        let DeValue::Array(items) = value else { return Err("must be a list".into()) };
        if items.len() > most {
            return Err(format!("must have at most {most} values"));
        }
        let mut values = Vec::with_capacity(items.len());
        for found in items.iter() {
            let value = item(found.get_ref()).map_err(|message| format!("has a value that {message}"))?;
            if values.contains(&value) {
                return Err("has a value twice".into());
            }
            values.push(value);
        }
        Ok(values)
    }
}
