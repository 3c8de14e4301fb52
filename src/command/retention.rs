//! `fluence retention`: how long data lives, and months of the ledger that leave the database.

mod check;
mod detach;
mod export;
mod show;

use std::path::PathBuf;

use clap::Subcommand;

use super::context::Context;
use super::output::Output;
use crate::domain::month::Month;

#[derive(Debug, Subcommand)]
pub enum RetentionCommand {
    /// Show all tables, the largest first: rows, size, and what ends their rows.
    Show,
    /// Write a month of the ledger into a new file, and verify it. Changes nothing in the database.
    Export {
        /// The month, such as 2026-01. It must be over.
        #[arg(long)]
        month: Month,
        /// The file. It must not exist.
        #[arg(long)]
        to: PathBuf,
    },
    /// Read an export back: whole, unchanged, every batch by its seal, and as the ledger has it.
    Check {
        /// The file of `export`.
        file: PathBuf,
    },
    /// Check an export, then delete the entries of its month from the database. Refused while they
    /// are needed.
    Detach {
        /// The file of `export`.
        file: PathBuf,
    },
}

impl RetentionCommand {
    pub(super) async fn run(self, context: &Context, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Show => show::run(context, output).await,
            Self::Export { month, to } => export::run(month, &to, context, output).await,
            Self::Check { file } => check::run(&file, context, output).await,
            Self::Detach { file } => detach::run(&file, context, output).await,
        }
    }
}
