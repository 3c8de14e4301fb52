//! What a command works with: settings, database, pepper and ledger.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use chrono::TimeDelta;
use secrecy::ExposeSecret;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgPool, Postgres};
use tokio::time::{Instant, sleep, timeout};

use super::{actor, pepper_file};
use crate::catalogue::plans::Catalogue;
use crate::config::Settings;
use crate::domain::account::Account;
use crate::domain::ids::AccountId;
use crate::domain::rights::Principal;
use crate::domain::setting;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::local_postgres::{self, LocalPostgres};
use crate::management;
use crate::management::credits::{LedgerDesk, apply};
use crate::secret::peppers::Peppers;
use crate::storage::error::server_message;
use crate::storage::schema::{self, SchemaState, Upgrade};
use crate::storage::{accounts, keys, pool};

/// Timeout of the first connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The first and the longest pause between attempts to connect to a database that is starting. Each
/// pause doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const MAX_PAUSE: Duration = Duration::from_secs(1);
/// Connections of the private server beyond a gateway's pool: ledger, change feed, commands,
/// backups.
const SPARE_CONNECTIONS: u32 = 84;

/// Whether the data folder has a private database. A folder that may not be read may have one.
pub(super) fn has_private_database(settings: &Settings) -> bool {
    let cluster = Path::new(&settings.data_dir).join("postgres/cluster/PG_VERSION");
    !matches!(cluster.symlink_metadata(), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// The database of one run of the program, and what belongs to it.
#[derive(Debug)]
pub struct Context {
    settings: Settings,
    /// The peppers of the settings, whose text is wiped.
    peppers: Option<Peppers>,
    options: PgConnectOptions,
    pool: PgPool,
    private: Option<LocalPostgres>,
    operator: Option<String>,
}

impl Context {
    /// Connects to the database of `DATABASE_URL`, or to the private server, which is started
    /// unless it runs.
    ///
    /// # Errors
    /// When the server cannot be started, or the database cannot be reached.
    pub async fn open(mut settings: Settings) -> anyhow::Result<Self> {
        let peppers =
            settings.take_peppers().map_err(|fault| anyhow!("{}: {}", fault.setting, fault.advice))?;
        let (options, private) = match own_database(&settings)? {
            Some(options) => {
                reach(&options).await?;
                (options, None)
            }
            None => {
                let most = settings.database.max_connections.get().saturating_add(SPARE_CONNECTIONS);
                let server = LocalPostgres::start(local_postgres::Options {
                    data_dir: PathBuf::from(&settings.data_dir),
                    durable: true,
                    max_connections: u16::try_from(most).unwrap_or(u16::MAX),
                    archive_dir: settings.backup.archive(),
                });
                let server = server.await?;
                (server.connect_options().disable_statement_logging(), Some(server))
            }
        };
        let pool = pool::command_pool(options.clone());
        Ok(Self { settings, peppers, options, pool, private, operator: None })
    }

    /// The same without making a private database: a mistyped data folder is an error.
    ///
    /// # Errors
    /// When the data folder has no database, or it cannot be reached.
    pub async fn open_existing(settings: Settings) -> anyhow::Result<Self> {
        if !settings.has_own_database() && !has_private_database(&settings) {
            bail!(
                "there is no database in {}. Check --data-dir and DATABASE_URL; `fluence migrate` makes a database, and so does \
                 the first start of `fluence serve`: while one of them runs, try again",
                settings.data_dir
            );
        }
        Self::open(settings).await
    }

    /// Sets the name of the operator.
    pub fn run_by(self, operator: Option<String>) -> Self {
        Self { operator, ..self }
    }

    /// Disconnects. The private server stops with its last user.
    ///
    /// # Errors
    /// When the private server does not stop.
    pub async fn close(self) -> anyhow::Result<()> {
        self.pool.close().await;
        match self.private {
            Some(server) => Ok(server.stop().await?),
            None => Ok(()),
        }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Connection options, for pools with other timeouts.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The small pool of the command.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection of the pool.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn connection(&self) -> anyhow::Result<PoolConnection<Postgres>> {
        self.pool.acquire().await.context("cannot reach the database")
    }

    /// Whether the database is the private one.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// The private server, if the database is the private one.
    pub(super) fn private_server(&self) -> Option<&LocalPostgres> {
        self.private.as_ref()
    }

    /// Compares the database's schema with that of this program.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn schema_state(&self) -> anyhow::Result<SchemaState> {
        Ok(schema::state(&mut *self.connection().await?).await?)
    }

    /// Requires the schema of this program.
    ///
    /// # Errors
    /// When the schema is missing, older or newer.
    pub async fn require_current_schema(&self) -> anyhow::Result<()> {
        match self.schema_state().await? {
            SchemaState::Current => Ok(()),
            SchemaState::Missing => bail!(
                "the database is empty: `fluence migrate` prepares it, or the first start of `fluence serve`; while one of them \
                 runs, try again"
            ),
            SchemaState::Older => {
                bail!("the database's schema is older than this program: run `fluence migrate`")
            }
            SchemaState::Newer => {
                bail!("the database was migrated by a newer version of fluence: use that version")
            }
        }
    }

    /// Upgrades schema, catalogue and partitions.
    ///
    /// # Errors
    /// When a migration fails or the database cannot be reached.
    pub async fn bring_up_to_date(&self) -> anyhow::Result<Upgrade> {
        if let Some(server) = self.private.as_ref().filter(|server| server.is_unverified()) {
            bail!(
                "this data was restored and its ledger did not verify, so it is read-only: look at it with `fluence ledger \
                 verify`. To use it as it is, remove {} while nothing runs on it",
                server.unverified_mark().display()
            );
        }
        Ok(schema::bring_up_to_date(&self.options, &Catalogue::shipped()?).await?)
    }

    /// Returns the peppers of the settings; with the private server, those in the data folder,
    /// created when first needed.
    ///
    /// # Errors
    /// When the pepper is missing, or is not the one that existing keys were hashed with.
    pub async fn peppers(&self) -> anyhow::Result<Peppers> {
        let live = match &self.peppers {
            Some(live) => live.clone(),
            None if self.private.is_none() => bail!("FLUENCE_PEPPER is required with DATABASE_URL"),
            None => self.private_peppers().await?,
        };
        management::peppers::recognise(&mut *self.connection().await?, &self.operator().actor, &live).await?;
        Ok(live)
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
    pub(super) fn set_peppers(&self) -> Option<&Peppers> {
        self.peppers.as_ref()
    }

    /// The file with the peppers of the private database.
    pub(super) fn pepper_path(&self) -> PathBuf {
        Path::new(&self.settings.data_dir).join("pepper")
    }

    /// Whether the peppers are in the data folder, and not in the settings.
    pub(super) fn has_pepper_file(&self) -> bool {
        self.is_private() && self.peppers.is_none()
    }

    /// The operator who runs this command.
    pub fn operator(&self) -> Principal {
        actor::operator(self.operator.as_deref())
    }

    /// How long a hold stays open after its gateway stopped.
    pub fn hold_life(&self) -> TimeDelta {
        setting::time_delta(self.settings.ledger.hold_life)
    }

    /// Where this command changes the ledger.
    pub fn ledger_desk(&self) -> LedgerDesk {
        LedgerDesk {
            pool: self.pool.clone(),
            options: self.options.clone(),
            node: format!("cli@{}", self.settings.node),
            hold_life: self.hold_life(),
        }
    }

    /// Applies one operation to the ledger.
    ///
    /// # Errors
    /// When the rules reject it, the account does not exist, or the database cannot be reached.
    pub async fn act(&self, operation: Operation) -> anyhow::Result<Effect> {
        Ok(apply(&self.ledger_desk(), &self.operator().actor, operation).await?)
    }

    /// Returns the account with this id.
    ///
    /// # Errors
    /// When it does not exist.
    pub async fn account(&self, id: AccountId) -> anyhow::Result<Account> {
        let found = accounts::find(&mut *self.connection().await?, id).await?;
        found.ok_or_else(|| anyhow!(unknown_account(id)))
    }
}

/// The message about an account that does not exist.
pub(super) fn unknown_account(id: AccountId) -> String {
    format!("account {id} does not exist; `fluence account list` lists all accounts")
}

/// Connection options of the operator's database, if it is not the private one.
fn own_database(settings: &Settings) -> anyhow::Result<Option<PgConnectOptions>> {
    let Some(url) = &settings.database_url else { return Ok(None) };
    let options = pool::options(url.expose_secret()).context("DATABASE_URL is not a URL of PostgreSQL")?;
    Ok(Some(match &settings.database_password {
        Some(password) => options.password(password.expose_secret()),
        None => options,
    }))
}

/// Waits up to `database.start_wait_s` until the operator's database accepts connections: after a
/// reboot it may start later than the gateway.
///
/// # Errors
/// When it cannot be reached in time, or rejects the connection for a reason that does not pass.
pub(super) async fn wait_for_database(settings: &Settings) -> anyhow::Result<()> {
    let Some(options) = own_database(settings)? else { return Ok(()) };
    let deadline = Instant::now() + settings.database.start_wait;
    let mut pause = FIRST_PAUSE;
    loop {
        let Err(error) = connect_once(&options).await else { return Ok(()) };
        if !may_yet_come(&error) || Instant::now() + pause > deadline {
            return Err(error.into());
        }
        if pause == FIRST_PAUSE {
            let wait_s = settings.database.start_wait.as_secs();
            tracing::warn!(%error, wait_s, "database does not accept connections yet; waiting");
        }
        sleep(pause).await;
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

/// Connects once. The error of a pool would be a timeout without the cause.
async fn reach(options: &PgConnectOptions) -> anyhow::Result<()> {
    Ok(connect_once(options).await?)
}

#[derive(Debug, thiserror::Error)]
#[error("cannot connect to the database at {host}:{port}: {}", server_message(.error))]
struct NotReached {
    host: String,
    port: u16,
    error: sqlx::Error,
}

async fn connect_once(options: &PgConnectOptions) -> Result<(), NotReached> {
    let connecting = async { options.connect().await?.close().await };
    let connected = timeout(CONNECT_WITHIN, connecting).await.unwrap_or_else(|_| {
        let seconds = CONNECT_WITHIN.as_secs();
        let silent = io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {seconds} s"));
        Err(sqlx::Error::Io(silent))
    });
    let (host, port) = (options.get_host().to_owned(), options.get_port());
    connected.map_err(|error| NotReached { host, port, error })
}

/// Whether a database that cannot be reached may become available: no listener yet, an unknown host
/// name, a server that starts or recovers, or no free connection. A wrong password or database name
/// stays wrong.
fn may_yet_come(error: &NotReached) -> bool {
    match &error.error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(answer) => matches!(answer.code().as_deref(), Some("57P03" | "53300")),
        _ => false,
    }
}
