//! `fluence retention export`: a month of the ledger as a file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::Serialize;
use sqlx::{Connection, PgConnection};

use crate::clock::now;
use crate::command::context::Context;
use crate::command::output::{Output, Report, write_fields};
use crate::domain::hex;
use crate::domain::month::Month;
use crate::storage::ledger::archive;
use crate::storage::ledger::archive::file::{Export, ExportWriter};

pub(super) async fn run(month: Month, to: &Path, context: &Context, output: Output) -> anyhow::Result<()> {
    if month.ends_at() > now() {
        bail!("{month} is not over: its entries are still being written");
    }
    let mut connection = context.connection().await?;
    if let Some(archived) = archive::archived(&mut connection, month).await? {
        let entries = archived.entries;
        bail!("{month} was detached: its entries ({entries}) are in the export that was made before");
    }
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let file = file.with_context(|| format!("cannot create {}", to.display()))?;
    let written = write(month, file, &mut connection).await;
    if written.is_err() {
        // Of no use, and in the way of the next try.
        let _ = fs::remove_file(to);
    }
    let export = written.with_context(|| format!("cannot export {month}"))?;
    output.print(&ExportReport::new(&export, to))
}

/// Writes the file and flushes it to the disk.
async fn write(month: Month, file: File, connection: &mut PgConnection) -> anyhow::Result<Export> {
    let mut snapshot = connection.begin_with("begin isolation level repeatable read read only").await?;
    archive::open(&mut snapshot, month).await?;
    let mut file = BufWriter::new(file);
    let (mut writer, head) = ExportWriter::begin(month);
    file.write_all(&head)?;
    loop {
        let rows = archive::fetch(&mut snapshot).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            file.write_all(&writer.row(row)?)?;
        }
    }
    archive::close(&mut snapshot).await?;
    snapshot.rollback().await?;
    let (export, end) = writer.end()?;
    file.write_all(&end)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(export)
}

/// What an export has.
#[derive(Serialize)]
pub(super) struct ExportReport {
    month: String,
    file: String,
    batches: u64,
    entries: u64,
    sha256: String,
}

impl ExportReport {
    pub(super) fn new(export: &Export, file: &Path) -> Self {
        Self {
            month: export.month.to_string(),
            file: file.display().to_string(),
            batches: export.batches,
            entries: export.entries,
            sha256: hex::encode(&export.digest),
        }
    }
}

impl Report for ExportReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("month", &self.month),
                ("file", &self.file),
                ("batches", &self.batches),
                ("entries", &self.entries),
                ("sha256", &self.sha256),
            ],
        )
    }
}
