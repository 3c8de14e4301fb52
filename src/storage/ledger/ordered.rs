//! The ordered path: lock the accounts of a batch in the order of their ids, let the desk decide every operation in the
//! order of arrival, save what changed, one commit.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::error::classify;
use super::{Seat, rows, save};
use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
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
    let now = rows::pass_fence(&mut transaction, batch, seat.session).await?;
    let decided = decide_and_save(&mut transaction, batch, operations, seat.head, lease, now).await?;
    transaction.commit().await.map_err(classify)?;
    Ok(decided)
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
    let effects: Vec<Effect> = operations.iter().map(|operation| desk.apply(operation)).collect();
    let captured = captured_by(batch, operations, &effects);
    save::save_desk(connection, &desk, operations, &effects).await?;
    let head = save::save_batch(connection, batch, &desk, &captured, head).await?;
    Ok((effects.into_iter().map(Some).collect(), head))
}

/// The batch's own captures, and those that its operations made: a kept answer, or a release of a part.
fn captured_by(batch: &Batch, operations: &[Operation], effects: &[Effect]) -> Vec<(CallId, Outcome)> {
    let made = operations.iter().zip(effects).filter_map(|(operation, effect)| match (operation, effect) {
        (Operation::Keep(keep), Effect::Done(_)) => Some((keep.hold.call_id, keep.outcome)),
        (Operation::Release(release), Effect::Done(_)) if !release.whole => {
            Some((release.hold.call_id, release.outcome))
        }
        _ => None,
    });
    batch.captured.iter().copied().chain(made).collect()
}
