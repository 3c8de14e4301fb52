//! `fluence directory`: the shared people directory.

mod import;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use tokio::io::{AsyncBufRead, BufReader};

pub use self::import::{FaultyLine, ImportError, ImportOptions, ImportReport, import};
use super::context::Context;
use super::output::{Output, Report, count, or_dash, printable, write_fields, write_table};
use crate::domain::text::Name;
use crate::storage::clock;
pub use crate::storage::directory::stats::{DirectoryStats, SourceStats, stats};

/// Bytes read from a file at a time.
const READ_BYTES: usize = 1 << 20;
const SECONDS_PER_DAY: u64 = 86_400;

/// What to do with the directory.
#[derive(Debug, Subcommand)]
pub enum DirectoryCommand {
    /// Import people from JSON lines. Faulty lines are reported, the others are imported.
    Import(ImportFile),
    /// Count what the directory holds.
    Stats,
}

/// `fluence directory import`.
#[derive(Debug, Args)]
pub struct ImportFile {
    /// The file, one person a line.
    #[arg(value_name = "FILE.jsonl")]
    file: PathBuf,
    /// The source of lines that name none; it and `external_id` identify a person when a file is imported again.
    #[arg(long, default_value = "import")]
    source: Name,
}

impl DirectoryCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the file cannot be read, has faulty lines, or the database is away.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let now = clock::now(&mut *context.connection().await?).await?;
        match self {
            Self::Import(order) => import_file(order, context, output, now).await,
            Self::Stats => output.print(&stats(context.pool(), now).await?),
        }
    }
}

async fn import_file(
    order: ImportFile,
    context: &Context,
    output: Output,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let file = tokio::fs::File::open(&order.file).await;
    let file = file.with_context(|| format!("cannot open {}", order.file.display()))?;
    let lines = BufReader::with_capacity(READ_BYTES, file);
    let report = import_into(context, lines, order.source.as_str(), now).await?;
    output.print(&report)?;
    if !report.is_clean() {
        bail!("{} refused; everything else was imported", count(report.faulty, "line"));
    }
    Ok(())
}

/// Imports people, to be kept as long as the settings say.
pub(super) async fn import_into(
    context: &Context,
    lines: impl AsyncBufRead + Unpin,
    source: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<ImportReport> {
    let days = context.settings().people.retention_days;
    let retention = Duration::from_secs(days.saturating_mul(SECONDS_PER_DAY));
    let options = ImportOptions { default_source: source.into(), retention };
    Ok(import(context.pool(), lines, &options, now).await?)
}

impl Report for ImportReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("lines", &self.lines),
                ("added", &self.added),
                ("updated", &self.updated),
                ("unchanged", &self.unchanged),
                ("opted out", &self.opted_out),
                ("refused", &self.faulty),
            ],
        )?;
        for fault in &self.faults {
            writeln!(out, "line {}: {}", fault.line, printable(&fault.reason))?;
        }
        match self.faulty.checked_sub(self.faults.len() as u64) {
            None | Some(0) => Ok(()),
            Some(more) => writeln!(out, "... and {more} more"),
        }
    }
}

impl Report for DirectoryStats {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(
            out,
            &[
                ("people", &self.people),
                ("with posts", &self.people_with_posts),
                ("companies", &self.companies),
                ("expired", &self.expired),
                ("opted out", &self.opt_outs),
            ],
        )?;
        if self.sources.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let row = |source: &SourceStats| {
            [source.source.clone(), or_dash(source.legal_basis.as_deref()), source.people.to_string()]
        };
        let rows: Vec<_> = self.sources.iter().map(row).collect();
        write_table(out, ["SOURCE", "LEGAL BASIS", "PEOPLE"], &rows)
    }
}
