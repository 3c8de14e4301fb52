//! `fluence catalogue` and `fluence routes`: what is sold, as numbered sets that are applied whole.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use chrono::TimeDelta;
use clap::Subcommand;
use serde::Serialize;

use super::confirm::{self, Confirmation};
use super::context::Context;
use super::output::{Output, Report, count, printable, write_table};
use crate::app::upstream_faults;
use crate::catalogue::plans::Catalogue;
use crate::catalogue::routes::RouteSet;
use crate::catalogue::sets::{Change, Difference, differences, shipped, warnings};
use crate::catalogue::{FileFault, FileFaults, MAX_FILE_BYTES};
use crate::config::Settings;
use crate::domain::call_lease::CallLease;
use crate::domain::offer_set::{SHIPPED_SET, SetKind};
use crate::management::offer_sets::{Applied, ApplyError, apply};
use crate::storage::offer_sets::{self, AppliedSet, OfferSet};
use crate::storage::pool;

/// Most sets that `list` shows.
const LISTED: i64 = 100;

#[derive(Debug, Subcommand)]
pub enum SetCommand {
    /// Check a file, list every fault with its line, and put it in force on all gateways.
    Apply {
        /// The file, or `-` for standard input.
        file: PathBuf,
        /// Wait until every gateway has taken it up.
        #[arg(long)]
        wait: bool,
    },
    /// Print a set, in the format of `apply`.
    Show {
        /// Its number; 0 is the shipped set [default: the set in force].
        number: Option<i32>,
    },
    /// Check a file, and list what it would change.
    Diff {
        /// The file, or `-` for standard input.
        file: PathBuf,
    },
    /// Apply an earlier set again, under a new number.
    Rollback {
        /// Its number; 0 is the shipped set.
        number: i32,
        /// Wait until every gateway has taken it up.
        #[arg(long)]
        wait: bool,
    },
    /// List the sets that were applied, newest first.
    List,
}

impl SetCommand {
    /// # Errors
    /// When a file is faulty, a set does not exist, or the database cannot be reached.
    pub(super) async fn run(self, kind: SetKind, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Apply { file, wait } => {
                let text = read(&file)?;
                checked(kind, &text).map_err(explained)?;
                put_in_force(kind, &text, wait, context, output).await
            }
            Self::Show { number } => {
                let set = set(kind, number, context).await?;
                output.print(&Shown { kind, set })
            }
            Self::Diff { file } => {
                let (current, text) = (set(kind, None, context).await?, read(&file)?);
                checked(kind, &text).map_err(explained)?;
                let changes = differences(kind, &current.text, &text).map_err(explained)?;
                let warnings = warnings_with(kind, &text, context).await;
                output.print(&DiffReport { kind, number: current.number, changes, warnings })
            }
            Self::Rollback { number, wait } => {
                let set = set(kind, Some(number), context).await?;
                put_in_force(kind, &set.text, wait, context, output).await
            }
            Self::List => {
                let sets = offer_sets::list(&mut *context.connection().await?, kind, LISTED).await?;
                output.print(&Listed { kind, sets })
            }
        }
    }
}

/// Applies the files that the settings name, as `apply` does.
///
/// # Errors
/// When a file is faulty or cannot be read, or the database refuses it. Nothing of that file is
/// applied.
pub(super) async fn apply_files(context: &Context, settings: &Settings) -> anyhow::Result<()> {
    for (kind, file) in [(SetKind::Catalogue, &settings.catalogue), (SetKind::Routes, &settings.routes)] {
        if file.is_empty() {
            continue;
        }
        let applied = apply_text(context, kind, &read(Path::new(file))?).await;
        if let Applied::New(number) = applied.with_context(|| format!("cannot apply {file}"))? {
            tracing::info!(file, number, kind = kind.as_str(), "set applied");
        }
    }
    Ok(())
}

/// Checks a file as `apply` does, but for what only the database knows.
///
/// # Errors
/// When it cannot be read, or is faulty: every fault with its line.
pub(super) fn check_file(kind: SetKind, file: &Path) -> anyhow::Result<()> {
    checked(kind, &read(file)?).map_err(|faults| anyhow!(fault_lines(&faults.0)))
}

/// Checks the text of a new set.
fn checked(kind: SetKind, text: &str) -> Result<(), FileFaults> {
    match kind {
        SetKind::Catalogue => Catalogue::parse(text).map(drop),
        SetKind::Routes => RouteSet::parse_new(text).map(drop),
    }
}

