//! What `fluence doctor` asks the database. Every statement only reads, except for one whose write
//! is rolled back.

use chrono::{DateTime, Utc};
use sqlx::{Connection, PgConnection};

use super::error::StorageError;

/// The server and its settings.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct ServerFacts {
    /// Such as `150018` for 15.18.
    pub version_number: i32,
    pub version: String,
    pub now: DateTime<Utc>,
    pub is_replica: bool,
    pub is_read_only: bool,
    pub encoding: String,
    pub fsync: bool,
    pub full_page_writes: bool,
    /// `on`, `off`, `local`, `remote_write` or `remote_apply`.
    pub synchronous_commit: String,
    pub data_checksums: bool,
    pub autovacuum: bool,
    pub max_connections: i32,
    /// The login is a superuser.
    pub is_superuser: bool,
    /// A commit ends only once a replica has it.
    pub waits_for_replicas: bool,
    /// Connections that receive the write-ahead log.
    pub replicas: i64,
    /// Seconds that the session has waited for a replica that waits longest, of those that this
    /// login can see.
    pub replica_wait_s: f64,
    /// Seconds since the oldest transaction began that this login can see.
    pub oldest_transaction_s: f64,
    /// Transactions since the oldest row that is not frozen.
    pub transaction_age: i32,
    pub archive_mode: String,
    /// The last attempt to archive the write-ahead log failed.
    pub is_archiving_failing: bool,
    pub database_bytes: i64,
}

/// Reads the server's settings and state.
pub async fn server(connection: &mut PgConnection) -> Result<ServerFacts, StorageError> {
    Ok(sqlx::query_as(
        "select current_setting('server_version_num')::int as version_number,
                current_setting('server_version') as version,
                clock_timestamp() as now,
                pg_is_in_recovery() as is_replica,
                current_setting('transaction_read_only')::bool as is_read_only,
                current_setting('server_encoding') as encoding,
                current_setting('fsync')::bool as fsync,
                current_setting('full_page_writes')::bool as full_page_writes,
                current_setting('synchronous_commit') as synchronous_commit,
                current_setting('data_checksums')::bool as data_checksums,
                current_setting('autovacuum')::bool as autovacuum,
                current_setting('max_connections')::int as max_connections,
                (select rolsuper from pg_roles where rolname = session_user) as is_superuser,
                current_setting('synchronous_standby_names') <> ''
                    and current_setting('synchronous_commit') not in ('off', 'local') as waits_for_replicas,
                (select count(*) from pg_stat_replication) as replicas,
                coalesce((select extract(epoch from now() - min(query_start))::float8 from pg_stat_activity
                           where wait_event = 'SyncRep'), 0) as replica_wait_s,
                coalesce((select extract(epoch from now() - min(xact_start))::float8 from pg_stat_activity
                           where datname = current_database()), 0) as oldest_transaction_s,
                (select age(datfrozenxid) from pg_database where datname = current_database()) as transaction_age,
                current_setting('archive_mode') as archive_mode,
                coalesce((select last_failed_time > coalesce(last_archived_time, '-infinity') from pg_stat_archiver),
                         false) as is_archiving_failing,
                pg_database_size(current_database()) as database_bytes",
    )
    .fetch_one(connection)
    .await?)
}

/// The ledger's upkeep.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct LedgerFacts {
    /// The gateways of open epochs whose writer is silent, the longest silence first, at most 20.
    pub silent_writers: Vec<String>,
    /// For how many seconds each of them is.
    pub silent_s: Vec<f64>,
    /// Open epochs whose writer is silent for longer than a hold may live.
    pub stale_epochs: i64,
    /// Months from the current one on that have a partition, without a gap.
    pub months_partitioned: i32,
    /// Entries that are in no month's partition.
    pub has_stray_entries: bool,
    /// Whether gateways may add entries and batches.
    pub can_write: bool,
}

/// Reads how the ledger is kept. A writer without a heartbeat for `silent_after_s` is silent.
pub async fn ledger(
    connection: &mut PgConnection,
    silent_after_s: f64,
    hold_life_s: f64,
) -> Result<LedgerFacts, StorageError> {
    Ok(sqlx::query_as(
        "with silent as (
             select node, extract(epoch from clock_timestamp() - heartbeat_at)::float8 as silent_s from ledger_epoch
              where closed_at is null and heartbeat_at < clock_timestamp() - make_interval(secs => $2)
              order by heartbeat_at limit 20
         ), month as (
             select ahead, to_regclass('ledger_entry_' || to_char(
                        date_trunc('month', now() at time zone 'utc') + make_interval(months => ahead), 'YYYY_MM'))
                    is not null as is_there
               from generate_series(0, 12) ahead)
         select array(select node from silent order by silent_s desc) as silent_writers,
                array(select silent_s from silent order by silent_s desc) as silent_s,
                (select count(*) from ledger_epoch
                  where closed_at is null and heartbeat_at < now() - make_interval(secs => $1)) as stale_epochs,
                coalesce((select min(ahead) from month where not is_there), 13) as months_partitioned,
                exists (select from ledger_entry where tableoid = 'ledger_entry_other'::regclass) as has_stray_entries,
                has_table_privilege('ledger_entry', 'insert') and has_table_privilege('ledger_batch', 'insert')
                    as can_write",
    )
    .bind(hold_life_s)
    .bind(silent_after_s)
    .fetch_one(connection)
    .await?)
}

/// Writes about a megabyte into a temporary table and rolls it back, which needs free space on the
/// disk of the database.
pub async fn try_write(connection: &mut PgConnection) -> Result<(), StorageError> {
    let mut transaction = connection.begin().await?;
    // Smaller than what is compressed or stored elsewhere.
    sqlx::query(
        "create temporary table fluence_doctor on commit drop as
         select repeat(md5(number::text), 50) as filler from generate_series(1, 700) number",
    )
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.rollback().await?)
}

/// Whether the server archives its write-ahead log.
pub async fn is_archiving(connection: &mut PgConnection) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar("select current_setting('archive_mode') <> 'off'").fetch_one(connection).await?)
}

/// Reads the instant of the last commit that a restored server replayed, and the number of the
/// newest migration.
pub async fn replayed(connection: &mut PgConnection) -> Result<(Option<DateTime<Utc>>, i64), StorageError> {
    Ok(sqlx::query_as(
        "select pg_last_xact_replay_timestamp(), coalesce((select max(version) from _sqlx_migrations where success), 0)",
    )
    .fetch_one(connection)
    .await?)
}
