//! `fluence backup restore`.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono::{DateTime, Utc};
use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::super::output::{Output, Report, write_fields};
use super::super::pepper_file;
use super::super::values::instant;
use super::manifest::{self, Manifest};
use super::phrase::PhraseArgs;
use super::{ReplayedLog, Restored, clean_ledger, restored, seconds, wal_folders};
use crate::config::Settings;
use crate::secret::passphrase;

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The folder of the backup.
    backup: PathBuf,
    /// The last instant to restore [default: all that the write-ahead log has].
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    to: Option<DateTime<Utc>>,
    /// Folder with a part of the write-ahead log, in addition to backup.archive_dir; may be
    /// repeated. After a crash add `OLD/postgres/cluster/pg_wal`, which has the last minute.
    #[arg(long, value_name = "DIR")]
    wal: Vec<PathBuf>,
    /// If the write-ahead log has a gap, restore what comes before it, and lose what follows.
    #[arg(long, conflicts_with = "to")]
    up_to_gap: bool,
    #[command(flatten)]
    phrase: PhraseArgs,
    /// Do not restore the pepper; put a copy of it into the data folder afterwards.
    #[arg(long, conflicts_with = "passphrase_file")]
    without_pepper: bool,
}

pub(super) async fn run(args: RestoreArgs, settings: &Settings, output: Output) -> anyhow::Result<()> {
    let data_dir = Path::new(&settings.data_dir);
    require_empty(data_dir)?;
    let manifest = Manifest::read(&args.backup)?;
    if args.to.is_some_and(|to| to < manifest.taken_at) {
        bail!(
            "the backup restores instants since {}. Use an older backup, or a later instant",
            manifest.taken_at.format("%FT%T%.3fZ")
        );
    }
    let pepper = if args.without_pepper { None } else { pepper(&args.backup, &args.phrase)? };
    let folders = wal_folders(args.wal, settings)?;
    let log = ReplayedLog { folders, until: args.to, up_to_gap: args.up_to_gap };
    let Restored { server, last_commit, ledger, took } =
        restored(&args.backup, &manifest, data_dir, log).await?;
    if let Some(pepper) = &pepper {
        let mut text = pepper.expose_secret().to_owned();
        text.push('\n');
        pepper_file::restore(&data_dir.join("pepper"), &SecretString::from(text))?;
    }
    server.accept_restored()?;
    server.stop().await?;
    output.print(&RestoreReport {
        data_dir: data_dir.to_owned(),
        last_commit,
        is_all: args.to.is_none() && !args.up_to_gap && last_commit.is_some(),
        batches: ledger.batches,
        entries: ledger.entries,
        pepper: pepper.is_some(),
        took_s: took.as_secs_f64(),
        took: seconds(took),
    })
}

/// Opens the sealed pepper of a backup.
pub(super) fn pepper(backup: &Path, phrase: &PhraseArgs) -> anyhow::Result<Option<SecretString>> {
    let Some(sealed) = manifest::read(&manifest::pepper(backup))? else { return Ok(None) };
    Ok(Some(passphrase::open(&sealed, &phrase.phrase()?)?))
}

fn require_empty(data_dir: &Path) -> anyhow::Result<()> {
    match fs::read_dir(data_dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => bail!("{} is not empty: name a new folder with --data-dir", data_dir.display()),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", data_dir.display())),
    }
}

#[derive(Serialize)]
struct RestoreReport {
    data_dir: PathBuf,
    /// The last commit that was replayed from the log.
    last_commit: Option<DateTime<Utc>>,
    /// Whether all of the write-ahead log was replayed.
    #[serde(skip)]
    is_all: bool,
    batches: u64,
    entries: u64,
    pepper: bool,
    took_s: f64,
    #[serde(skip)]
    took: String,
}

impl Report for RestoreReport {
    fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        let last_commit = self
            .last_commit
            .map_or("that of the backup".to_owned(), |at| at.format("%FT%T%.3fZ").to_string());
        let ledger = clean_ledger(self.batches, self.entries);
        let pepper =
            if self.pepper { "restored" } else { "NOT restored: put a copy of it into the data folder" };
        write_fields(
            out,
            &[
                ("restored", &self.data_dir.display()),
                ("last commit", &last_commit),
                ("ledger", &ledger),
                ("pepper", &pepper),
                ("took", &self.took),
            ],
        )?;
        let later = if self.is_all {
            "Everything in the write-ahead log is restored. If it lacks the last minute, look for changes that are \
             missing (docs/operations/backup.md)."
        } else {
            "What happened later is undone: revoke keys again, and repeat grants and purchases (docs/operations/backup.md)."
        };
        writeln!(out, "{later}")
    }
}
