//! `fluence config`: shows the settings.

use std::io::{self, Write};

use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, Report};
use super::settings;
use crate::config::{DEFAULTS, Settings};

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the settings in force as TOML. Secrets are redacted.
    Show {
        /// Print the defaults and explanations instead.
        #[arg(long)]
        defaults: bool,
    },
}

/// Prints the settings in force, or the defaults.
///
/// # Errors
/// When the settings are faulty, or cannot be printed.
pub fn run(command: &ConfigCommand, data_dir: Option<String>, output: Output) -> anyhow::Result<()> {
    match command {
        ConfigCommand::Show { defaults: true } => output.print(&Defaults(toml::from_str(DEFAULTS)?)),
        ConfigCommand::Show { defaults: false } => {
            output.print(&Shown(settings::for_command(data_dir, false)?.0))
        }
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
