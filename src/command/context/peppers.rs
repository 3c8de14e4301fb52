//! The peppers of a command: those of the settings, or those of the private database.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::Context;
use crate::command::pepper_file;
use crate::management;
use crate::secret::peppers::Peppers;
use crate::storage::keys;

impl Context {
    /// Returns the peppers of the settings; with the private server, those in the data folder,
    /// created when first needed. Records their versions in the database, for commands that hash
    /// with them.
    ///
    /// # Errors
    /// When the pepper is missing, or is not the one that existing keys were hashed with.
    pub async fn peppers(&self) -> anyhow::Result<Peppers> {
        let live = self.unchecked_peppers().await?;
        management::peppers::recognise(&mut *self.connection().await?, &self.operator().actor, &live).await?;
        Ok(live)
    }

    /// The same for commands that only read: stores no version.
    ///
    /// # Errors
    /// As [`Self::peppers`].
    pub(in crate::command) async fn compared_peppers(&self) -> anyhow::Result<Peppers> {
        let live = self.unchecked_peppers().await?;
        management::peppers::compare(&mut *self.connection().await?, &live).await?;
        Ok(live)
    }

    /// The same without looking whether they are the right ones.
    ///
    /// # Errors
    /// When the pepper is missing.
    pub(in crate::command) async fn unchecked_peppers(&self) -> anyhow::Result<Peppers> {
        match &self.peppers {
            Some(live) => Ok(live.clone()),
            None if self.private.is_none() => bail!("FLUENCE_PEPPER is required with DATABASE_URL"),
            None => self.private_peppers().await,
        }
    }

    async fn private_peppers(&self) -> anyhow::Result<Peppers> {
        let path = self.pepper_path();
        // First: another command may be creating the pepper and then a key.
        let has_keys = keys::exist(&mut *self.connection().await?).await?;
        let text = match pepper_file::read(&path)? {
            Some(text) => text,
            None if has_keys => bail!(
                "{} is missing, and keys cannot be verified without it: restore it from a backup",
                path.display()
            ),
            None => pepper_file::create(&path)?,
        };
        pepper_file::parse(&text, self.settings.pepper_version).with_context(|| path.display().to_string())
    }

    /// The peppers of the settings, if any are set.
    pub(in crate::command) fn set_peppers(&self) -> Option<&Peppers> {
        self.peppers.as_ref()
    }

    /// The file with the peppers of the private database.
    pub(in crate::command) fn pepper_path(&self) -> PathBuf {
        Path::new(&self.settings.data_dir).join("pepper")
    }

    /// Whether the peppers are in the data folder, and not in the settings.
    pub(in crate::command) fn has_pepper_file(&self) -> bool {
        self.is_private() && self.peppers.is_none()
    }
}
