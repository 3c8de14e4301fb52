//! A base backup: a copy of the data that is taken while the server serves, with the log that makes
//! it consistent.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::error::LocalPostgresError;
use super::folder;
use super::folder::PORT;
use super::postmaster::Postmaster;
use super::{LocalPostgres, USER};

impl LocalPostgres {
    /// Creates a folder for a backup that only the server's user may enter.
    ///
    /// # Errors
    /// When it exists and is not empty, or the server's user cannot reach it.
    pub fn backup_folder(&self, wanted: &Path) -> Result<PathBuf, LocalPostgresError> {
        let wanted = std::path::absolute(wanted).map_err(LocalPostgresError::folder("resolve", wanted))?;
        if fs::read_dir(&wanted).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(LocalPostgresError::NotEmpty { path: wanted });
        }
        let owner = self.postmaster.folder().owner();
        folder::make_with_parents(&wanted, owner)?;
        let real = fs::canonicalize(&wanted).map_err(LocalPostgresError::folder("resolve", &wanted))?;
        folder::make_private(&real, owner)?;
        folder::check_parents(&real, owner)?;
        Ok(real)
    }

    /// Copies the data into `base`, a new folder below a [`Self::backup_folder`], and verifies the
    /// copy.
    ///
    /// # Errors
    /// When the copy fails, or does not match its manifest.
    pub async fn base_backup(&self, base: &Path) -> Result<(), LocalPostgresError> {
        let folder = self.postmaster.folder();
        let program = self.postmaster.programs().pg_basebackup();
        let mut command = folder.owner().command(&program, folder.path());
        command
            .args(["--format=plain", "--wal-method=stream", "--checkpoint=fast", "--no-password"])
            .arg(format!("--username={USER}"))
            .arg(format!("--port={PORT}"))
            .arg("--host")
            .arg(folder.path())
            .arg("--pgdata")
            .arg(base);
        run(&self.postmaster, program, command).await?;
        verify(&self.postmaster, base).await
    }
}

/// Compares a base backup with its manifest: sizes, checksums, and that the log it needs is there.
pub(super) async fn verify(postmaster: &Postmaster, base: &Path) -> Result<(), LocalPostgresError> {
    let program = postmaster.programs().pg_verifybackup();
    // As the user of this process: a backup from another machine may belong to anyone.
    let mut command = tokio::process::Command::new(&program);
    command.current_dir("/").env_clear().env("LC_ALL", "C");
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.arg("--quiet").arg(base);
    run(postmaster, program, command).await
}

async fn run(
    postmaster: &Postmaster,
    program: PathBuf,
    mut command: tokio::process::Command,
) -> Result<(), LocalPostgresError> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await;
    let output = output.map_err(|source| postmaster.cannot_run(program.clone(), source))?;
    if output.status.success() {
        return Ok(());
    }
    let output = [output.stdout, output.stderr].concat();
    Err(LocalPostgresError::ProgramFailed { program, output: String::from_utf8_lossy(&output).into_owned() })
}

/// Copies a base backup to where its server will run, for its owner only. Follows no links: a
/// backup of a private server has none.
pub(super) fn copy(postmaster: &Postmaster, from: &Path, to: &Path) -> Result<(), LocalPostgresError> {
    let owner = postmaster.folder().owner();
    let made = fs::DirBuilder::new().mode(0o700).create(to);
    made.map_err(LocalPostgresError::folder("create", to))?;
    let folder = fs::File::open(to).map_err(LocalPostgresError::folder("open", to))?;
    owner.give(&folder, to)?;
    let entries = fs::read_dir(from).map_err(LocalPostgresError::folder("read", from))?;
    for entry in entries {
        let entry = entry.map_err(LocalPostgresError::folder("read", from))?;
        let kind = entry.file_type().map_err(LocalPostgresError::folder("read", from))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(postmaster, &from, &to)?;
        } else if kind.is_file() {
            fs::copy(&from, &to).map_err(LocalPostgresError::folder("copy", &from))?;
            let file = fs::File::open(&to).map_err(LocalPostgresError::folder("open", &to))?;
            owner.give(&file, &to)?;
        } else {
            return Err(LocalPostgresError::NotCopied { path: from });
        }
    }
    Ok(())
}
