//! The change feed: the log of changes that gateways follow, over a connection that is notified
//! when it grows.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{Acquire, PgConnection};
use uuid::Uuid;

use super::error::StorageError;
use super::runtime_role;
use crate::domain::change::{Change, Invalidation};
use crate::domain::ids::AccountId;

const CHANNEL: &str = "fluence_change";
/// The most changes in one read.
const READ_AT_ONCE: i64 = 500;

/// One read of the change feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPage {
    /// The changes after the number asked for, oldest first.
    pub changes: Vec<Change>,
    /// The number of the newest change, or 0 in an empty log.
    pub newest: i64,
    /// Whether changes may be missing, because the log no longer reaches back far enough or was
    /// reset.
    pub has_gap: bool,
}

/// A connection that follows the log. After any error it must be dropped and replaced.
#[derive(Debug)]
pub struct ChangeFeed {
    listener: PgListener,
}

#[derive(sqlx::FromRow)]
struct ChangeRow {
    oldest: i64,
    newest: i64,
    number: Option<i64>,
    kind: Option<String>,
    account_id: Option<Uuid>,
    age_s: Option<f64>,
}

impl ChangeFeed {
    /// Connects and subscribes to notifications.
    ///
    /// # Errors
    /// When the database cannot be reached within `wait`.
    pub async fn open(options: PgConnectOptions, wait: Duration) -> Result<Self, StorageError> {
        let options = options.application_name("fluence-listener").options([
            ("statement_timeout", "5s"),
            ("lock_timeout", "2s"),
            // A gateway's report on itself need not survive a crash of the database.
            ("synchronous_commit", "off"),
        ]);
        // Each connection has a pool of its own: a dropped listener may still be waiting for a dead
        // peer.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(wait)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| {
                Box::pin(async move { runtime_role::put_on(connection).await.map(drop) })
            })
            .connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.ignore_pool_close_event(true);
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        Ok(Self { listener })
    }

    /// Returns the changes after number `seen`. They include everything committed before the call.
    pub async fn read_after(&mut self, seen: i64) -> Result<FeedPage, StorageError> {
        // Drops notifications that this read answers and keeps those that arrive from now on.
        while self.listener.next_buffered().is_some() {}
        let rows: Vec<ChangeRow> = sqlx::query_as(
            "with bound as (select coalesce(min(number), 0) as oldest, coalesce(max(number), 0) as newest from change)
             select b.oldest, b.newest, c.number, c.kind, c.account_id,
                    extract(epoch from clock_timestamp() - c.changed_at)::float8 as age_s
               from bound b
               left join lateral (select * from change where number > $1 order by number limit $2) c on true
              order by c.number",
        )
        .bind(seen)
        .bind(READ_AT_ONCE)
        .fetch_all(&mut self.listener)
        .await?;
        let (oldest, newest) = rows.first().map_or((0, 0), |row| (row.oldest, row.newest));
        let changes: Vec<Change> = rows.into_iter().filter_map(change).collect();
        // The newest change is never deleted, so a gateway that has seen every change finds it
        // again.
        Ok(FeedPage { changes, newest, has_gap: newest < seen || oldest > seen })
    }

    pub async fn notified(&mut self) -> Result<(), StorageError> {
        match self.listener.try_recv().await? {
            Some(_) => Ok(()),
            None => Err(StorageError::Unavailable(
                std::io::Error::from(std::io::ErrorKind::ConnectionReset).into(),
            )),
        }
    }

    /// Returns the connection, for the gateway's report on itself.
    pub async fn connection(&mut self) -> Result<&mut PgConnection, StorageError> {
        Ok(Acquire::acquire(&mut self.listener).await?)
    }
}

fn change(row: ChangeRow) -> Option<Change> {
    let account = row.account_id.map(AccountId::from_uuid);
    let invalidation = match (row.kind.as_deref(), account) {
        (Some("api_key" | "environment" | "account"), Some(account)) => Invalidation::Account(account),
        (Some("key_secret"), Some(account)) => Invalidation::AccountAndUnknown(account),
        (Some("offer_set"), _) => Invalidation::OfferSets,
        // A plan, or a kind that a newer version of this program writes.
        _ => Invalidation::Everything,
    };
    let age = Duration::try_from_secs_f64(row.age_s.unwrap_or(0.0)).unwrap_or_default();
    Some(Change { number: row.number?, invalidation, age })
}

/// Returns the number of the newest change, or 0 in an empty log.
pub async fn newest(connection: &mut PgConnection) -> Result<i64, StorageError> {
    let (newest,): (i64,) =
        sqlx::query_as("select coalesce(max(number), 0) from change").fetch_one(connection).await?;
    Ok(newest)
}

/// Deletes changes older than an hour, but never the newest. A gateway that was cut off for longer
/// empties its caches anyway.
pub async fn delete_old(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let deleted = sqlx::query(
        "delete from change where changed_at < now() - interval '1 hour' and number < (select max(number) from change)",
    )
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
