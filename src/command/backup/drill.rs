//! `fluence backup drill`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::super::context::Context;
use super::super::output::{Output, Report, write_fields};
use super::create::create;
use super::manifest::{self, Manifest};
use super::phrase::PhraseArgs;
use super::restore::pepper;
use super::{ReplayedLog, Restored, clean_ledger, restored, seconds, state, wal_folders};
use crate::clock;
use crate::config::Settings;

#[derive(Debug, Args)]
pub struct DrillArgs {
    /// The backup to rehearse with [default: a new one of the private database].
    backup: Option<PathBuf>,
    /// Folder with a part of the write-ahead log, in addition to backup.archive_dir; may be
    /// repeated.
    #[arg(long, value_name = "DIR")]
    wal: Vec<PathBuf>,
    /// Folder for the temporary copy of the database [default: --data-dir].
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    #[command(flatten)]
    phrase: PhraseArgs,
}

pub(super) async fn run(args: DrillArgs, settings: Settings, output: Output) -> anyhow::Result<()> {
    let scratch = args.scratch.clone().unwrap_or_else(|| PathBuf::from(&settings.data_dir));
    let scratch = Scratch(scratch.join(format!("drill-{:016x}", rand::random::<u64>())));
    let log = ReplayedLog { folders: wal_folders(args.wal, &settings)?, until: None, up_to_gap: false };
    let backup = match args.backup {
        Some(backup) => backup,
        None => {
            let backup = scratch.0.join("backup");
            let context = Context::open_existing(settings.clone()).await?;
            let made = create(&backup, None, &context).await;
            context.close().await?;
            made?;
            backup
        }
    };
    let manifest = Manifest::read(&backup)?;
    let has_pepper = args.phrase.is_given() && pepper(&backup, &args.phrase)?.is_some();
    let Restored { server, last_commit, ledger, took } =
        restored(&backup, &manifest, &scratch.0.join("data"), log).await?;
    server.stop().await?;
    scratch.remove()?;
    state::record(&settings, |state| {
        state.drill_at = Some(clock::now());
        state.drill_s = Some(took.as_secs_f64());
    })?;
    output.print(&DrillReport {
        taken_at: manifest.taken_at,
        last_commit,
        batches: ledger.batches,
        entries: ledger.entries,
        pepper: has_pepper,
        is_pepper_left_out: !manifest::pepper(&backup).exists(),
        took_s: took.as_secs_f64(),
        took: seconds(took),
    })
}

/// A folder that is removed however the drill ends.
struct Scratch(PathBuf);

impl Scratch {
    fn remove(&self) -> anyhow::Result<()> {
        remove(&self.0).with_context(|| format!("cannot remove {}", self.0.display()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = remove(&self.0);
    }
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[derive(Serialize)]
struct DrillReport {
    taken_at: DateTime<Utc>,
    last_commit: Option<DateTime<Utc>>,
    batches: u64,
    entries: u64,
    /// Whether the sealed pepper was opened.
    pepper: bool,
    #[serde(skip)]
    is_pepper_left_out: bool,
    took_s: f64,
    #[serde(skip)]
    took: String,
}

impl Report for DrillReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let ledger = clean_ledger(self.batches, self.entries);
        let pepper = match (self.pepper, self.is_pepper_left_out) {
            (true, _) => "opened with the pass phrase",
            (false, true) => "not in the backup",
            (false, false) => "not tried: use --passphrase-file",
        };
        let until = self.last_commit.unwrap_or(self.taken_at);
        write_fields(
            out,
            &[
                ("backup of", &self.taken_at.format("%FT%TZ")),
                ("restored to", &until.format("%FT%TZ")),
                ("ledger", &ledger),
                ("pepper", &pepper),
                ("took", &self.took),
            ],
        )
    }
}
