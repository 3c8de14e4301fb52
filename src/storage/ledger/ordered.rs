//! The ordered path: lock the accounts of a batch in the order of their ids, let the rules decide
//! every operation in the order of arrival, save the changes, commit once.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::connection::end;
use super::error::classify;
use super::{WriterSession, audit, batch_rows, save};
use crate::domain::audit::Actor;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::batch_state::captures_made;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::{Batch, Effects, StoreError};

/// Commits a batch of operations. Returns the effects in their order, and the hash of the batch.
pub(super) async fn commit(
    connection: &mut PgConnection,
    batch: &Batch,
    operations: &[Operation],
    session: WriterSession,
    lease: TimeDelta,
    actor: &Actor,
) -> Result<(Effects, [u8; 32]), StoreError> {
    let mut transaction = connection.begin().await.map_err(classify)?;
    let decided = act(&mut transaction, batch, operations, session, lease, actor).await;
    kill_point::pass(KillPoint::OrderedWritten);
    let ended = end(transaction, decided).await;
    kill_point::pass(KillPoint::OrderedCommitted);
    ended
}

async fn act(
    connection: &mut PgConnection,
    batch: &Batch,
    operations: &[Operation],
    session: WriterSession,
    lease: TimeDelta,
    actor: &Actor,
) -> Result<(Effects, [u8; 32]), StoreError> {
    let now = batch_rows::pass_fence(connection, batch, session.number).await?;
    let (effects, head) = decide_and_save(connection, batch, operations, session.head, lease, now).await?;
    audit::write_down(connection, actor, operations, &effects).await?;
    Ok((effects, head))
}

/// The part between the fence and the commit. A recovery runs it inside a transaction of its own.
pub(super) async fn decide_and_save(
    connection: &mut PgConnection,
    batch: &Batch,
    operations: &[Operation],
    head: [u8; 32],
    lease: TimeDelta,
    now: DateTime<Utc>,
) -> Result<(Effects, [u8; 32]), StoreError> {
    let (mut state, lots) = batch_rows::load_batch_state(connection, operations, now, lease).await?;
    kill_point::pass(KillPoint::OrderedLocked);
    let effects: Vec<Effect> = operations.iter().map(|operation| state.apply(operation)).collect();
    let captured: Vec<_> =
        batch.captured.iter().copied().chain(captures_made(operations, &effects)).collect();
    save::save_batch_state(connection, &state, &lots, operations, &effects).await?;
    let head = save::batch::save_batch(connection, batch, &state, &captured, head).await?;
    Ok((effects.into_iter().map(Some).collect(), head))
}
