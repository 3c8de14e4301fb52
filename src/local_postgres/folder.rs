//! The folder of the private server, closed to everybody but the user it runs as.
//!
//! ```text
//! <data-dir>/postgres/            0700: who cannot enter cannot connect, so no password is needed
//!   cluster/                      the data
//!   .s.PGSQL.5432                 the socket
//!   postgres.log                  the server's own log, at most two files of about a mebibyte
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
/// Only names the socket file, since there is no TCP port.
pub(super) const PORT: u16 = 5432;
/// A log larger than this is put aside at the next start, in place of the one before.
const LOG_LIMIT_BYTES: u64 = 1 << 20;

/// The folder, checked and ready, and the user it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
    owner: Owner,
}

impl Folder {
    /// Makes the folder where it is missing, gives it to the right user, and checks that the server can live there.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, LocalPostgresError> {
        let wanted =
            std::path::absolute(data_dir).map_err(LocalPostgresError::folder("resolve", data_dir))?;
        let owner = Owner::choose(&wanted.join("postgres/cluster"))?;
        // As root the data folder is passable, so that the unprivileged server reaches its own folder inside.
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

    /// Opens the log for a server about to start, and tells where its words will begin.
    pub(super) fn open_log(&self) -> Result<(fs::File, u64), LocalPostgresError> {
        let path = self.log();
        if fs::symlink_metadata(&path).is_ok_and(|log| log.is_file() && log.len() > LOG_LIMIT_BYTES) {
            // Moves the name alone, whatever it stands for by now.
            fs::rename(&path, self.path.join("postgres.log.1"))
                .map_err(LocalPostgresError::folder("put aside", &path))?;
        }
        let log = self.open(&path)?;
        let begins_at = log.metadata().map_err(LocalPostgresError::folder("read", &path))?.len();
        Ok((log, begins_at))
    }

    /// Opens a file of this folder to add to it, and makes it where it is missing. What root makes is the server's.
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

    /// Makes the folder, gives it to the server's user and closes it to everybody else.
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
