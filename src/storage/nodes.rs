//! The gateways on this database, as each reports itself.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StorageError;
use crate::domain::offer_set::{SetKind, SetNumbers};

/// Seconds without a report after which a gateway counts as silent: it has stopped, or has lost its
/// database connection.
pub const SILENT_AFTER_S: i32 = 30;

/// A gateway: one run of the program.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its id, created at its start.
    pub id: Uuid,
    /// The name that operators see.
    pub name: String,
    /// The newest pepper that it runs with.
    pub pepper_version: i32,
}

/// A gateway as the others see it.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct NodeView {
    pub id: Uuid,
    /// The name that operators see.
    pub name: String,
    pub version: String,
    pub started_at: DateTime<Utc>,
    /// The time of its last report.
    pub last_seen_at: DateTime<Utc>,
    pub silent_s: f64,
    /// Whether that exceeds [`SILENT_AFTER_S`].
    #[serde(rename = "silent")]
    pub is_silent: bool,
    /// How far its clock is ahead of the database's, in milliseconds. `None`: not known yet.
    #[serde(skip)]
    pub clock_ahead_ms: Option<i64>,
    /// The last change that it has applied.
    pub change_seen: i64,
    /// The newest pepper that it runs with; `None`: an older version of the program.
    #[serde(skip)]
    pub pepper_version: Option<i32>,
    /// The sets that it sells by; `None` until it has activated any.
    #[serde(skip)]
    pub catalogue_set: Option<i32>,
    #[serde(skip)]
    pub routes_set: Option<i32>,
    /// Why it has not activated the newest sets.
    #[serde(skip)]
    pub offer_fault: Option<String>,
}

impl NodeView {
    /// The set that the gateway sells by.
    pub fn offer_set(&self, kind: SetKind) -> Option<i32> {
        match kind {
            SetKind::Catalogue => self.catalogue_set,
            SetKind::Routes => self.routes_set,
        }
    }
}

/// Reports that a gateway is running, has applied every change up to `change_seen`, and how far its
/// clock is ahead of the database's. Returns the database's time.
pub async fn report(
    connection: &mut PgConnection,
    node: &Node,
    change_seen: i64,
    clock_ahead: Option<TimeDelta>,
) -> Result<DateTime<Utc>, StorageError> {
    let (time,): (DateTime<Utc>,) = sqlx::query_as(
        "insert into node (id, name, version, started_at, last_seen_at, change_seen, clock_ahead_ms, pepper_version)
         values ($1, $2, $3, now(), now(), $4, $5, $6)
             on conflict (id) do update set last_seen_at = excluded.last_seen_at, change_seen = excluded.change_seen,
                                            clock_ahead_ms = excluded.clock_ahead_ms
         returning clock_timestamp()",
    )
    .bind(node.id)
    .bind(&node.name)
    .bind(env!("CARGO_PKG_VERSION"))
    .bind(change_seen)
    .bind(clock_ahead.map(|ahead| ahead.num_milliseconds()))
    .bind(node.pepper_version)
    .fetch_one(connection)
    .await?;
    Ok(time)
}

/// Longest reported fault, in characters.
const MAX_FAULT_CHARS: usize = 2_000;

/// Reports which sets a gateway sells by, and why not by the newest.
pub async fn report_offer(
    connection: &mut PgConnection,
    id: Uuid,
    numbers: SetNumbers,
    fault: Option<&str>,
) -> Result<(), StorageError> {
    let fault = fault.map(|fault| fault.chars().take(MAX_FAULT_CHARS).collect::<String>());
    sqlx::query("update node set catalogue_set = $2, routes_set = $3, offer_fault = $4 where id = $1")
        .bind(id)
        .bind(numbers.catalogue)
        .bind(numbers.routes)
        .bind(fault)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes a gateway that stops.
pub async fn leave(connection: &mut PgConnection, node: &Node) -> Result<(), StorageError> {
    sqlx::query("delete from node where id = $1").bind(node.id).execute(connection).await?;
    Ok(())
}

/// Returns the gateways by name, including silent ones until they are removed: a gateway that
/// cannot follow changes may still serve.
pub async fn list(connection: &mut PgConnection) -> Result<Vec<NodeView>, StorageError> {
    let nodes = sqlx::query_as(
        "select *, silent_s > $1 as is_silent
           from node, lateral (select extract(epoch from clock_timestamp() - last_seen_at)::float8 as silent_s) silence
          order by name, started_at",
    )
    .bind(SILENT_AFTER_S)
    .fetch_all(connection)
    .await?;
    Ok(nodes)
}

/// Whether a gateway runs, or ran until lately, with this newest pepper.
pub async fn run_with_pepper(connection: &mut PgConnection, version: i32) -> Result<bool, StorageError> {
    let exists = sqlx::query_scalar("select exists (select from node where pepper_version = $1)");
    Ok(exists.bind(version).fetch_one(connection).await?)
}

/// Returns a gateway that has reported itself lately and runs with no pepper newer than this one.
pub async fn needs_pepper(
    connection: &mut PgConnection,
    version: i32,
) -> Result<Option<String>, StorageError> {
    let name = sqlx::query_scalar(
        "select name from node
          where (pepper_version is null or pepper_version <= $1)
            and last_seen_at > now() - make_interval(secs => $2)
          order by name limit 1",
    )
    .bind(version)
    .bind(f64::from(SILENT_AFTER_S))
    .fetch_optional(connection)
    .await?;
    Ok(name)
}

/// Removes gateways without a report for a day.
pub async fn delete_silent(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let deleted = sqlx::query("delete from node where last_seen_at < now() - interval '1 day'")
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}
