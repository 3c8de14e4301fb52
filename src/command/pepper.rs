//! `fluence pepper`: rotates the pepper.

use std::io::{self, Write};

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, ShownOnce, or_dash, write_fields, write_table};
use super::pepper_file;
use crate::management;
use crate::management::peppers::Retirement;
use crate::secret::{Pepper, generate_pepper};
use crate::storage::peppers::{self, PepperStatus};

#[derive(Debug, Subcommand)]
pub enum PepperCommand {
    /// Add a new pepper; the current one stays valid until it is retired.
    Add,
    /// Show the versions, and how many secrets are hashed with each.
    Status,
    /// Retire an old pepper that no valid secret needs, or free the version of an unused one.
    Retire {
        /// Version [default: the previous pepper].
        #[arg(allow_negative_numbers = true)]
        version: Option<i32>,
        /// The pepper is lost: end the secrets that need it.
        #[arg(long, requires = "version")]
        lost: bool,
    },
}

impl PepperCommand {
    /// # Errors
    /// When a rotation is in progress, the pepper is still needed, or the database cannot be
    /// reached.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Add if context.has_pepper_file() => add_to_file(context, output).await,
            Self::Add => add_to_settings(context, output).await,
            Self::Status => {
                context.compared_peppers().await?;
                let peppers = peppers::status(&mut *context.connection().await?).await?;
                output.print(&StatusReport { peppers })
            }
            Self::Retire { version, lost } => {
                let retirement = if lost { Retirement::Lost } else { Retirement::Replaced };
                retire(version, retirement, context, output).await
            }
        }
    }
}

async fn add_to_file(context: &Context, output: Output) -> anyhow::Result<()> {
    let present = context.peppers().await?;
    let known = peppers::highest(&mut *context.connection().await?).await?;
    let version = pepper_file::add(&context.pepper_path(), context.settings().pepper_version, known)?;
    context.peppers().await?;
    let file = Some(context.pepper_path().display().to_string());
    output.print(&AddReport { version, previous_version: present.newest().version(), file, pepper: None })
}

async fn add_to_settings(context: &Context, output: Output) -> anyhow::Result<()> {
    let Some(present) = context.set_peppers() else {
        bail!("FLUENCE_PEPPER is not set: set the current pepper first");
    };
    ensure!(present.all().count() == 1, "a rotation is in progress; retire the previous pepper first");
    let previous_version = present.newest().version();
    let known = peppers::highest(&mut *context.connection().await?).await?;
    let version =
        previous_version.max(known).checked_add(1).context("the version is the largest possible")?;
    let report = AddReport { version, previous_version, file: None, pepper: Some(generate_pepper()) };
    let lost = ShownOnce {
        what: "the new pepper".to_owned(),
        when_lost: "Nothing was changed: run the command again for another one".to_owned(),
    };
    output.print_once(&report, &lost)
}

async fn retire(
    version: Option<i32>,
    retirement: Retirement,
    context: &Context,
    output: Output,
) -> anyhow::Result<()> {
    let live = context.unchecked_peppers().await?;
    let replaced = live.all().nth(1).map(Pepper::version);
    let version = version.or(replaced).context("no rotation is in progress; give the version to retire")?;
    let (mut connection, actor) = (context.connection().await?, context.operator().actor);
    // First: the settings may have another pepper under its number.
    if management::peppers::forget_unused(&mut connection, &actor, version, &live).await? {
        return output.print(&RetireReport { version, digests_forgotten: 0, is_setting: false });
    }
    match retirement {
        Retirement::Replaced => {
            management::peppers::recognise(&mut connection, &actor, &live).await?;
        }
        Retirement::Lost => {
            management::peppers::recognise_after_loss(&mut connection, &actor, &live).await?;
        }
    }
    let digests_forgotten =
        management::peppers::retire(&mut connection, &actor, version, &live, retirement).await?;
    if context.has_pepper_file() {
        pepper_file::remove(&context.pepper_path(), version, context.settings().pepper_version)?;
    }
    output.print(&RetireReport { version, digests_forgotten, is_setting: !context.has_pepper_file() })
}

#[derive(Serialize)]
struct AddReport {
    version: i32,
    previous_version: i32,
    file: Option<String>,
    /// The new pepper, if the operator must set it.
    pepper: Option<String>,
}

impl Report for AddReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { version, previous_version, file, pepper } = self;
        if let Some(file) = file {
            write_fields(out, &[("version", version), ("replaces", previous_version), ("file", file)])?;
            writeln!(
                out,
                "\nRestart the gateway, and back up the file. Each key is hashed again at its next use."
            )?;
        }
        if let Some(pepper) = pepper {
            write_fields(
                out,
                &[
                    ("FLUENCE_PEPPER", pepper),
                    ("FLUENCE_PEPPER_VERSION", version),
                    ("FLUENCE_PREVIOUS_PEPPER", &"the current FLUENCE_PEPPER"),
                    ("FLUENCE_PREVIOUS_PEPPER_VERSION", previous_version),
                ],
            )?;
            writeln!(
                out,
                "\nNothing was changed yet. Set these values on every gateway, one gateway at a time, and restart it."
            )?;
        }
        writeln!(out, "`fluence pepper status` shows when version {previous_version} can be retired.")
    }
}

#[derive(Serialize)]
struct StatusReport {
    peppers: Vec<PepperStatus>,
}

impl Report for StatusReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let row = |pepper: &PepperStatus| {
            [
                pepper.version.to_string(),
                pepper.added_at.format("%F %RZ").to_string(),
                or_dash(pepper.retired_at.map(|at| at.format("%F %RZ"))),
                pepper.secrets.to_string(),
                pepper.needed_by.to_string(),
            ]
        };
        let rows: Vec<_> = self.peppers.iter().map(row).collect();
        write_table(out, ["VERSION", "ADDED", "RETIRED", "SECRETS", "NEEDED BY"], &rows)
    }
}

#[derive(Serialize)]
struct RetireReport {
    version: i32,
    digests_forgotten: i64,
    #[serde(skip)]
    is_setting: bool,
}

impl Report for RetireReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        write_fields(out, &[("retired", &self.version), ("digests deleted", &self.digests_forgotten)])?;
        if self.is_setting {
            writeln!(
                out,
                "\nRemove FLUENCE_PREVIOUS_PEPPER and FLUENCE_PREVIOUS_PEPPER_VERSION from the settings."
            )?;
        }
        Ok(())
    }
}