async fn apply_text(context: &Context, kind: SetKind, text: &str) -> anyhow::Result<Applied> {
    let mut owner = pool::owner_connection(context.options()).await?;
    apply(&mut owner, &context.operator(), kind, text).await.map_err(|error| match error {
        ApplyError::Faults(faults) => explained(faults),
        error => anyhow::Error::new(error).context("nothing was changed"),
    })
}

/// Reads a file, at most a byte more than it may have.
fn read(file: &Path) -> anyhow::Result<String> {
    let limit = MAX_FILE_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let shown = file.display();
    let read = match file.to_str() {
        Some("-") => io::stdin().lock().take(limit).read_to_end(&mut bytes),
        _ => std::fs::File::open(file).and_then(|opened| opened.take(limit).read_to_end(&mut bytes)),
    };
    read.with_context(|| format!("cannot read {shown}"))?;
    if bytes.len() > MAX_FILE_BYTES {
        // Too long, whatever it says.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().iter().take(error.utf8_error().valid_up_to());
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        anyhow!("cannot read {shown}: line {line} has a byte that is not UTF-8; save the file as UTF-8")
    })
}

fn explained(FileFaults(faults): FileFaults) -> anyhow::Error {
    let faults_found = count(faults.len() as u64, "fault");
    anyhow!("{faults_found}; nothing was changed:\n  {}", fault_lines(&faults))
}

/// Every fault on a line of its own.
fn fault_lines(faults: &[FileFault]) -> String {
    let lines =
        faults.iter().map(|FileFault { line, message }| format!("line {line}: {}", printable(message)));
    lines.collect::<Vec<_>>().join("\n  ")
}

/// The set with this number, or the one in force.
async fn set(kind: SetKind, number: Option<i32>, context: &Context) -> anyhow::Result<OfferSet> {
    let mut connection = context.connection().await?;
    let shipped = || OfferSet { number: SHIPPED_SET, text: shipped(kind).to_owned() };
    match number {
        None => Ok(offer_sets::newest(&mut connection, kind).await?.unwrap_or_else(shipped)),
        Some(SHIPPED_SET) => Ok(shipped()),
        Some(number) => {
            let found = offer_sets::find(&mut connection, kind, number).await?;
            let kind = kind.as_str();
            found.ok_or_else(|| anyhow!("set {number} does not exist; `fluence {kind} list` lists all"))
        }
    }
}

async fn put_in_force(
    kind: SetKind,
    text: &str,
    wait: bool,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    let before = set(kind, None, context).await?;
    // A set of another version may be unreadable for this one: then there is nothing to compare
    // with.
    let changes = differences(kind, &before.text, text).unwrap_or_default();
    let (number, is_new) = match apply_text(context, kind, text).await? {
        Applied::New(number) => (number, true),
        Applied::Already(number) => (number, false),
    };
    let confirmation = match wait {
        true => Some(confirm::every_gateway_sells_by(context, kind, number).await?),
        false => None,
    };
    let warnings = warnings_with(kind, text, context).await;
    output.print(&ApplyReport { kind, number, is_new, changes, warnings, confirmation: &confirmation })?;
    match &confirmation {
        Some(confirmation) => confirmation.require_offer(kind, number),
        None => Ok(()),
    }
}

/// What an operator should know about a set beside the set of the other kind that is in force.
/// Empty where this program cannot read one of both.
async fn warnings_with(kind: SetKind, text: &str, context: &Context) -> Vec<String> {
    let sets = async {
        anyhow::Ok(match kind {
            SetKind::Catalogue => (Catalogue::parse(text)?, context.routes().await?),
            SetKind::Routes => (context.catalogue().await?, RouteSet::parse(text)?),
        })
    };
    let Ok((catalogue, routes)) = sets.await else { return Vec::new() };
    let of_upstreams = match kind {
        SetKind::Catalogue => Vec::new(),
        SetKind::Routes => upstream_faults(&routes.upstreams),
    };
    // A gateway may have what this machine lacks.
    let of_upstreams = of_upstreams
        .into_iter()
        .map(|fault| format!("{fault}; a gateway where that is so keeps its current routes"));
    let of_prices = routes.warnings().into_iter().filter(|_| kind == SetKind::Routes);
    let sign_up = context.settings().sign_up_warning(&catalogue).filter(|_| kind == SetKind::Catalogue);
    warnings(&catalogue, &routes).into_iter().chain(of_prices).chain(of_upstreams).chain(sign_up).collect()
}

