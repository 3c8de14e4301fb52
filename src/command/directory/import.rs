//! Importing people from JSON lines.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};
use uuid::Uuid;

use crate::domain::ids::PersonId;
use crate::people::directory_line::{DirectoryLine, LineFault, MAX_LINE_BYTES};
use crate::storage::directory::import::{BatchOutcome, NewPerson, finish_import, import_batch};
use crate::storage::error::StorageError;
use crate::storage::pool::acquire;

/// A batch is written at this number of people or bytes of lines.
const BATCH_PEOPLE: usize = 500;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Further faults are only counted.
const MAX_FAULTS_LISTED: usize = 1_000;

/// How an import treats its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportOptions {
    /// Source of lines without one.
    pub default_source: String,
    /// How long people are kept after their last import.
    pub retention: Duration,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Lines read, without blank ones.
    pub lines: u64,
    pub added: u64,
    /// People whose record changed.
    pub updated: u64,
    /// People whose record is the same.
    pub unchanged: u64,
    /// Lines about people who opted out.
    pub opted_out: u64,
    pub faulty: u64,
    /// The first thousand rejected lines.
    pub faults: Vec<FaultyLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultyLine {
    /// Number in the file, from 1.
    pub line: u64,
    pub reason: String,
}

/// Why an import ended early. Batches stored before stay.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("cannot read the file after line {after_line}: {error}")]
    Read { after_line: u64, error: std::io::Error },
    #[error("people.retention_days is too long")]
    RetentionTooLong,
    #[error("cannot store people: {0}")]
    Storage(#[from] StorageError),
}

impl ImportReport {
    /// Whether every line was accepted.
    pub fn is_clean(&self) -> bool {
        self.faulty == 0
    }

    fn fault(&mut self, line: u64, fault: &LineFault) {
        self.faulty += 1;
        if self.faults.len() < MAX_FAULTS_LISTED {
            self.faults.push(FaultyLine { line, reason: fault.to_string() });
        }
    }

    fn count(&mut self, outcome: BatchOutcome) {
        self.added += outcome.added;
        self.updated += outcome.updated;
        self.unchanged += outcome.unchanged;
        self.opted_out += outcome.opted_out;
    }
}

/// Imports people from JSON lines in batches, so that memory is bounded. Reports faulty lines and
/// imports the others.
pub async fn import(
    pool: &PgPool,
    mut lines: impl AsyncBufRead + Unpin,
    options: &ImportOptions,
    now: DateTime<Utc>,
) -> Result<ImportReport, ImportError> {
    let expires_at = chrono::TimeDelta::from_std(options.retention)
        .ok()
        .and_then(|retention| now.checked_add_signed(retention))
        .ok_or(ImportError::RetentionTooLong)?;
    let mut connection = acquire(pool).await?;
    let mut report = ImportReport::default();
    let mut batch = Batch::default();
    let mut line = Vec::new();
    let mut number = 0;
    while read_line(&mut lines, &mut line)
        .await
        .map_err(|error| ImportError::Read { after_line: number, error })?
    {
        number += 1;
        let text = without_byte_order_mark(&line, number).trim_ascii();
        if text.is_empty() {
            continue;
        }
        report.lines += 1;
        match DirectoryLine::parse(text) {
            Ok(parsed) => batch.push(parsed, line.len(), options),
            Err(fault) => report.fault(number, &fault),
        }
        if batch.is_full() {
            report.count(import_batch(&mut connection, batch.take(), now, expires_at).await?);
        }
    }
    report.count(import_batch(&mut connection, batch.take(), now, expires_at).await?);
    drop(connection);
    if report.added + report.updated > 0 {
        finish_import(pool).await?;
    }
    Ok(report)
}

#[derive(Default)]
struct Batch {
    people: Vec<NewPerson>,
    bytes: usize,
}

impl Batch {
    fn push(&mut self, line: DirectoryLine, bytes: usize, options: &ImportOptions) {
        let id = PersonId::from_uuid(Uuid::now_v7());
        self.people.push(NewPerson::new(id, line, &options.default_source));
        self.bytes += bytes;
    }

    fn is_full(&self) -> bool {
        self.people.len() >= BATCH_PEOPLE || self.bytes >= BATCH_BYTES
    }

    fn take(&mut self) -> Vec<NewPerson> {
        self.bytes = 0;
        std::mem::take(&mut self.people)
    }
}

/// Removes U+FEFF, with which some editors begin a file.
fn without_byte_order_mark(line: &[u8], number: u64) -> &[u8] {
    if number == 1 { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) } else { line }
}

/// Reads one line without its end into `line`. Returns false at the end of the file. A line that is
/// too long is cut where [`DirectoryLine::parse`] rejects it.
async fn read_line(lines: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    let longest = MAX_LINE_BYTES as u64 + 2; // one byte too many, and the line's end
    let read = (&mut *lines).take(longest).read_until(b'\n', line).await?;
    if line.last() != Some(&b'\n') && read as u64 == longest {
        skip_line(lines).await?;
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(read > 0)
}

async fn skip_line(lines: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<()> {
    loop {
        let buffered = lines.fill_buf().await?;
        if buffered.is_empty() {
            return Ok(());
        }
        let end = buffered.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffered.len(), |end| end + 1);
        lines.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}
