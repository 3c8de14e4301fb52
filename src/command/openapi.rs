//! `fluence openapi`: prints the OpenAPI document.

use std::io::{self, Write};

use super::output::{Output, Report};
use crate::app::documented;
use crate::config::Settings;
use crate::openapi::Document;

/// Prints the document of a gateway with these settings, as `/openapi.json` answers it.
///
/// # Errors
/// When a file compiled into the program is faulty, or the document cannot be printed.
pub fn run(settings: &Settings, output: Output) -> anyhow::Result<()> {
    output.print(&Document::of(&documented(settings)?))
}

impl Report for Document {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }
}
