//! What a command works with: settings, database, pepper and ledger.

pub(super) mod own_database;
mod peppers;

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use chrono::TimeDelta;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgPool, Postgres};

use super::actor;
use super::error::{LISTS_ACCOUNTS, one_line};
use crate::catalogue::plans::Catalogue;
use crate::config::Settings;
use crate::domain::account::Account;
use crate::domain::ids::AccountId;
use crate::domain::rights::Principal;
use crate::domain::setting;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::writer::operator::OperatorError;
use crate::local_postgres::{self, ArchiveDir, LocalPostgres};
use crate::management::credits::{CreditError, LedgerDesk, apply};
use crate::secret::peppers::Peppers;
use crate::storage::schema::{self, SchemaState, Upgrade};
use crate::storage::{accounts, pool};

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
    pub async fn open(settings: Settings) -> anyhow::Result<Self> {
        Self::open_archiving(settings, ArchiveDir::of_command).await
    }

    /// The same for a gateway, which goes on with restored data.
    ///
    /// # Errors
    /// Also when the archive of the settings is that of another server.
    pub(super) async fn open_for_gateway(settings: Settings) -> anyhow::Result<Self> {
        Self::open_archiving(settings, ArchiveDir::of_gateway).await
    }

    async fn open_archiving(
        mut settings: Settings,
        archive_dir: fn(PathBuf) -> ArchiveDir,
    ) -> anyhow::Result<Self> {
        let peppers =
            settings.take_peppers().map_err(|fault| anyhow!("{}: {}", fault.setting, fault.advice))?;
        let (options, private) = match own_database::options(&settings)? {
            Some(options) => {
                own_database::reach(&options).await?;
                (options, None)
            }
            None => {
                let most = settings.database.max_connections.get().saturating_add(SPARE_CONNECTIONS);
                let server = LocalPostgres::start(local_postgres::Options {
                    data_dir: PathBuf::from(&settings.data_dir),
                    durable: true,
                    max_connections: u16::try_from(most).unwrap_or(u16::MAX),
                    archive_dir: settings.backup.archive().map(archive_dir),
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

    /// Applies the operation that completes a change, the first part of which is committed. `done`
    /// says what is, and `completed_by` what completes it.
    ///
    /// # Errors
    /// As [`Self::act`]. The message says that the change is half made.
    pub(super) async fn complete(
        &self,
        operation: Operation,
        done: &str,
        completed_by: &str,
    ) -> anyhow::Result<()> {
        let Err(error) = apply(&self.ledger_desk(), &self.operator().actor, operation).await else {
            return Ok(());
        };
        let reason = match error {
            CreditError::Unknown(_) => "the connection to the database was lost".to_owned(),
            // Something was: the first part.
            CreditError::Refused(rule) => one_line(&rule.into()),
            CreditError::Ledger(error) => match *error {
                OperatorError::Commit(cause) => one_line(&cause.into()),
                error => one_line(&error.into()),
            },
            error => one_line(&error.into()),
        };
        bail!("{done}: {reason}. {completed_by}")
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
    format!("account {id} does not exist{LISTS_ACCOUNTS}")
}
