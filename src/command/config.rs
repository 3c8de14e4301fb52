//! `fluence config`: shows and checks the settings.

use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context as _, bail};
use clap::Subcommand;
use serde::Serialize;

use super::error::one_line;
use super::output::{Output, Report};
use super::{sets, settings};
use crate::clock::now;
use crate::config::{DEFAULTS, Settings};
use crate::domain::offer_set::SetKind;
use crate::server::tls::Tls;

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the settings in force as TOML. Secrets are redacted.
    Show {
        /// Print the defaults and explanations instead.
        #[arg(long)]
        defaults: bool,
    },
    /// Check the settings and the files that they name, as `serve` reads them, and list all faults.
    /// Needs no database.
    Check,
}

/// Prints the settings in force, the defaults, or that the settings are valid.
///
/// # Errors
/// When the settings are faulty, or cannot be printed.
pub fn run(command: &ConfigCommand, data_dir: Option<String>, output: Output) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show { defaults: true } => output.print(&Defaults(toml::from_str(DEFAULTS)?)),
        ConfigCommand::Show { defaults: false } => output.print(&Shown(settings::for_command(data_dir)?)),
        ConfigCommand::Check => {
            let settings = settings::for_serve(None, data_dir)?;
            check_files(&settings)?;
            output.print(&Checked {
                valid: true,
                warnings: settings.warnings(),
                ignored: settings::ignored_variables(),
            })
        }
    }
}

/// Checks the files with which `serve` would not start: certificates, catalogue and routes.
fn check_files(settings: &Settings) -> anyhow::Result<()> {
    let set = |kind, file: &str| match file {
        "" => Ok(()),
        file => sets::file::check(kind, Path::new(file)).context(sets::file::setting(kind)),
    };
    let tls = if settings.tls.is_on() { Tls::check(&settings.tls, now()).map(drop) } else { Ok(()) };
    let checked = [
        tls.context("[tls]"),
        set(SetKind::Catalogue, &settings.catalogue),
        set(SetKind::Routes, &settings.routes),
    ];
    let faults: Vec<String> =
        checked.into_iter().filter_map(|checked| checked.err().map(|error| one_line(&error))).collect();
    match faults.as_slice() {
        [] => Ok(()),
        faults => bail!("{}", faults.join("\n")),
    }
}

#[derive(Serialize)]
struct Defaults(toml::Table);

impl Report for Defaults {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(DEFAULTS.as_bytes())
    }
}

#[derive(Serialize)]
struct Shown(Settings);

impl Report for Shown {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let text = toml::to_string(&self.0).map_err(io::Error::other)?;
        for name in settings::ignored_variables() {
            writeln!(out, "# {name} is set and ignored: the name belongs to client programs.")?;
        }
        for warning in self.0.warnings() {
            writeln!(out, "# Warning: {warning}.")?;
        }
        out.write_all(text.as_bytes())
    }
}

#[derive(Serialize)]
struct Checked {
    valid: bool,
    warnings: Vec<String>,
    /// Variables that belong to client programs.
    ignored: Vec<&'static str>,
}

impl Report for Checked {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        for warning in &self.warnings {
            writeln!(out, "Warning: {warning}.")?;
        }
        for name in &self.ignored {
            writeln!(out, "{name} is set and ignored: the name belongs to client programs.")?;
        }
        writeln!(out, "The settings are valid.")
    }
}
