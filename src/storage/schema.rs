//! The schema: which one the database has, and how it is brought up to date.

use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool};
use sqlx::{ConnectOptions, Connection};

use super::error::StorageError;
use super::{catalogue, ledger, runtime_role, search_keys};
use crate::catalogue::plans::Catalogue;

/// The schema, forward only.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// Months for which the ledger has a place in advance.
pub const PARTITIONS_AHEAD_MONTHS: i32 = 3;

/// The database's schema beside the one that this program was built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// There is none yet.
    Missing,
    /// Migrations are due.
    Older,
    /// They are the same.
    Current,
    /// A newer program was here.
    Newer,
}

/// What [`bring_up_to_date`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// Number of the newest migration.
    pub version: i64,
    /// Migrations that were due.
    pub applied: i64,
    /// Monthly partitions of the ledger that were missing.
    pub partitions_made: i32,
}

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeError {
    /// A newer program was here.
    #[error("the database was migrated by a newer version of fluence: use that version")]
    Newer,
    /// A migration failed, or one that was applied is not the one this program has.
    #[error("cannot migrate the database")]
    Migrate(#[from] MigrateError),
    /// The plans, packs or partitions could not be written.
    #[error("cannot write the catalogue")]
    Storage(#[from] StorageError),
}

impl From<sqlx::Error> for UpgradeError {
    fn from(error: sqlx::Error) -> Self {
        Self::Storage(error.into())
    }
}

/// Number of the newest migration.
fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Compares the database's schema with this program's.
///
/// # Errors
/// When the database is away.
pub async fn state(connection: &mut PgConnection) -> Result<SchemaState, StorageError> {
    Ok(match applied(connection).await? {
        None => SchemaState::Missing,
        Some((version, _)) if version < newest() => SchemaState::Older,
        Some((version, _)) if version > newest() => SchemaState::Newer,
        Some(_) => SchemaState::Current,
    })
}

/// As [`state`], on a connection of a pool.
///
/// # Errors
/// When the database is away.
pub async fn state_of(pool: &PgPool) -> Result<SchemaState, StorageError> {
    state(&mut *pool.acquire().await?).await
}

/// The newest migration that was applied, and how many were; none in a database that never saw any.
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

/// Applies the migrations that are due, renews search keys of older editions, writes the catalogue, makes the ledger's next partitions, and gives the runtime
/// role its rights. All as the owner. Several programs may do so at once: one does it, the others wait, on a connection without timeouts.
///
/// # Errors
/// When the database is away, a migration fails, or a newer program has migrated it further.
pub async fn bring_up_to_date(
    options: &PgConnectOptions,
    catalogue: &Catalogue,
) -> Result<Upgrade, UpgradeError> {
    let mut connection = options.connect().await?;
    let (at_first, before) = applied(&mut connection).await?.unwrap_or_default();
    if at_first > newest() {
        return Err(UpgradeError::Newer);
    }
    MIGRATIONS.run(&mut connection).await?;
    let renewed = search_keys::bring_up_to_date(&mut connection).await?;
    if renewed > 0 {
        tracing::info!(
            people = renewed,
            "people were stored under older search keys; they have the new ones now"
        );
    }
    let (version, after) = applied(&mut connection).await?.unwrap_or_default();
    let mut transaction = connection.begin().await?;
    catalogue::save(&mut transaction, catalogue).await?;
    let partitions_made = ledger::make_partitions(&mut transaction, PARTITIONS_AHEAD_MONTHS).await?;
    sqlx::query("select grant_runtime_rights()").execute(&mut *transaction).await?;
    transaction.commit().await?;
    runtime_role::warn_unless_there(&mut connection).await?;
    connection.close().await?;
    Ok(Upgrade { version, applied: after - before, partitions_made })
}
