//! `fluence retention check`: reads an export back.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use sqlx::PgConnection;

use super::export::ExportReport;
use crate::command::context::Context;
use crate::command::output::Output;
use crate::storage::ledger::archive::file::{Export, ExportReader};
use crate::storage::ledger::archive::{self, BatchHash};

/// The longest line: a batch has at most some thousand captures of 40 characters.
const MAX_LINE_BYTES: u64 = 64 * 1024 * 1024;
/// Batches that are compared at a time.
const COMPARED_AT_ONCE: usize = 1_000;

pub(super) async fn run(file: &Path, context: &Context, output: Output) -> anyhow::Result<()> {
    let export = read_back(file, &mut *context.connection().await?).await?;
    output.print(&ExportReport::new(&export, file))
}

/// Reads a whole export, and compares it with the ledger.
///
/// # Errors
/// When it is not whole, was changed, or the ledger has other batches or another number of entries.
pub(super) async fn read_back(file: &Path, connection: &mut PgConnection) -> anyhow::Result<Export> {
    let shown = file.display();
    let mut lines = BufReader::new(File::open(file).with_context(|| format!("cannot open {shown}"))?);
    let (mut reader, mut line, mut number) = (ExportReader::default(), Vec::new(), 0_u64);
    let mut batches = Vec::new();
    loop {
        line.clear();
        let read = lines.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line);
        if read.with_context(|| format!("cannot read {shown}"))? == 0 {
            break;
        }
        number += 1;
        batches.extend(reader.line(&line).with_context(|| format!("{shown}, line {number}"))?);
        if batches.len() >= COMPARED_AT_ONCE {
            compare(&mut batches, &reader, connection).await?;
        }
    }
    compare(&mut batches, &reader, connection).await?;
    let export = reader.end().with_context(|| shown.to_string())?;
    compare_counts(&export, connection).await?;
    Ok(export)
}

async fn compare(
    batches: &mut Vec<BatchHash>,
    reader: &ExportReader,
    connection: &mut PgConnection,
) -> anyhow::Result<()> {
    if let Some(month) = reader.month() {
        let matching = archive::matching(connection, month, batches).await?;
        ensure!(
            matching == batches.len() as u64,
            "the ledger does not have all batches of the file: it is the export of another database"
        );
    }
    batches.clear();
    Ok(())
}

async fn compare_counts(export: &Export, connection: &mut PgConnection) -> anyhow::Result<()> {
    let month = export.month;
    let there = archive::counts(connection, month).await?;
    if there.batches.unsigned_abs() != export.batches {
        bail!("batches of {month}: {} in the ledger, {} in the file", there.batches, export.batches);
    }
    match archive::archived(connection, month).await? {
        // The seals of equal batches cover every entry, so the same entries were exported once
        // more.
        Some(archived) if archived.entries.unsigned_abs() == export.entries => Ok(()),
        None if there.entries.unsigned_abs() == export.entries => Ok(()),
        archived => {
            let entries = archived.map_or(there.entries, |archived| archived.entries);
            bail!("entries of {month}: {entries} in the ledger, {} in the file", export.entries)
        }
    }
}
