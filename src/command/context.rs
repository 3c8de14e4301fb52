//! What a command works with: the settings, the database they lead to, the pepper, and the ledger.

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

use super::output::count;
use super::{actor, pepper_file};
use crate::catalogue::plans::Catalogue;
use crate::config::Settings;
use crate::domain::account::Account;
use crate::domain::ids::AccountId;
use crate::domain::rights::Principal;
use crate::ledger::rules::account::RuleError;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::writer::operator::apply_operations;
use crate::local_postgres::{self, LocalPostgres};
use crate::management;
use crate::secret::peppers::Peppers;
use crate::storage::error::plain;
use crate::storage::ledger::PgLedgerStore;
use crate::storage::schema::{self, SchemaState, Upgrade};
use crate::storage::{accounts, keys, pool};

/// Longest wait for a first connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// The first pause between tries to reach a database that is not there yet, and the longest; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Longest wait for an act: past it the store has been away for a minute in the middle of a commit.
const ACT_WITHIN: Duration = Duration::from_secs(60);
/// Connections of the private server beside those of a gateway's pool: its ledger, its listener, commands, backups.
const SPARE_CONNECTIONS: u32 = 84;

/// The database of one run of the program, and what belongs to it.
#[derive(Debug)]
pub struct Context {
    settings: Settings,
    /// Those of the settings, whose text is wiped.
    peppers: Option<Peppers>,
    options: PgConnectOptions,
    pool: PgPool,
    private: Option<LocalPostgres>,
    operator: Option<String>,
}

impl Context {
    /// Reaches the database: `DATABASE_URL`, or the private server, which is started unless it runs.
    ///
    /// # Errors
    /// When the server cannot be started or reached.
    pub async fn open(mut settings: Settings) -> anyhow::Result<Self> {
        let peppers = settings.take_peppers().map_err(|(setting, advice)| anyhow!("{setting}: {advice}"))?;
        let (options, private) = match own_database(&settings)? {
            Some(options) => {
                reach(&options).await?;
                (options, None)
            }
            None => {
                let most = settings.database.max_connections.saturating_add(SPARE_CONNECTIONS);
                let server = LocalPostgres::start(local_postgres::Options {
                    data_dir: PathBuf::from(&settings.data_dir),
                    durable: true,
                    max_connections: u16::try_from(most).unwrap_or(u16::MAX),
                });
                let server = server.await?;
                (server.connect_options().disable_statement_logging(), Some(server))
            }
        };
        let pool = pool::command_pool(options.clone());
        Ok(Self { settings, peppers, options, pool, private, operator: None })
    }

    /// The same, run by the operator of this name.
    pub fn run_by(self, operator: Option<String>) -> Self {
        Self { operator, ..self }
    }

    /// Leaves the database. The private server stops with its last user.
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

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How to connect, for pools with timeouts of their own.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The command's own small pool.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection of that pool.
    ///
    /// # Errors
    /// When the database has gone away.
    pub async fn connection(&self) -> anyhow::Result<PoolConnection<Postgres>> {
        self.pool.acquire().await.context("cannot reach the database")
    }

    /// Whether the database is a private one.
    pub fn is_private(&self) -> bool {
        self.private.is_some()
    }

    /// The database's schema beside the one of this program.
    ///
    /// # Errors
    /// When the database has gone away.
    pub async fn schema_state(&self) -> anyhow::Result<SchemaState> {
        Ok(schema::state(&mut *self.connection().await?).await?)
    }

    /// Refuses to work on a schema that this program does not know.
    ///
    /// # Errors
    /// When the schema is missing, older or newer.
    pub async fn require_current_schema(&self) -> anyhow::Result<()> {
        match self.schema_state().await? {
            SchemaState::Current => Ok(()),
            SchemaState::Missing => bail!("the database is empty: run `fluence migrate` first"),
            SchemaState::Older => {
                bail!("the database's schema is older than this program: run `fluence migrate`")
            }
            SchemaState::Newer => bail!("the database was migrated by a newer fluence; use that one"),
        }
    }

    /// Brings schema, catalogue and partitions up to date.
    ///
    /// # Errors
    /// When a migration fails or the database is away.
    pub async fn bring_up_to_date(&self) -> anyhow::Result<Upgrade> {
        Ok(schema::bring_up_to_date(&self.options, &Catalogue::shipped()?).await?)
    }

    /// The peppers of the settings; with the private server, those in the data folder, made at the first need. What keys
    /// were hashed under before must be among them.
    ///
    /// # Errors
    /// When there is none, it is gone while keys exist that were made with it, or it is another one.
    pub async fn peppers(&self) -> anyhow::Result<Peppers> {
        let live = match &self.peppers {
            Some(live) => live.clone(),
            None if self.private.is_none() => bail!("FLUENCE_PEPPER must be set where DATABASE_URL is"),
            None => self.private_peppers().await?,
        };
        management::peppers::recognise(&mut *self.connection().await?, &self.operator().actor, &live).await?;
        Ok(live)
    }

