//! Epochs: opening one, its heartbeat, and closing one, which releases its open holds.

mod open_holds;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use self::open_holds::open_holds;
use super::connection::end;
use super::error::classify;
use super::ordered::OrderedBatch;
use super::seal;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::{Batch, Epoch, StoreError, Work};
use crate::storage::error::StorageError;

pub(super) async fn open_epoch(connection: &mut PgConnection, node: &str) -> Result<Epoch, StoreError> {
    let insert = "insert into ledger_epoch (node, requests_by_plan) values ($1, true) returning epoch";
    let epoch = sqlx::query_scalar(insert).bind(node).fetch_one(connection).await.map_err(classify)?;
    Ok(Epoch(epoch))
}

pub(super) async fn heartbeat(connection: &mut PgConnection, epoch: Epoch) -> Result<(), StoreError> {
    let updated =
        sqlx::query("update ledger_epoch set heartbeat_at = now() where epoch = $1 and closed_at is null")
            .bind(epoch.0)
            .execute(connection)
            .await
            .map_err(classify)?;
    if updated.rows_affected() == 0 { Err(StoreError::Fenced) } else { Ok(()) }
}

/// An open epoch, with the last heartbeat of its writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenEpoch {
    pub epoch: Epoch,
    pub heartbeat_at: DateTime<Utc>,
    /// Whether that is long ago by the database's clock, which may have been set forward since.
    pub is_stale: bool,
}

/// Returns the open epochs. One without a heartbeat for `silence` is stale.
pub async fn open_epochs(
    connection: &mut PgConnection,
    silence: TimeDelta,
) -> Result<Vec<OpenEpoch>, StoreError> {
    let open: Vec<(i32, DateTime<Utc>, bool)> = sqlx::query_as(
        "select epoch, heartbeat_at, heartbeat_at < now() - make_interval(secs => $1) from ledger_epoch
          where closed_at is null order by epoch",
    )
    .bind(silence.as_seconds_f64())
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    let open = open.into_iter();
    Ok(open
        .map(|(epoch, heartbeat_at, is_stale)| OpenEpoch { epoch: Epoch(epoch), heartbeat_at, is_stale })
        .collect())
}

/// Closes the epochs of dead writers, and releases their open holds. Returns the number released.
/// An epoch with a newer heartbeat stays open. Several gateways may run this at once: each epoch is
/// closed by one. An epoch that cannot be closed now, for example because of a locked account, does
/// not block the others.
pub async fn close_dead_epochs(
    connection: &mut PgConnection,
    dead: &[OpenEpoch],
) -> Result<usize, StoreError> {
    let mut released = 0;
    for &OpenEpoch { epoch, heartbeat_at, .. } in dead {
        match close(connection, epoch, Some(heartbeat_at)).await {
            Ok(count) => released += count,
            // Without the connection the others cannot be closed either.
            Err(error @ StoreError::Unknown(_)) => return Err(error),
            Err(error) => {
                tracing::warn!(epoch = epoch.0, %error, "closing a dead epoch failed; it is tried again")
            }
        }
    }
    Ok(released)
}

/// Closes every epoch that is stale by the database's clock alone. For tests; a gateway observes
/// the heartbeats of an epoch first.
pub async fn close_stale_epochs(
    connection: &mut PgConnection,
    silence: TimeDelta,
) -> Result<usize, StoreError> {
    let mut stale = open_epochs(connection, silence).await?;
    stale.retain(|open| open.is_stale);
    close_dead_epochs(connection, &stale).await
}

/// Deletes day-old epochs without a batch. Returns the number deleted.
///
/// # Errors
/// When the database is read-only.
pub async fn delete_empty_epochs(connection: &mut PgConnection) -> Result<i64, StorageError> {
    let (deleted,): (i64,) =
        sqlx::query_as("select ledger_forget_empty_epochs()").fetch_one(connection).await?;
    Ok(deleted)
}

/// Closes an epoch of any writer. Returns the number of released holds.
pub(super) async fn close_epoch(connection: &mut PgConnection, epoch: Epoch) -> Result<usize, StoreError> {
    close(connection, epoch, None).await
}

async fn close(
    connection: &mut PgConnection,
    epoch: Epoch,
    heartbeat_at: Option<DateTime<Utc>>,
) -> Result<usize, StoreError> {
    let mut transaction = connection.begin().await.map_err(classify)?;
    let closed = close_within(&mut transaction, epoch, heartbeat_at).await;
    kill_point::pass(KillPoint::EpochReleased);
    let closed = end(transaction, closed).await;
    kill_point::pass(KillPoint::EpochClosed);
    closed
}

/// Closes an epoch whose last heartbeat is the given one, if any. The row lock on the epoch blocks
/// its writer and other recoveries until the commit. The releases are the epoch's last batch.
async fn close_within(
    connection: &mut PgConnection,
    epoch: Epoch,
    heartbeat_at: Option<DateTime<Utc>>,
) -> Result<usize, StoreError> {
    let locked: Option<(i32, DateTime<Utc>)> = sqlx::query_as(
        "select batches, now() from ledger_epoch
          where epoch = $1 and closed_at is null
            and heartbeat_at = coalesce($2, heartbeat_at)
            for update skip locked",
    )
    .bind(epoch.0)
    .bind(heartbeat_at)
    .fetch_optional(&mut *connection)
    .await
    .map_err(classify)?;
    let Some((batches, now)) = locked else {
        return Ok(0);
    };
    kill_point::pass(KillPoint::EpochLocked);
    let (head, open_from) = last_batch(connection, epoch, batches).await?;
    let releases = open_holds(connection, epoch, open_from).await?;
    let (mut last, mut released) = (batches, 0);
    if !releases.is_empty() {
        last += 1;
        let operations: Vec<Operation> = releases.into_iter().map(Operation::Settle).collect();
        let work = Work::Ordered(Vec::new());
        let batch = Batch { epoch, number: last, open_from: last, captured: Vec::new(), work };
        let lease = TimeDelta::zero();
        let ordered = OrderedBatch { batch: &batch, operations: &operations, head, lease };
        let (effects, _) = ordered.decide_and_save(connection, now).await?;
        released = released_of(&operations, &effects);
    }
    sqlx::query("update ledger_epoch set closed_at = now(), batches = $2 where epoch = $1")
        .bind(epoch.0)
        .bind(last)
        .execute(connection)
        .await
        .map_err(classify)?;
    Ok(released)
}

/// Returns how many of the releases succeeded. One that the rules refuse is left to an operator;
/// its epoch is closed nevertheless.
fn released_of(releases: &[Operation], effects: &[Option<Effect>]) -> usize {
    let refused = releases.iter().zip(effects).filter(|(_, effect)| !matches!(effect, Some(Effect::Done(_))));
    let mut released = releases.len();
    for (release, effect) in refused {
        tracing::error!(?effect, ?release, "the ledger's rules refused to release a dead gateway's hold");
        released -= 1;
    }
    released
}

/// Returns the hash of the epoch's last batch, and the first batch that may have open holds.
async fn last_batch(
    connection: &mut PgConnection,
    epoch: Epoch,
    batches: i32,
) -> Result<([u8; 32], i32), StoreError> {
    let last: Option<(Vec<u8>, i32)> =
        sqlx::query_as("select hash, open_from from ledger_batch where epoch = $1 and batch = $2")
            .bind(epoch.0)
            .bind(batches)
            .fetch_optional(connection)
            .await
            .map_err(classify)?;
    match last {
        Some((hash, open_from)) => Ok((seal::hash_of(&hash)?, open_from)),
        None => Ok((seal::genesis(epoch), 0)),
    }
}
