//! The folder of the private server, which only its user may enter.
//!
//! ```text
//! <data-dir>/postgres/            0700: only its user can connect, so no password is needed
//!   cluster/                      the data
//!   .s.PGSQL.5432                 the socket
//!   postgres.log                  the log of the server, at most two files of about 1 MiB
//!   start.lock users.lock         see `locks`
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
    /// Creates the folder unless it exists, sets its owner, and checks that the server can run there.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, LocalPostgresError> {
        let wanted =
            std::path::absolute(data_dir).map_err(LocalPostgresError::folder("resolve", data_dir))?;
        let owner = Owner::choose(&wanted.join("postgres/cluster"))?;
        // As root, the data folder must let the unprivileged server pass to its own folder inside.
        let mode = if owner.is_us { 0o700 } else { 0o711 };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(&wanted)
            .map_err(LocalPostgresError::folder("create", &wanted))?;
        let real = fs::canonicalize(&wanted).map_err(LocalPostgresError::folder("resolve", &wanted))?;

        let folder = Self { path: real.join("postgres"), owner };
        folder.check_socket_path()?;
        folder.make_private()?;
        folder.check_parents()?;
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
        self.path.join(format!(".s.PGSQL.{PORT}"))
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

    /// Opens a file of this folder for appending, and creates it unless it exists. A file that root creates belongs to the
    /// server's user.
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

    /// Creates the folder with mode 0700 for the server's user.
    fn make_private(&self) -> Result<(), LocalPostgresError> {
        match fs::DirBuilder::new().mode(0o700).create(&self.path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(LocalPostgresError::folder("create", &self.path)(error));
            }
            _ => {}
        }
        let folder =
            plain::open_folder(&self.path).map_err(LocalPostgresError::folder("open", &self.path))?;
        let found = folder.metadata().map_err(LocalPostgresError::folder("read", &self.path))?.uid();
        if found != self.owner.uid {
            if self.owner.is_us {
                return Err(LocalPostgresError::NotOurs { path: self.path.clone(), owner: found });
            }
            self.owner.give(&folder, &self.path)?;
        }
        folder
            .set_permissions(fs::Permissions::from_mode(0o700))
            .map_err(LocalPostgresError::folder("close to others", &self.path))
    }

    fn check_parents(&self) -> Result<(), LocalPostgresError> {
        if self.owner.is_us {
            return Ok(());
        }
        for parent in self.path.ancestors().skip(1) {
            let found = fs::metadata(parent).map_err(LocalPostgresError::folder("read", parent))?;
            if !self.owner.may_pass(&found) {
                let user = self.owner.name.clone();
                return Err(LocalPostgresError::NotPassable { path: parent.to_owned(), user });
            }
        }
        Ok(())
    }
}
