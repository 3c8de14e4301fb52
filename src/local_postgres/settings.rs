//! The `[backup]` settings.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct BackupSettings {
    /// Folder into which the private PostgreSQL archives its write-ahead log. Empty: no archive.
    pub archive_dir: String,
}

impl BackupSettings {
    /// The folder of the archive, if there is one.
    pub fn archive(&self) -> Option<PathBuf> {
        (!self.archive_dir.is_empty()).then(|| PathBuf::from(&self.archive_dir))
    }
}
