//! Reads the seller's TOML files. Collects every fault with its line, so that one look at the
//! report is enough.

mod fields;
mod values;

use std::cell::RefCell;
use std::fmt;

use toml::de::DeTable;

pub(super) use self::fields::Fields;
pub(super) use self::values::{Read, boolean, integer, list, name, parsed, text, word_of};

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

/// Whether a file is new, or was applied by this program or an older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::catalogue) enum Strictness {
    New,
    Applied,
}

/// The faults of a file that is being read.
pub(in crate::catalogue) struct Faults<'t> {
    text: &'t str,
    strictness: Strictness,
    found: RefCell<Vec<FileFault>>,
}

impl Faults<'_> {
    /// Records a fault at a byte of the file.
    fn add(&self, at: usize, message: impl Into<String>) {
        let before = self.text.as_bytes().iter().take(at);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        let mut found = self.found.borrow_mut();
        if found.len() < MAX_FAULTS {
            found.push(FileFault { line, message: message.into() });
        }
    }
}

/// Reads a file with `read`, which returns `None` only if it recorded a fault.
pub(super) fn parse<T>(
    text: &str,
    strictness: Strictness,
    read: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, FileFaults> {
    let faults = Faults { text, strictness, found: RefCell::default() };
    let value = if text.len() > MAX_FILE_BYTES {
        faults.add(0, format!("a file has at most {MAX_FILE_BYTES} bytes"));
        None
    } else if text.trim().is_empty() {
        // A file that was not written to its end. Without its content it would mean the defaults.
        faults.add(0, "the file is empty");
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