    async fn private_peppers(&self) -> anyhow::Result<Peppers> {
        let path = self.pepper_path();
        // Asked first: another command may be making the pepper, and after it a key, at this moment.
        let has_keys = keys::exist(&mut *self.connection().await?).await?;
        let text = match pepper_file::read(&path)? {
            Some(text) => text,
            None if has_keys => bail!(
                "{} is gone, and no key can be checked without it: restore it from a backup",
                path.display()
            ),
            None => pepper_file::create(&path)?,
        };
        pepper_file::parse(&text, self.settings.pepper_version).with_context(|| path.display().to_string())
    }

    /// The peppers of the settings, if there are any.
    pub(super) fn set_peppers(&self) -> Option<&Peppers> {
        self.peppers.as_ref()
    }

    /// Where the peppers of the private database are.
    pub(super) fn pepper_path(&self) -> PathBuf {
        Path::new(&self.settings.data_dir).join("pepper")
    }

    /// Whether the peppers are those in the data folder, and not settings.
    pub(super) fn has_pepper_file(&self) -> bool {
        self.is_private() && self.peppers.is_none()
    }

    /// Whoever runs this command.
    pub fn operator(&self) -> Principal {
        actor::operator(self.operator.as_deref())
    }

    /// How long a hold may outlive its gateway.
    pub fn hold_life(&self) -> TimeDelta {
        let seconds = i64::try_from(self.settings.ledger.hold_life_s).unwrap_or(i64::MAX);
        TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX)
    }

    /// A store for a ledger writer of this command's own.
    pub fn ledger_store(&self) -> PgLedgerStore {
        PgLedgerStore::new(self.options.clone(), format!("cli@{}", self.settings.node), self.hold_life())
            .acting_for(self.operator().actor)
    }

    /// Carries out one act on the ledger.
    ///
    /// # Errors
    /// When the rules refuse it, the account is unknown, or the store cannot be reached.
    pub async fn act(&self, operation: Operation) -> anyhow::Result<Effect> {
        let account_id = operation.account_id();
        let acting = timeout(ACT_WITHIN, apply_operations(self.ledger_store(), vec![operation]));
        let effects = acting.await.map_err(|_| {
            anyhow!(
                "the database went away and it is not known whether the act was carried out: \
                 look at `fluence ledger statement --account {account_id}` before you repeat it"
            )
        })??;
        match effects.into_iter().next() {
            Some(Effect::Refused(RuleError::Insufficient { available })) => {
                let available = count(available.as_i64().unsigned_abs(), "credit");
                bail!("the account has only {available}; nothing was changed")
            }
            Some(Effect::Refused(error)) => Err(error).context("nothing was changed"),
            Some(Effect::UnknownAccount) | None => bail!(unknown_account(account_id)),
            Some(effect) => Ok(effect),
        }
    }

    /// The account with this id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn account(&self, id: AccountId) -> anyhow::Result<Account> {
        let found = accounts::find(&mut *self.connection().await?, id).await?;
        found.ok_or_else(|| anyhow!(unknown_account(id)))
    }
}

/// What is said of an account that is not there.
pub(super) fn unknown_account(id: AccountId) -> String {
    format!("there is no account {id}; `fluence account list` shows them all")
}

/// How to connect to the operator's own database; none where the private one is meant.
fn own_database(settings: &Settings) -> anyhow::Result<Option<PgConnectOptions>> {
    let Some(url) = &settings.database_url else { return Ok(None) };
    let options = pool::options(url.expose_secret()).context("DATABASE_URL cannot be read")?;
    Ok(Some(match &settings.database_password {
        Some(password) => options.password(password.expose_secret()),
        None => options,
    }))
}

/// Waits until the operator's own database accepts connections, up to `database.start_wait_s`: after a reboot nothing
/// says which of the two starts first. Returns at once where it is not known to come, so that whoever connects says why.
///
/// # Errors
/// When it cannot be reached in time, or refuses for a reason that will not go away.
pub(super) async fn wait_for_database(settings: &Settings) -> anyhow::Result<()> {
    let Some(options) = own_database(settings)? else { return Ok(()) };
    let deadline = Instant::now() + Duration::from_secs(settings.database.start_wait_s);
    let mut pause = FIRST_PAUSE;
    loop {
        let Err(error) = connect_once(&options).await else { return Ok(()) };
        if !may_yet_come(&error) || Instant::now() + pause > deadline {
            return Err(error.into());
        }
        if pause == FIRST_PAUSE {
            let wait_s = settings.database.start_wait_s;
            tracing::warn!(%error, wait_s, "the database does not accept connections yet; waiting for it");
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Connects once: a pool would only say that it timed out, and not why.
async fn reach(options: &PgConnectOptions) -> anyhow::Result<()> {
    Ok(connect_once(options).await?)
}

#[derive(Debug, thiserror::Error)]
#[error("cannot connect to the database at {host}:{port}: {}", plain(.error))]
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

/// Whether a database that cannot be reached may be on its way: nobody listens yet, its name is not known yet, it starts or
/// recovers, or all its connections are in use. A wrong password or name stays wrong.
fn may_yet_come(error: &NotReached) -> bool {
    match &error.error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(answer) => matches!(answer.code().as_deref(), Some("57P03" | "53300")),
        _ => false,
    }
}
