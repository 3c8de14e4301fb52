//! The data folder, which `initdb` creates once and completely.

use std::fs;
use std::process::Stdio;

use super::USER;
use super::discover::Programs;
use super::error::LocalPostgresError;
use super::folder::Folder;
use super::plain;

/// What every data folder has.
const ALWAYS_THERE: [&str; 2] = ["PG_VERSION", "global/pg_control"];
const UNFINISHED_PREFIX: &str = "cluster.new-";

/// Creates the data folder unless it exists. `initdb` works under a temporary name, so a data
/// folder is always complete. Needs the start lock.
pub(super) async fn ensure(folder: &Folder, programs: &Programs) -> Result<(), LocalPostgresError> {
    remove_unfinished(folder);
    let cluster = folder.cluster();
    if cluster.symlink_metadata().is_ok() {
        plain::open_folder(&cluster).map_err(LocalPostgresError::folder("open", &cluster))?;
        return match ALWAYS_THERE.into_iter().find(|file| !cluster.join(file).exists()) {
            Some(missing) => Err(LocalPostgresError::Damaged { cluster, missing }),
            None => Ok(()),
        };
    }

    let unfinished = folder.path().join(format!("{UNFINISHED_PREFIX}{:016x}", rand::random::<u64>()));
    let program = programs.initdb();
    tracing::info!(folder = %cluster.display(), "creating data folder of the private PostgreSQL");
    let output = folder
        .owner()
        .command(&program, folder.path())
        // The only way in is a socket in a 0700 folder, so local trust is safe. TCP is off, and
        // rejected if enabled.
        .args([
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--no-locale",
            "--no-instructions",
        ])
        .arg(format!("--username={USER}"))
        .arg("--pgdata")
        .arg(&unfinished)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|source| LocalPostgresError::Program {
            program,
            user: folder.owner().name.clone(),
            source,
        })?;
    if !output.status.success() {
        remove_unfinished(folder);
        let output = [output.stdout, output.stderr].concat();
        return Err(LocalPostgresError::Initdb { output: String::from_utf8_lossy(&output).into_owned() });
    }

    fs::rename(&unfinished, &cluster).map_err(LocalPostgresError::folder("rename", &unfinished))?;
    fs::File::open(folder.path())
        .and_then(|folder| folder.sync_all())
        .map_err(LocalPostgresError::folder("write", folder.path()))
}

/// Removes the remains of a killed `initdb`. That may still be running, so failures are only
/// logged.
fn remove_unfinished(folder: &Folder) {
    for entry in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED_PREFIX)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(folder = %entry.path().display(), %error, "removing an unfinished data folder failed");
        }
    }
}
