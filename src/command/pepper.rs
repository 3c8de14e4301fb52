//! `fluence pepper`: the secrets that keys are hashed under, replaced one after the other.

use std::io::{self, Write};

use anyhow::{Context as _, bail, ensure};
use clap::Subcommand;
use serde::Serialize;

use super::context::Context;
use super::output::{Output, Report, or_dash, write_fields, write_table};
use super::pepper_file;
use crate::management;
use crate::secret::{Pepper, generate_pepper};
use crate::storage::peppers::{self, PepperStatus};

/// What to do with peppers.
#[derive(Debug, Subcommand)]
pub enum PepperCommand {
    /// Make a new pepper beside the present one.
    Add,
    /// Show the versions, and how many secrets hang on each.
    Status,
    /// Forget an old pepper, once no live secret needs it.
    Retire {
        /// Its version [default: that of the pepper being replaced].
        version: Option<i32>,
    },
}

impl PepperCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a pepper is being replaced already, or is still needed, or the database is away.
    pub async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Add if context.has_pepper_file() => add_to_file(context, output).await,
            Self::Add => add_to_settings(context, output),
            Self::Status => {
                // So that a pepper that no gateway has used yet is among them.
                context.peppers().await?;
                let peppers = peppers::status(&mut *context.connection().await?).await?;
                output.print(&StatusReport { peppers })
            }
            Self::Retire { version } => retire(version, context, output).await,
        }
    }
}

async fn add_to_file(context: &Context, output: Output) -> anyhow::Result<()> {
    let present = context.peppers().await?;
    let version = pepper_file::add(&context.pepper_path(), context.settings().pepper_version)?;
    context.peppers().await?;
    let file = Some(context.pepper_path().display().to_string());
    output.print(&AddReport { version, previous_version: present.newest().version(), file, pepper: None })
}

fn add_to_settings(context: &Context, output: Output) -> anyhow::Result<()> {
    let Some(present) = context.set_peppers() else {
        bail!("FLUENCE_PEPPER is not set, so there is none to replace");
    };
    ensure!(present.all().count() == 1, "a pepper is being replaced already; retire the old one first");
    let previous_version = present.newest().version();
    let version = previous_version.saturating_add(1);
    output.print(&AddReport { version, previous_version, file: None, pepper: Some(generate_pepper()) })
}

async fn retire(version: Option<i32>, context: &Context, output: Output) -> anyhow::Result<()> {
    let live = context.peppers().await?;
    let replaced = live.all().nth(1).map(Pepper::version);
    let version = version.or(replaced).context("no pepper is being replaced; name a version")?;
    let mut connection = context.connection().await?;
    let digests_forgotten =
        management::peppers::retire(&mut connection, &context.operator().actor, version).await?;
    if context.has_pepper_file() {
        pepper_file::remove(&context.pepper_path(), version, context.settings().pepper_version)?;
    }
    output.print(&RetireReport { version, digests_forgotten, is_setting: !context.has_pepper_file() })
}

#[derive(Serialize)]
struct AddReport {
    version: i32,
    previous_version: i32,
    /// Where it was written to.
    file: Option<String>,
    /// The new pepper, where it is for the operator to set.
    pepper: Option<String>,
}

impl Report for AddReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { version, previous_version, file, pepper } = self;
        if let Some(file) = file {
            write_fields(out, &[("version", version), ("replaces", previous_version), ("file", file)])?;
            writeln!(
                out,
                "\nRestart the gateway, and back the file up. Keys are hashed anew when they are used."
            )?;
        }
        if let Some(pepper) = pepper {
            write_fields(
                out,
                &[
                    ("FLUENCE_PEPPER", pepper),
                    ("FLUENCE_PEPPER_VERSION", version),
                    ("FLUENCE_PREVIOUS_PEPPER", &"the present FLUENCE_PEPPER"),
                    ("FLUENCE_PREVIOUS_PEPPER_VERSION", previous_version),
                ],
            )?;
            writeln!(
                out,
                "\nSet these on every gateway, one after the other, and restart it. Nothing was changed yet."
            )?;
        }
        writeln!(out, "`fluence pepper status` says when version {previous_version} can be retired.")
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
        write_fields(out, &[("retired", &self.version), ("digests forgotten", &self.digests_forgotten)])?;
        if self.is_setting {
            writeln!(out, "\nTake FLUENCE_PREVIOUS_PEPPER and its version out of the settings.")?;
        }
        Ok(())
    }
}
