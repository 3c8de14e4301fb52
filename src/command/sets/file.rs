//! The file of a set: read and checked.

use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, anyhow};

use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::catalogue::{FileFault, FileFaults, MAX_FILE_BYTES};
use crate::command::output::{count, printable};
use crate::domain::offer_set::SetKind;

/// Checks a file as `apply` does, but for what only the database knows.
///
/// # Errors
/// When it cannot be read, or is faulty: every fault with its line.
pub(in crate::command) fn check(kind: SetKind, file: &Path) -> anyhow::Result<()> {
    let faults = |faults: FileFaults| anyhow!("{}: {}", file.display(), fault_lines(&faults.0));
    checked(kind, &read(file)?).map_err(faults)
}

/// The variable of the setting that names the file of a set.
pub(in crate::command) const fn setting(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Catalogue => "FLUENCE_CATALOGUE",
        SetKind::Routes => "FLUENCE_ROUTES",
    }
}

/// Checks the text of a new set.
pub(super) fn checked(kind: SetKind, text: &str) -> Result<(), FileFaults> {
    match kind {
        SetKind::Catalogue => Catalogue::parse(text).map(drop),
        SetKind::Routes => RouteSet::parse_new(text).map(drop),
    }
}

/// Reads a file, at most a byte more than it may have.
pub(super) fn read(file: &Path) -> anyhow::Result<String> {
    let limit = MAX_FILE_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let shown = file.display();
    let read = match file.to_str() {
        Some("-") => io::stdin().lock().take(limit).read_to_end(&mut bytes),
        _ => std::fs::File::open(file).and_then(|opened| opened.take(limit).read_to_end(&mut bytes)),
    };
    read.with_context(|| format!("cannot read {shown}"))?;
    if bytes.len() > MAX_FILE_BYTES {
        // The check refuses it for its length.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("cannot read {shown}: line {line} has a byte that is not UTF-8; save the file as UTF-8")
    })
}

pub(super) fn explained(FileFaults(faults): FileFaults) -> anyhow::Error {
    anyhow!("{}:\n  {}", count(faults.len() as u64, "fault"), fault_lines(&faults))
}

/// Every fault on a line of its own.
fn fault_lines(faults: &[FileFault]) -> String {
    let lines =
        faults.iter().map(|FileFault { line, message }| format!("line {line}: {}", printable(message)));
    lines.collect::<Vec<_>>().join("\n  ")
}
