//! The data folder: made once, by `initdb`, all or nothing.

use std::fs;
use std::process::Stdio;

use super::USER;
use super::discover::Programs;
use super::error::LocalPostgresError;
use super::folder::Folder;
use super::plain;

/// What every data folder has from its first day.
const ALWAYS_THERE: [&str; 2] = ["PG_VERSION", "global/pg_control"];
const UNFINISHED_PREFIX: &str = "cluster.new-";

/// Makes the data folder when there is none. `initdb` works under another name, which becomes the real one when all
/// is written, so a data folder is always whole. Needs the start lock.
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
    tracing::info!(folder = %cluster.display(), "making the data folder of the private PostgreSQL");
    let output = folder
        .owner()
        .command(&program, folder.path())
        // Only a socket in a 0700 folder leads in, so local trust is right; TCP is off, and refused if it were on.
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

/// Removes what an `initdb` left that was killed. It may even run on, so this may fail: it never stands in the way.
fn remove_unfinished(folder: &Folder) {
    for entry in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED_PREFIX)
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(folder = %entry.path().display(), %error, "cannot remove an unfinished data folder");
        }
    }
}
