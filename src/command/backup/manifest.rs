//! The files of a backup.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::storage::ledger::newest::NewestBatch;
use crate::storage::schema;

const FILE: &str = "backup.json";
const PEPPER_FILE: &str = "pepper.sealed";
/// A larger file is not one of these.
const MAX_BYTES: u64 = 1 << 20;
/// The format of `backup.json`.
const VERSION: u32 = 1;

/// `backup.json`: written last, so that a folder without it is not a complete backup.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Manifest {
    pub(super) version: u32,
    /// The version of the program.
    pub(super) program: String,
    /// The number of the newest migration.
    pub(super) schema: i64,
    /// The earliest instant that can be restored.
    pub(super) taken_at: DateTime<Utc>,
    pub(super) newest_batches: Vec<NewestBatch>,
}

impl Manifest {
    pub(super) fn new(schema: i64, taken_at: DateTime<Utc>, newest_batches: Vec<NewestBatch>) -> Self {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        Self { version: VERSION, program, schema, taken_at, newest_batches }
    }

    pub(super) fn write(&self, backup: &Path) -> anyhow::Result<()> {
        write(&backup.join(FILE), self)
    }

    /// Reads the manifest of a backup that this program can restore.
    pub(super) fn read(backup: &Path) -> anyhow::Result<Self> {
        let path = backup.join(FILE);
        let Some(manifest) = read::<Self>(&path)? else {
            bail!("{} is not a complete backup: it has no {FILE}", backup.display());
        };
        if manifest.version > VERSION || manifest.schema > schema::newest() {
            bail!(
                "the backup was made by fluence {}, which is newer: restore with that version",
                manifest.program
            );
        }
        Ok(manifest)
    }
}

/// The base backup of PostgreSQL.
pub(super) fn base(backup: &Path) -> PathBuf {
    backup.join("base")
}

/// The sealed pepper.
pub(super) fn pepper(backup: &Path) -> PathBuf {
    backup.join(PEPPER_FILE)
}

/// Writes a new file, readable by its owner only.
pub(super) fn write(path: &Path, content: &impl Serialize) -> anyhow::Result<()> {
    let written = || -> std::io::Result<()> {
        let mut text = serde_json::to_vec_pretty(content)?;
        text.push(b'\n');
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    written().with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a file, if it exists.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Option<T>> {
    let unreadable = || format!("cannot read {}", path.display());
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        found if found.as_ref().is_ok_and(|found| found.len() > MAX_BYTES) => {
            bail!("{}: too large", unreadable())
        }
        found => found.with_context(unreadable)?,
    };
    let text = fs::read(path).with_context(unreadable)?;
    serde_json::from_slice(&text).map(Some).with_context(unreadable)
}
