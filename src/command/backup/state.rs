//! When the private database was last backed up and a restore rehearsed: a file in its data folder,
//! for `doctor` and metrics.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use metrics::gauge;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::manifest;
use crate::config::Settings;

const WATCH_EVERY: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub(in crate::command) struct BackupState {
    pub(in crate::command) backup_at: Option<DateTime<Utc>>,
    pub(in crate::command) drill_at: Option<DateTime<Utc>>,
    /// How long the last drill took.
    pub(in crate::command) drill_s: Option<f64>,
}

fn path(settings: &Settings) -> PathBuf {
    Path::new(&settings.data_dir).join("backups.json")
}

/// Reads the state. Without a file nothing was backed up yet.
pub(in crate::command) fn read(settings: &Settings) -> anyhow::Result<BackupState> {
    Ok(manifest::read(&path(settings))?.unwrap_or_default())
}

/// Shows the state among the metrics of a gateway, every minute, until the result is dropped.
pub(in crate::command) fn watch(settings: &Settings) -> Option<AbortOnDrop> {
    if settings.has_own_database() {
        return None;
    }
    let settings = settings.clone();
    Some(AbortOnDrop(tokio::spawn(async move {
        let mut minutes = tokio::time::interval(WATCH_EVERY);
        loop {
            minutes.tick().await;
            let state = read(&settings).unwrap_or_default();
            for (kind, at) in [("backup", state.backup_at), ("drill", state.drill_at)] {
                // Without a backup this is 0, which is old.
                let at = at.map_or(0, |at| at.timestamp());
                gauge!("gateway_backup_timestamp_seconds", "kind" => kind).set(at as f64);
            }
        }
    })))
}

/// A task that ends with this value.
pub(in crate::command) struct AbortOnDrop(JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Changes the state. The file is replaced as a whole.
pub(super) fn record(settings: &Settings, change: impl FnOnce(&mut BackupState)) -> anyhow::Result<()> {
    let path = path(settings);
    let mut state = read(settings).unwrap_or_default();
    change(&mut state);
    let unfinished = path.with_extension(format!("new-{:016x}", rand::random::<u64>()));
    manifest::write(&unfinished, &state)?;
    fs::rename(&unfinished, &path).with_context(|| format!("cannot write {}", path.display()))
}
