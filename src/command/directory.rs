//! `fluence directory`: the people directory that all accounts share.

mod import;

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;
use tokio::fs::File;
use tokio::io::{AsyncBufRead, BufReader};

pub use self::import::{FaultyLine, ImportError, ImportOptions, ImportReport, import};
use super::consent::Consent;
use super::context::Context;
use super::output::{Output, Report, count, or_dash, printable, write_fields, write_table};
use crate::domain::text::Name;
use crate::people::sample::SAMPLE_SOURCE;
use crate::storage::clock;
use crate::storage::directory::removal;
pub use crate::storage::directory::stats::{DirectoryStats, Shortage, SourceStats, shortage, stats};

/// Bytes read from a file at a time.
const READ_BYTES: usize = 1 << 20;

#[derive(Debug, Subcommand)]
pub enum DirectoryCommand {
    /// Import people from JSON lines. Reports faulty lines and imports the others.
    Import(ImportFile),
    /// Count the people in the directory.
    Stats,
    /// Remove all people of one source, such as the sample people of `fluence demo`. Asks first.
    Remove(Removal),
}

#[derive(Debug, Args)]
pub struct ImportFile {
    /// File with one person a line. `-` reads standard input.
    #[arg(value_name = "FILE.jsonl")]
    file: PathBuf,
    /// Source of lines without `source`. Source and `external_id` identify a person across imports.
    #[arg(long, default_value = "import")]
    source: Name,
}

#[derive(Debug, Args)]
pub struct Removal {
    /// Source, as listed by `fluence directory stats`.
    #[arg(long)]
    source: Name,
    #[command(flatten)]
    consent: Consent,
}

impl DirectoryCommand {
    /// # Errors
    /// When the file cannot be read, has faulty lines, or the database cannot be reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        let now = clock::now(&mut *context.connection().await?).await?;
        match self {
            Self::Import(order) => import_file(order, context, output, now).await,
            Self::Stats => output.print(&stats(context.pool(), now).await?),
            Self::Remove(order) => remove(order, context, output).await,
        }
    }
}

async fn import_file(
    order: ImportFile,
    context: &Context,
    output: Output,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    let lines = BufReader::with_capacity(READ_BYTES, open(&order.file).await?);
    let report = import_into(context, lines, order.source.as_str(), now).await?;
    output.print(&report)?;
    if !report.is_clean() {
        bail!("{} rejected; all other lines were imported", count(report.faulty, "line"));
    }
    Ok(())
}

async fn open(file: &Path) -> anyhow::Result<File> {
    if file == Path::new("-") {
        let input = io::stdin().as_fd().try_clone_to_owned().context("cannot read standard input")?;
        return Ok(File::from_std(input.into()));
    }
    File::open(file).await.with_context(|| format!("cannot open {}", file.display()))
}

async fn remove(order: Removal, context: &Context, output: Output) -> anyhow::Result<()> {
    let source = order.source.as_str();
    let people = removal::count(&mut *context.connection().await?, source).await?.unsigned_abs();
    if people == 0 {
        bail!("the directory has no people of source {source}; `fluence directory stats` lists the sources");
    }
    let report = |people, removed| RemovalReport { source: source.to_owned(), people, removed };
    if !order.consent.is_given(async { Ok(report(people, false)) }, output).await? {
        return Ok(());
    }
    let people = removal::remove_source(context.pool(), &context.operator().actor, source).await?;
    output.print(&report(people, true))
}

#[derive(Debug, Serialize)]
struct RemovalReport {
    source: String,
    people: u64,
    /// False before the removal, as in a dry run.
    removed: bool,
}

impl Report for RemovalReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let people = match self.people {
            1 => "1 person".to_owned(),
            people => format!("{people} people"),
        };
        let verb = if self.removed { "removed" } else { "would be removed" };
        writeln!(out, "{people} of the source {} {verb}", printable(&self.source))
    }
}

/// What is wrong with the directory, and what to do.
pub(super) fn advice(shortage: Shortage) -> String {
    match shortage {
        Shortage::Empty => {
            "the directory is empty: calls about people who are not contacts of the account find no one and are still \
             charged. Import people with `fluence directory import`"
                .to_owned()
        }
        Shortage::SampleOnly => format!(
            "the directory contains only invented people, and customers pay for calls about them. Import people with \
             `fluence directory import`, and remove the invented ones with `fluence directory remove --source \
             {SAMPLE_SOURCE}`"
        ),
    }
}

/// Imports people, with the retention of the settings.
pub(super) async fn import_into(
    context: &Context,
    lines: impl AsyncBufRead + Unpin,
    source: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<ImportReport> {
    let retention = context.settings().people.retention;
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
                ("rejected", &self.faulty),
            ],
        )?;
        for fault in &self.faults {
            writeln!(out, "line {}: {}", fault.line, printable(&fault.reason))?;
        }
        match self.faulty.checked_sub(self.faults.len() as u64) {
            None | Some(0) => Ok(()),
            Some(more) => writeln!(out, "and {more} more faulty lines"),
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
        if let Some(shortage) = self.shortage {
            writeln!(out, "\nwarning: {}", advice(shortage))?;
        }
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
