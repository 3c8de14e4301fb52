//! The server process: connecting, starting and stopping.

mod log_tail;

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};
use tokio::process::Child;
use tokio::time::{sleep, timeout};

use super::archive::Archive;
use super::discover::{Programs, Search};
use super::error::LocalPostgresError;
use super::folder::{Folder, PORT};
use super::{Options, USER, stale};

pub(super) const STOPPED_WITHIN: Duration = Duration::from_secs(60);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const ENDED_POLL_EVERY: Duration = Duration::from_millis(5);

/// The server of one folder, running or not.
#[derive(Debug)]
pub(super) struct Postmaster {
    folder: Folder,
    programs: Programs,
    options: Options,
    archive: Option<Archive>,
}

/// What the socket says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Ready,
    /// A server that is starting, recovering or stopping.
    NotYet,
    Absent,
}

impl Postmaster {
    pub(super) fn new(options: Options) -> Result<Self, LocalPostgresError> {
        let folder = Folder::prepare(&options.data_dir)?;
        let programs = Search::from_environment().find(&folder.cluster())?;
        Self::with(folder, programs, options)
    }

    /// The server of a folder whose data is not there yet: it will be that of a base backup.
    pub(super) fn for_backup(options: Options, base: &Path) -> Result<Self, LocalPostgresError> {
        let folder = Folder::prepare(&options.data_dir)?;
        let programs = Search::from_environment().find(base)?;
        Self::with(folder, programs, options)
    }

    fn with(folder: Folder, programs: Programs, options: Options) -> Result<Self, LocalPostgresError> {
        let archive =
            options.archive_dir.as_ref().map(|dir| Archive::prepare(dir, folder.owner())).transpose()?;
        Ok(Self { folder, programs, options, archive })
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(super) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Connection options for a database of this server, independent of `PG…` variables.
    pub(super) fn connect_options(&self, name: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.folder.path())
            .port(PORT)
            .username(USER)
            .database(name)
    }

    /// Connects once to see the state.
    pub(super) async fn ask(&self) -> Result<Answer, LocalPostgresError> {
        let options = self.connect_options("postgres");
        let connected = match timeout(ANSWER_WITHIN, PgConnection::connect_with(&options)).await {
            Ok(connected) => connected,
            Err(_elapsed) => return Ok(Answer::NotYet),
        };
        match connected {
            Ok(connection) => {
                let _ = connection.close().await;
                Ok(Answer::Ready)
            }
            Err(sqlx::Error::Io(error)) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::ConnectionRefused => Ok(Answer::Absent),
                _ => Ok(Answer::NotYet),
            },
            Err(error) => match error.as_database_error().and_then(|error| error.code()).as_deref() {
                Some("57P03") => Ok(Answer::NotYet), // cannot_connect_now
                Some("53300") => Ok(Answer::Ready),  // too_many_connections
                _ => Err(error.into()),
            },
        }
    }

    /// Starts a server. Returns the offset of its first line in the log. It has its own process
    /// group, so that Ctrl-C reaches only the gateway, which then stops it.
    pub(super) fn spawn(&self) -> Result<(Child, u64), LocalPostgresError> {
        let archiving = self.archive.as_ref().map(|archive| archive.claim(&self.folder)).transpose()?;
        self.spawn_with(&archiving.unwrap_or_default())
    }

    /// The same with further settings.
    pub(super) fn spawn_with(&self, further: &[String]) -> Result<(Child, u64), LocalPostgresError> {
        let (log, log_begins_at) = self.folder.open_log()?;
        let errors = log.try_clone().map_err(LocalPostgresError::folder("open", &self.folder.log()))?;
        let program = self.programs.postgres();
        let mut command = self.folder.owner().command(&program, self.folder.path());
        command.arg("-D").arg(self.folder.cluster());
        for setting in self.settings().iter().chain(further) {
            command.arg("-c").arg(setting);
        }
        let child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(|source| self.cannot_run(program, source))?;
        Ok((child, log_begins_at))
    }

    fn settings(&self) -> Vec<String> {
        let mut socket_folder = self.folder.path().display().to_string().replace('"', "\"\"");
        socket_folder = format!("unix_socket_directories=\"{socket_folder}\"");
        let max_connections = format!("max_connections={}", self.options.max_connections);
        let durable = if self.options.durable { "on" } else { "off" };

        let mut settings = vec![socket_folder, max_connections, format!("port={PORT}")];
        settings.extend(
            ["fsync", "synchronous_commit", "full_page_writes"].map(|name| format!("{name}={durable}")),
        );
        if !self.options.durable {
            // In its own folder, so that removing the folder removes everything.
            settings.push("dynamic_shared_memory_type=mmap".to_owned());
        }
        settings.extend(
            [
                "listen_addresses=", // no TCP at all
                "unix_socket_permissions=0700",
                "shared_buffers=128MB",
                "max_wal_size=2GB",
                "lc_messages=C", // `stale` reads them
                // Clients log errors where they handle them. Here errors would accumulate, with
                // customers' values in their details.
                "log_min_messages=log",
                "log_error_verbosity=terse",
                "log_checkpoints=off",
            ]
            .map(str::to_owned),
        );
        if self.is_unverified() {
            settings.push("default_transaction_read_only=on".to_owned());
        }
        settings
    }

    /// Whether the data was restored and its ledger is not verified.
    pub(super) fn is_unverified(&self) -> bool {
        self.folder.unverified_mark().symlink_metadata().is_ok()
    }

    /// Stops the server and waits for its end.
    pub(super) async fn stop(&self) -> Result<(), LocalPostgresError> {
        let lock_file = self.folder.cluster().join("postmaster.pid");
        if !lock_file.exists() {
            return Ok(());
        }
        let process = stale::process_in(&lock_file);
        let mode = if self.options.durable { "fast" } else { "immediate" };
        let program = self.programs.pg_ctl();
        let output = self
            .folder
            .owner()
            .command(&program, self.folder.path())
            .args(["stop", "--silent", "--wait", "--mode", mode])
            .args(["--timeout", &STOPPED_WITHIN.as_secs().to_string()])
            .arg("--pgdata")
            .arg(self.folder.cluster())
            .stdin(Stdio::null())
            .output()
            .await
            .map_err(|source| self.cannot_run(program, source))?;
        // Fails if the server has already stopped, which is fine.
        if output.status.success() || self.ask().await? == Answer::Absent {
            // `pg_ctl` waits for the lock file, which the server removes shortly before it ends.
            if let Some(process) = process {
                let ended = async {
                    while stale::runs(&process) {
                        sleep(ENDED_POLL_EVERY).await;
                    }
                };
                let _ = timeout(ANSWER_WITHIN, ended).await;
            }
            return Ok(());
        }
        let output = [output.stdout, output.stderr].concat();
        Err(LocalPostgresError::NotStopped { output: String::from_utf8_lossy(&output).into_owned() })
    }

    pub(super) fn cannot_run(&self, program: PathBuf, source: io::Error) -> LocalPostgresError {
        LocalPostgresError::Program { program, user: self.folder.owner().name.clone(), source }
    }
}
