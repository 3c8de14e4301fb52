//! The folder of the private server, which only its user may enter.
//!
//! ```text
//! <data-dir>/postgres/            0700: only its user can connect, so no password is needed
//!   cluster/                      the data
//!   .s.PGSQL.5432                 the socket
//!   postgres.log                  the log of the server, at most two files of about 1 MiB
//!   start.lock users.lock         see `locks`
//!   restore.unverified            only in restored data, until its ledger is verified
//!   restored                      only in restored data, until a gateway archives its log
//! ```

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::LocalPostgresError;
use super::owner::Owner;
use super::plain;

/// `sockaddr_un.sun_path` has 108 bytes on Linux, the last of them zero.
const SOCKET_PATH_LIMIT_BYTES: usize = 107;
/// Part of the name of the socket; there is no TCP port.
pub(super) const PORT: u16 = 5432;
/// A larger log is rotated at the next start. One old log is kept.
const LOG_LIMIT_BYTES: u64 = 1 << 20;

/// The checked folder, and its user.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
    owner: Owner,
}

impl Folder {
    /// Creates the folder unless it exists, sets its owner, and checks that the server can run
    /// there.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, LocalPostgresError> {
        let wanted =
            std::path::absolute(data_dir).map_err(LocalPostgresError::folder("resolve", data_dir))?;
        let owner = Owner::choose(&wanted.join("postgres/cluster"))?;
        make_with_parents(&wanted, &owner)?;
        let real = fs::canonicalize(&wanted).map_err(LocalPostgresError::folder("resolve", &wanted))?;

        let folder = Self { path: real.join("postgres"), owner };
        folder.check_socket_path()?;
        make_private(&folder.path, &folder.owner)?;
        check_parents(&folder.path, &folder.owner)?;
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn owner(&self) -> &Owner {
        &self.owner
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("cluster")
    }

    pub(super) fn socket(&self) -> PathBuf {
        socket_in(&self.path)
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// Opens the log for a starting server. Returns the offset of its first line.
    pub(super) fn open_log(&self) -> Result<(fs::File, u64), LocalPostgresError> {
        let path = self.log();
        if fs::symlink_metadata(&path).is_ok_and(|log| log.is_file() && log.len() > LOG_LIMIT_BYTES) {
            // Renames the entry, whatever file it now refers to.
            fs::rename(&path, self.path.join("postgres.log.1"))
                .map_err(LocalPostgresError::folder("put aside", &path))?;
        }
        let log = self.open(&path)?;
        let begins_at = log.metadata().map_err(LocalPostgresError::folder("read", &path))?.len();
        Ok((log, begins_at))
    }

    /// Opens a file of this folder for appending, and creates it unless it exists. A file that root
    /// creates belongs to the server's user.
    pub(super) fn open(&self, path: &Path) -> Result<fs::File, LocalPostgresError> {
        let cannot_open = |error| LocalPostgresError::folder("open", path)(error);
        let mut options = fs::OpenOptions::new();
        options.append(true).mode(0o600);
        match plain::open(path, options.clone().create_new(true)) {
            Ok(made) => self.owner.give(&made, path).map(|()| made),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                plain::open(path, &mut options).map_err(cannot_open)
            }
            Err(error) => Err(cannot_open(error)),
        }
    }

    fn check_socket_path(&self) -> Result<(), LocalPostgresError> {
        let path = self.socket();
        if path.as_os_str().len() > SOCKET_PATH_LIMIT_BYTES {
            return Err(LocalPostgresError::SocketPathTooLong { path, limit: SOCKET_PATH_LIMIT_BYTES });
        }
        Ok(())
    }

    /// The file that marks restored data whose ledger is not verified: the server does not write to
    /// it.
    pub(super) fn unverified_mark(&self) -> PathBuf {
        self.path.join("restore.unverified")
    }

    /// The file that marks restored data whose log no gateway has archived yet.
    pub(super) fn restored_mark(&self) -> PathBuf {
        self.path.join("restored")
    }

    /// The histories of timelines, by the names of their files.
    pub(super) fn histories(&self) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(self.cluster().join("pg_wal")).into_iter().flatten().flatten();
        let named = entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())));
        named.filter(|(name, _)| name.len() == 16 && name.ends_with(".history")).collect()
    }

    /// The timeline of data that was restored.
    pub(super) fn timeline(&self) -> Option<u32> {
        let histories = self.histories();
        histories.iter().filter_map(|(name, _)| u32::from_str_radix(name.get(..8)?, 16).ok()).max()
    }
}

/// The socket of the server of a folder.
pub(super) fn socket_in(server: &Path) -> PathBuf {
    server.join(format!(".s.PGSQL.{PORT}"))
}

/// Creates a folder and its parents unless they exist. As root, they must let the unprivileged
/// server pass.
pub(super) fn make_with_parents(path: &Path, owner: &Owner) -> Result<(), LocalPostgresError> {
    let mode = if owner.is_us { 0o700 } else { 0o711 };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(LocalPostgresError::folder("create", path))
}

/// Creates the folder unless it exists, with mode 0700 for the server's user.
pub(super) fn make_private(path: &Path, owner: &Owner) -> Result<(), LocalPostgresError> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(LocalPostgresError::folder("create", path)(error));
        }
        _ => {}
    }
    let folder = plain::open_folder(path).map_err(LocalPostgresError::folder("open", path))?;
    let found = folder.metadata().map_err(LocalPostgresError::folder("read", path))?.uid();
    if found != owner.uid {
        if owner.is_us {
            return Err(LocalPostgresError::NotOurs { path: path.to_owned(), owner: found });
        }
        owner.give(&folder, path)?;
    }
    folder
        .set_permissions(fs::Permissions::from_mode(0o700))
        .map_err(LocalPostgresError::folder("close to others", path))
}

/// Checks that the server's user may pass to the folder.
pub(super) fn check_parents(path: &Path, owner: &Owner) -> Result<(), LocalPostgresError> {
    if owner.is_us {
        return Ok(());
    }
    for parent in path.ancestors().skip(1) {
        let found = fs::metadata(parent).map_err(LocalPostgresError::folder("read", parent))?;
        if !owner.may_pass(&found) {
            let user = owner.name.clone();
            return Err(LocalPostgresError::NotPassable { path: parent.to_owned(), user });
        }
    }
    Ok(())
}
