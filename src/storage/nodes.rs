//! The gateways that run on this database, as each says of itself.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::StorageError;

/// A gateway that has been silent for longer is not expected to answer soon, in seconds: it died, or does not hear changes.
pub const SILENT_AFTER_S: i32 = 30;

/// A gateway: one run of the program.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its id, made at its start.
    pub id: Uuid,
    /// What operators call it.
    pub name: String,
}

/// A gateway as the others see it.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct NodeView {
    /// Its id.
    pub id: Uuid,
    /// What operators call it.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// When it last said that it is there.
    pub last_seen_at: DateTime<Utc>,
    /// For how many seconds it has been silent.
    pub silent_s: f64,
    /// Whether that is longer than [`SILENT_AFTER_S`].
    #[serde(rename = "silent")]
    pub is_silent: bool,
    /// The last change that it has acted on.
    pub change_seen: i64,
}

/// Says that a gateway is there and has acted on every change up to `change_seen`. Returns what time it is.
///
/// # Errors
/// When the database is away.
pub async fn report(
    connection: &mut PgConnection,
    node: &Node,
    change_seen: i64,
) -> Result<DateTime<Utc>, StorageError> {
    let (time,): (DateTime<Utc>,) = sqlx::query_as(
        "insert into node (id, name, version, started_at, last_seen_at, change_seen) values ($1, $2, $3, now(), now(), $4)
             on conflict (id) do update set last_seen_at = excluded.last_seen_at, change_seen = excluded.change_seen
         returning clock_timestamp()",
    )
    .bind(node.id)
    .bind(&node.name)
    .bind(env!("CARGO_PKG_VERSION"))
    .bind(change_seen)
    .fetch_one(connection)
    .await?;
    Ok(time)
}

/// Says that a gateway is gone.
///
/// # Errors
/// When the database is away.
pub async fn leave(connection: &mut PgConnection, node: &Node) -> Result<(), StorageError> {
    sqlx::query("delete from node where id = $1").bind(node.id).execute(connection).await?;
    Ok(())
}

/// The gateways that have not left, by name, those that are silent with them until they are forgotten: one that cannot
/// hear may still serve.
///
/// # Errors
/// When the database is away.
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

/// Forgets gateways that have been silent for a day.
///
/// # Errors
/// When the database is away.
pub async fn forget_gone(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let forgotten = sqlx::query("delete from node where last_seen_at < now() - interval '1 day'")
        .execute(connection)
        .await?;
    Ok(forgotten.rows_affected())
}