impl Context {
    /// How long a hold may stay open: as long as its gateway may be silent, or as the longest call
    /// of the routes in force or of those before them may take.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub(super) async fn longest_hold(&self) -> anyhow::Result<TimeDelta> {
        let mut connection = self.connection().await?;
        let newest = offer_sets::newest(&mut connection, SetKind::Routes).await?;
        let before = match &newest {
            Some(newest) => offer_sets::find(&mut connection, SetKind::Routes, newest.number - 1).await?,
            None => None,
        };
        let lease = CallLease::from(self.hold_life());
        let sets = newest.iter().chain(&before).filter_map(|set| RouteSet::parse(&set.text).ok());
        lease.follow(sets.map(|set| set.longest_total_s()).max().unwrap_or(0));
        Ok(lease.get())
    }

    /// The routes in force.
    ///
    /// # Errors
    /// When this program cannot read them, or the database cannot be reached.
    pub async fn routes(&self) -> anyhow::Result<RouteSet> {
        let OfferSet { number, text } = set(SetKind::Routes, None, self).await?;
        RouteSet::parse(&text).map_err(|faults| anyhow!("this program cannot read routes {number}: {faults}"))
    }

    /// The catalogue in force.
    ///
    /// # Errors
    /// When this program cannot read it, or the database cannot be reached.
    pub async fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let OfferSet { number, text } = set(SetKind::Catalogue, None, self).await?;
        Catalogue::parse(&text)
            .map_err(|faults| anyhow!("this program cannot read catalogue {number}: {faults}"))
    }
}

struct Shown {
    kind: SetKind,
    set: OfferSet,
}

impl Serialize for Shown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let OfferSet { number, text } = &self.set;
        serde_json::json!({ "kind": self.kind, "number": number, "text": text }).serialize(serializer)
    }
}

impl Report for Shown {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.set.text.as_bytes())
    }
}

#[derive(Serialize)]
struct DiffReport {
    kind: SetKind,
    /// The set that the file was compared with.
    number: i32,
    changes: Vec<Difference>,
    warnings: Vec<String>,
}

impl Report for DiffReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let (kind, number) = (self.kind.as_str(), self.number);
        writeln!(out, "compared with {kind} {number}: {}", count(self.changes.len() as u64, "change"))?;
        write_changes(out, &self.changes)?;
        write_warnings(out, &self.warnings)
    }
}

fn write_warnings(out: &mut impl Write, warnings: &[String]) -> io::Result<()> {
    warnings.iter().try_for_each(|warning| writeln!(out, "warning: {}", printable(warning)))
}

fn write_changes(out: &mut impl Write, changes: &[Difference]) -> io::Result<()> {
    for Difference { subject, change } in changes {
        match change {
            Change::Added => writeln!(out, "+ {subject}")?,
            Change::Removed => writeln!(out, "- {subject}")?,
            Change::Changed { fields } => {
                writeln!(out, "~ {subject}")?;
                for field in fields {
                    let line = format!("{}: {} -> {}", field.field, field.before, field.after);
                    writeln!(out, "    {}", printable(&line))?;
                }
            }
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct ApplyReport<'a> {
    kind: SetKind,
    number: i32,
    /// Whether the set is a new one. If not, the newest set already has this text.
    #[serde(rename = "new")]
    is_new: bool,
    changes: Vec<Difference>,
    warnings: Vec<String>,
    #[serde(flatten)]
    confirmation: &'a Option<Confirmation>,
}

impl Report for ApplyReport<'_> {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let (kind, number) = (self.kind.as_str(), self.number);
        match self.is_new {
            true => writeln!(out, "{kind} {number} applied: {}", count(self.changes.len() as u64, "change"))?,
            false => writeln!(out, "{kind} {number} already has this text; nothing was changed")?,
        }
        write_changes(out, &self.changes)?;
        write_warnings(out, &self.warnings)?;
        self.confirmation.as_ref().map_or(Ok(()), |confirmation| confirmation.write_text(out))
    }
}

#[derive(Serialize)]
struct Listed {
    kind: SetKind,
    sets: Vec<AppliedSet>,
}

impl Report for Listed {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |set: &AppliedSet| {
            let applied_at = set.applied_at.format("%F %TZ").to_string();
            [set.number.to_string(), applied_at, set.applied_by.clone(), set.bytes.to_string()]
        };
        let rows: Vec<_> = self.sets.iter().map(row).collect();
        write_table(out, ["NUMBER", "APPLIED AT", "BY", "BYTES"], &rows)?;
        if self.sets.is_empty() {
            let none = match self.kind {
                SetKind::Catalogue => "no catalogue was applied: the shipped one is in force",
                SetKind::Routes => "no routes were applied: the shipped ones are in force",
            };
            writeln!(out, "{none}")?;
        }
        Ok(())
    }
}
