//! A folder of its own for a unit test.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder that is removed when the test ends, however it ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// An empty folder. `name` becomes a part of its own name, which is not used twice.
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("fluence-{name}-{:016x}", rand::random::<u64>()));
        fs::create_dir(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
