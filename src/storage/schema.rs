//! The database's schema: its version, and its migrations.

use sqlx::migrate::{Migrate, MigrateError};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{ConnectOptions, Connection};

use super::error::StorageError;
use super::short_locks::{self, LocksTaken, MayBeLocked};
use super::{catalogue, ledger, offer_sets, runtime_role, search_keys};
use crate::catalogue::plans::Catalogue;
use crate::domain::offer_set::SetKind;

/// The migrations, forward only.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Months of ledger partitions that are created in advance.
pub const PARTITIONS_AHEAD_MONTHS: i32 = 3;

/// The database's schema, compared with this program's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// The database is empty.
    Missing,
    /// Migrations are pending.
    Older,
    Current,
    /// A newer version of the program migrated it.
    Newer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// The number of the newest migration.
    pub version: i64,
    /// The number of migrations that were applied.
    pub applied: i64,
    /// The number of monthly ledger partitions that were created.
    pub partitions_made: i32,
}

#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// A newer program was here.
    #[error("the database was migrated by a newer version of fluence: use that version")]
    Newer,
    /// A migration failed, or an applied migration differs from this program's.
    #[error("cannot migrate the database")]
    Migrate(#[from] MigrateError),
    #[error("cannot write the catalogue")]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Locks(#[from] LocksTaken),
}

impl From<sqlx::Error> for UpgradeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl MayBeLocked for UpgradeError {
    fn database_error(&self) -> Option<&sqlx::Error> {
        match self {
            Self::Migrate(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _))
            | Self::Storage(StorageError::Unavailable(error)) => Some(error),
            _ => None,
        }
    }
}

/// Returns the number of the newest migration.
pub fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Compares the database's schema with this program's.
pub async fn state(connection: &mut PgConnection) -> Result<SchemaState, StorageError> {
    Ok(match applied(connection).await? {
        None => SchemaState::Missing,
        Some((version, _)) if version < newest() => SchemaState::Older,
        Some((version, _)) if version > newest() => SchemaState::Newer,
        // A migration with a lower number may arrive after a higher one was applied.
        Some((_, count)) if count < MIGRATIONS.iter().count() as i64 => SchemaState::Older,
        Some(_) => SchemaState::Current,
    })
}

/// Calls [`state`] on a connection of a pool.
pub async fn state_of(pool: &PgPool) -> Result<SchemaState, StorageError> {
    state(&mut *pool.acquire().await?).await
}

/// Returns the newest applied migration and the number of applied ones, or `None` in an empty
/// database.
async fn applied(connection: &mut PgConnection) -> Result<Option<(i64, i64)>, StorageError> {
    let (known,): (bool,) = sqlx::query_as("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(&mut *connection)
        .await?;
    if !known {
        return Ok(None);
    }
    let (version, count): (Option<i64>, i64) =
        sqlx::query_as("select max(version), count(*) from _sqlx_migrations where success")
            .fetch_one(connection)
            .await?;
    Ok(version.map(|version| (version, count)))
}

/// Applies pending migrations, updates old search keys, saves the shipped catalogue unless the
/// seller applied one, creates the ledger's next partitions, and grants the runtime role its
/// rights, all as the owner. Several programs may run this at once: one does the work, the others
/// wait, without a timeout. Statements of gateways never wait long behind it ([`short_locks`]).
///
/// # Errors
/// When a migration fails, a table stays locked, or a newer version of the program has migrated the
/// database.
pub async fn bring_up_to_date(
    options: &PgConnectOptions,
    catalogue: &Catalogue,
) -> Result<Upgrade, UpgradeError> {
    // A login may have timeouts of its own, for gateways behind a pooler.
    let without_timeouts = [("statement_timeout", "0"), ("lock_timeout", "0")];
    let mut connection = options.clone().options(without_timeouts).connect().await?;
    let (at_first, before) = applied(&mut connection).await?.unwrap_or_default();
    if at_first > newest() {
        return Err(UpgradeError::Newer);
    }
    // The migrations take this lock again. Here it has no timeout.
    connection.lock().await?;
    short_locks::retry(&mut connection, async |connection| {
        MIGRATIONS.run(connection).await.map_err(UpgradeError::from)
    })
    .await?;
    let renewed = search_keys::bring_up_to_date(&mut connection).await?;
    if renewed > 0 {
        tracing::info!(people = renewed, "search keys updated");
    }
    let (version, after) = applied(&mut connection).await?.unwrap_or_default();
    let partitions_made = short_locks::retry(&mut connection, async |connection| {
        fill(connection, catalogue).await.map_err(UpgradeError::from)
    })
    .await?;
    runtime_role::warn_unless_there(&mut connection).await?;
    connection.close().await?;
    Ok(Upgrade { version, applied: after - before, partitions_made })
}

/// Brings up to date what the schema holds. Returns the number of partitions that were created.
async fn fill(connection: &mut PgConnection, catalogue: &Catalogue) -> Result<i32, StorageError> {
    let mut transaction = connection.begin().await?;
    // A catalogue of the seller stays in force: upgrades change the shipped one only.
    if offer_sets::newest(&mut transaction, SetKind::Catalogue).await?.is_none() {
        catalogue::save(&mut transaction, catalogue).await?;
    }
    let partitions_made = ledger::make_partitions(&mut transaction, PARTITIONS_AHEAD_MONTHS).await?;
    sqlx::query("select grant_runtime_rights()").execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(partitions_made)
}
