//! `fluence backup`: backs up, restores and rehearses the restore of the private database and its
//! pepper.
//!
//! A backup is a folder: `base/` is PostgreSQL's base backup, `pepper.sealed` the pepper under a
//! pass phrase, and `backup.json`, written last, what a restored ledger must contain. The
//! write-ahead log since then is in `backup.archive_dir`.

mod create;
mod drill;
mod manifest;
mod phrase;
mod restore;
pub(super) mod state;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Subcommand;
use sqlx::ConnectOptions;

use self::create::CreateArgs;
use self::drill::DrillArgs;
use self::manifest::Manifest;
use self::restore::RestoreArgs;
use super::output::{Output, counted};
use super::settings::{self, PepperNeed};
use crate::config::Settings;
use crate::local_postgres::{self, LocalPostgres, Recovery};
use crate::storage::diagnosis;
use crate::storage::ledger::newest::missing_batches;
use crate::storage::ledger::verify::{Scope, VerifyReport, verify};
use crate::storage::schema;
use crate::telemetry;

/// Connections of a server that only this process uses.
const CONNECTIONS: u16 = 20;
/// How old a hold may be: older than any backup, because after a restore the holds of gateways that
/// are gone are open until the first gateway starts.
const HOLD_LIFE: TimeDelta = TimeDelta::days(36_500);

#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Back up the private database and its pepper into a new folder, while the gateway serves.
    Create(CreateArgs),
    /// Restore a backup into a new --data-dir, up to an instant, and verify its ledger.
    Restore(RestoreArgs),
    /// Rehearse: restore a backup into a temporary folder, verify its ledger, remove it, and print
    /// the time taken.
    Drill(DrillArgs),
}

/// Runs a command.
///
/// # Errors
/// When the database is not the private one, or the backup fails.
pub async fn run(command: BackupCommand, data_dir: Option<String>, output: Output) -> anyhow::Result<()> {
    let (settings, log) = settings::for_command_with_log(data_dir, PepperNeed::NotNeeded)?;
    let _log = telemetry::init(&log.directives(), log.format)?;
    if settings.has_own_database() {
        bail!(
            "`fluence backup` is for the private database. For the server of DATABASE_URL see docs/operations/backup.md"
        );
    }
    match command {
        BackupCommand::Create(args) => create::run(args, settings, output).await,
        BackupCommand::Restore(args) => restore::run(args, &settings, output).await,
        BackupCommand::Drill(args) => drill::run(args, settings, output).await,
    }
}

/// A restored server without other clients, and what was found in it.
struct Restored {
    server: LocalPostgres,
    /// The last commit that was replayed from the log, if any was.
    last_commit: Option<DateTime<Utc>>,
    ledger: VerifyReport,
    took: Duration,
}

/// The write-ahead log that is replayed on a backup.
struct ReplayedLog {
    folders: Vec<PathBuf>,
    until: Option<DateTime<Utc>>,
    up_to_gap: bool,
}

/// Restores a backup into `data_dir` and verifies the ledger. The server does not write yet.
async fn restored(
    backup: &Path,
    manifest: &Manifest,
    data_dir: &Path,
    log: ReplayedLog,
) -> anyhow::Result<Restored> {
    let began = Instant::now();
    let ReplayedLog { folders: wal, until, up_to_gap } = log;
    let recovery = Recovery { base: std::path::absolute(manifest::base(backup))?, wal, until, up_to_gap };
    let options = local_postgres::Options {
        data_dir: data_dir.to_owned(),
        durable: true,
        max_connections: CONNECTIONS,
        archive_dir: None,
    };
    let server = LocalPostgres::restore(options, &recovery).await?;
    match verified(&server, manifest).await {
        Ok((last_commit, ledger)) => Ok(Restored { server, last_commit, ledger, took: began.elapsed() }),
        Err(error) => {
            let mark = server.unverified_mark();
            server.stop().await?;
            let kept = format!("{} stays read-only until {} is removed", data_dir.display(), mark.display());
            Err(error).context(kept)
        }
    }
}

/// Verifies that the ledger is right, and that it contains what was there when the backup was
/// taken.
async fn verified(
    server: &LocalPostgres,
    manifest: &Manifest,
) -> anyhow::Result<(Option<DateTime<Utc>>, VerifyReport)> {
    let mut connection = server.connect_options().disable_statement_logging().connect().await?;
    let (last_commit, version) = diagnosis::replayed(&mut connection).await?;
    if version > schema::newest() {
        bail!("the database was migrated by a newer version of fluence: restore with that version");
    }
    let missing = missing_batches(&mut connection, &manifest.newest_batches).await?;
    if let Some(first) = missing.first() {
        bail!(
            "the ledger is not the one that was backed up: batch {} of epoch {} is missing or different",
            first.batch,
            first.epoch
        );
    }
    let report =
        verify(&mut connection, Scope { account_id: None, since: None, hold_life: HOLD_LIFE }).await?;
    match report.faults.first() {
        None => Ok((last_commit, report)),
        Some(first) => bail!("the restored ledger is wrong; the first wrong row is {first}"),
    }
}

/// The folders of the write-ahead log: the archive of the settings, whose segments are complete,
/// then those of the command line.
fn wal_folders(named: Vec<PathBuf>, settings: &Settings) -> anyhow::Result<Vec<PathBuf>> {
    if let Some(missing) = named.iter().find(|folder| !folder.is_dir()) {
        bail!("--wal {}: there is no such folder", missing.display());
    }
    let mut folders = Vec::new();
    for folder in settings.backup.archive().into_iter().chain(named) {
        let folder = std::path::absolute(folder)?;
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    Ok(folders)
}

/// What a report says of a ledger without faults.
fn clean_ledger(batches: u64, entries: u64) -> String {
    format!("clean: {}, {}", counted(batches, "batch", "batches"), counted(entries, "entry", "entries"))
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
