//! The user that runs the server: PostgreSQL does not run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

use rustix::process::{getegid, geteuid};
use tokio::process::Command;

use super::error::LocalPostgresError;

/// The users to try as root, in order.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Whether it is the user of this process.
    pub(super) is_us: bool,
}

impl Owner {
    /// Returns the user of this process; as root, the owner of the data, or else the first
    /// unprivileged user.
    pub(super) fn choose(cluster: &Path) -> Result<Self, LocalPostgresError> {
        let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
        if uid != 0 {
            return Ok(Self { name: format!("number {uid}"), uid, gid, is_us: true });
        }
        // The owner of the folder itself: a link could select any user.
        if let Ok(cluster) = fs::symlink_metadata(cluster)
            && cluster.is_dir()
            && cluster.uid() != 0
        {
            let name = format!("number {}", cluster.uid());
            return Ok(Self { name, uid: cluster.uid(), gid: cluster.gid(), is_us: false });
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        unprivileged_in(&passwd).ok_or(LocalPostgresError::NoUnprivilegedUser)
    }

    /// Returns a command that runs as this user, in a folder that it may enter, with only `PATH` of
    /// the environment, so that the server does not depend on its starter. std also drops the
    /// supplementary groups.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("LC_ALL", "C").env("TZ", "UTC");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        if !self.is_us {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// Sets the owner of an open file or folder. Never by name, which may now refer to another
    /// file.
    pub(super) fn give(&self, file: &fs::File, path: &Path) -> Result<(), LocalPostgresError> {
        if self.is_us {
            return Ok(());
        }
        fchown(file, Some(self.uid), Some(self.gid))
            .map_err(LocalPostgresError::folder("change the owner of", path))
    }

    /// Whether this user may pass through a folder of that owner and mode. Only its primary group
    /// counts, since others are dropped.
    pub(super) fn may_pass(&self, folder: &fs::Metadata) -> bool {
        let bit = match folder {
            folder if folder.uid() == self.uid => 0o100,
            folder if folder.gid() == self.gid => 0o010,
            _ => 0o001,
        };
        folder.mode() & bit != 0
    }
}

fn unprivileged_in(passwd: &str) -> Option<Owner> {
    UNPRIVILEGED.iter().find_map(|name| {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next()? == *name;
            let uid: u32 = fields.nth(1)?.parse().ok()?;
            let gid: u32 = fields.next()?.parse().ok()?;
            (found && uid != 0).then(|| Owner { name: (*name).to_owned(), uid, gid, is_us: false })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: &str = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
    const POSTGRES: &str = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn the_database_user_precedes_the_user_nobody() {
        let owner = unprivileged_in(&format!("root:x:0:0::/root:/bin/sh\n{NOBODY}{POSTGRES}")).unwrap();
        assert_eq!((owner.name.as_str(), owner.uid, owner.gid), ("postgres", 101, 104));
    }

    #[test]
    fn the_user_nobody_is_used_without_a_database_user() {
        let owner = unprivileged_in(&format!("broken line\n{NOBODY}")).unwrap();
        assert_eq!((owner.name.as_str(), owner.uid), ("nobody", 65534));
    }

    #[test]
    fn a_user_with_the_number_of_root_never_does() {
        assert_eq!(unprivileged_in("postgres:x:0:0::/root:/bin/sh\n"), None);
    }
}
