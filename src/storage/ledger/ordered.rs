//! The ordered path: lock the accounts of a batch in the order of their ids, let the desk decide every operation in the
//! order of arrival, save what changed, one commit.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::connection::end;
use super::error::classify;
use super::{Seat, rows, save};
use crate::kill_point::{self, KillPoint};
use crate::ledger::desk::captures_made;
use crate::ledger::operation::{Effect, Operation};
use crate::ledger::store::{Batch, Effects, StoreError};

/// Commits a batch of operations. Returns the effects in their order, and the hash of the batch.
pub(super) async fn commit(
    connection: &mut PgConnection,
    batch: &Batch,
    operations: &[Operation],
    seat: Seat,
    lease: TimeDelta,
) -> Result<(Effects, [u8; 32]), StoreError> {
    let mut transaction = connection.begin().await.map_err(classify)?;
    let decided = match rows::pass_fence(&mut transaction, batch, seat.session).await {
        Ok(now) => decide_and_save(&mut transaction, batch, operations, seat.head, lease, now).await,
        Err(error) => Err(error),
    };
    kill_point::pass(KillPoint::OrderedWritten);
    let ended = end(transaction, decided).await;
    kill_point::pass(KillPoint::OrderedCommitted);
    ended
}

/// The part between the fence and the commit; a recovery uses it inside a transaction of its own.
pub(super) async fn decide_and_save(
    connection: &mut PgConnection,
    batch: &Batch,
    operations: &[Operation],
    head: [u8; 32],
    lease: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(Effects, [u8; 32]), StoreError> {
    let mut desk = rows::load_desk(connection, operations, now, lease).await?;
    kill_point::pass(KillPoint::OrderedLocked);
    let effects: Vec<Effect> = operations.iter().map(|operation| desk.apply(operation)).collect();
    let captured: Vec<_> =
        batch.captured.iter().copied().chain(captures_made(operations, &effects)).collect();
    save::save_desk(connection, &desk, operations, &effects).await?;
    let head = save::save_batch(connection, batch, &desk, &captured, head).await?;
    Ok((effects.into_iter().map(Some).collect(), head))
}
