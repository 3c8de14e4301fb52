//! The private PostgreSQL of a run. It must be durable.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, ensure};
use fluence::local_postgres::{LocalPostgres, Options};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use crate::machine;

/// Three servers with a pool each, pgbench, and the watchers.
const MAX_CONNECTIONS: u16 = 200;

/// A server that is stopped and removed at the end.
pub(crate) struct Postgres {
    server: LocalPostgres,
    folder: PathBuf,
    /// The postmaster, the root of all its processes.
    pub(crate) process: u32,
    /// Where its programs are, pgbench among them.
    pub(crate) programs: PathBuf,
    watcher: tokio::sync::Mutex<PgConnection>,
}

/// Counters of the database's write-ahead log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log {
    /// Bytes written.
    pub(crate) bytes: i64,
    /// Times it was flushed to the disk.
    pub(crate) syncs: i64,
}

impl Postgres {
    /// Starts a server in a folder of its own.
    pub(crate) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let options = Options {
            data_dir: folder.to_owned(),
            durable: true,
            max_connections: MAX_CONNECTIONS,
            archive_dir: None,
        };
        let server = LocalPostgres::start(options).await?;
        let mut watcher = server.connect_options().database("postgres").connect().await?;
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(setting)
                .fetch_one(&mut watcher)
                .await?;
            ensure!(value == "on", "{setting} is {value}: figures without durability mean nothing");
        }
        let backend: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut watcher).await?;
        let programs: String = sqlx::query_scalar("select setting from pg_config where name = 'BINDIR'")
            .fetch_one(&mut watcher)
            .await?;
        Ok(Self {
            server,
            folder: folder.to_owned(),
            process: machine::parent_of(u32::try_from(backend)?)?,
            programs: programs.into(),
            watcher: watcher.into(),
        })
    }

    /// Returns a folder on a real disk: in memory, durability costs nothing.
    pub(crate) fn folder() -> anyhow::Result<PathBuf> {
        let base = env::var_os("BENCH_DIR").map_or_else(env::temp_dir, PathBuf::from);
        let base = base.canonicalize().with_context(|| format!("no folder {}", base.display()))?;
        let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
        let of_base = mounts
            .lines()
            .filter_map(|line| {
                let mut fields = line.split(' ').skip(1);
                Some((fields.next()?, fields.next()?))
            })
            .filter(|(place, _)| base.starts_with(place))
            .max_by_key(|(place, _)| place.len());
        let in_memory = of_base.is_some_and(|(_, kind)| matches!(kind, "tmpfs" | "ramfs"));
        ensure!(!in_memory, "{} is in memory: name a folder on a disk in BENCH_DIR", base.display());
        Ok(base.join(format!("fluence-bench-{:016x}", rand::random::<u64>())))
    }

    /// Returns a folder for the files of the run, which is removed with the server.
    pub(crate) fn scratch(&self) -> anyhow::Result<PathBuf> {
        let folder = self.folder.join("files");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// How to connect to a database.
    pub(crate) fn options(&self, database: &str) -> PgConnectOptions {
        self.server.connect_options().database(database).disable_statement_logging()
    }

    /// The same as a URL.
    pub(crate) fn url(&self, database: &str) -> String {
        self.options(database).to_url_lossy().to_string()
    }

    /// The same for programs that know only the parameters of Postgres's own client library.
    pub(crate) fn plain_url(&self, database: &str) -> String {
        self.server.url().replacen("/fluence?", &format!("/{database}?"), 1)
    }

    /// Makes a database, as a copy of another.
    pub(crate) async fn create(&self, database: &str, template: &str) -> anyhow::Result<()> {
        self.run(format!("create database {database} template {template} strategy file_copy")).await
    }

    /// Writes all dirty pages, so that no turn pays for an earlier one.
    pub(crate) async fn checkpoint(&self) -> anyhow::Result<()> {
        self.run("checkpoint".to_owned()).await
    }

    async fn run(&self, statement: String) -> anyhow::Result<()> {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *self.watcher.lock().await).await?;
        Ok(())
    }

    /// The server's version.
    pub(crate) async fn version(&self) -> anyhow::Result<String> {
        let mut watcher = self.watcher.lock().await;
        Ok(sqlx::query_scalar("show server_version").fetch_one(&mut *watcher).await?)
    }

    /// Reads the counters of the log.
    pub(crate) async fn log(&self) -> anyhow::Result<Log> {
        let (bytes, syncs) = sqlx::query_as(
            "select (pg_current_wal_insert_lsn() - '0/0')::bigint, (select wal_sync from pg_stat_wal)",
        )
        .fetch_one(&mut *self.watcher.lock().await)
        .await?;
        Ok(Log { bytes, syncs })
    }

    /// Stops the server and removes its folder.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.watcher.into_inner().close().await?;
        self.server.stop().await?;
        fs::remove_dir_all(&self.folder).with_context(|| format!("cannot remove {}", self.folder.display()))
    }
}
