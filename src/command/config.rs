//! `fluence config`: the settings in force.

use std::io::{self, Write};

use clap::Subcommand;
use serde::Serialize;

use super::output::{Output, Report};
use crate::config::Settings;

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting in TOML, without the secrets.
    Show,
}

/// Prints the settings.
///
/// # Errors
/// When they cannot be printed.
pub fn show(settings: Settings, output: Output) -> anyhow::Result<()> {
    output.print(&Shown(settings))
}

#[derive(Serialize)]
struct Shown(Settings);

impl Report for Shown {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let text = toml::to_string(&self.0).map_err(io::Error::other)?;
        out.write_all(text.as_bytes())
    }
}
