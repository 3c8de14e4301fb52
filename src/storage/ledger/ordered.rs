//! The ordered path: lock the accounts of a batch in the order of their ids, let the rules decide
//! every operation in the order of arrival, save the changes, commit once.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Connection;
use sqlx::postgres::PgConnection;

use super::connection::end;
use super::error::classify;
use super::{audit, batch_rows, save};
use crate::domain::audit::Actor;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::batch_state::captures_made;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::{Batch, Effects, StoreError};

/// Operations that one batch commits in order.
pub(super) struct OrderedBatch<'b> {
    pub(super) batch: &'b Batch,
    pub(super) operations: &'b [Operation],
    /// The hash of the batch before.
    pub(super) head: [u8; 32],
    /// How long a call may run before its idempotency key is free again.
    pub(super) lease: TimeDelta,
}

impl OrderedBatch<'_> {
    /// Commits the batch in the writer's session with this number. Returns the effects in their
    /// order, and the hash of the batch.
    pub(super) async fn commit(
        &self,
        connection: &mut PgConnection,
        session: i32,
        actor: &Actor,
    ) -> Result<(Effects, [u8; 32]), StoreError> {
        let mut transaction = connection.begin().await.map_err(classify)?;
        let decided = async {
            let now = batch_rows::pass_fence(&mut transaction, self.batch, session).await?;
            let (effects, head) = self.decide_and_save(&mut transaction, now).await?;
            audit::write_down(&mut transaction, actor, self.operations, &effects).await?;
            Ok::<_, StoreError>((effects, head))
        };
        let decided = decided.await;
        kill_point::pass(KillPoint::OrderedWritten);
        let ended = end(transaction, decided).await;
        kill_point::pass(KillPoint::OrderedCommitted);
        ended
    }

    /// The part between the fence and the commit. A recovery runs it inside a transaction of its
    /// own.
    pub(super) async fn decide_and_save(
        &self,
        connection: &mut PgConnection,
        now: DateTime<Utc>,
    ) -> Result<(Effects, [u8; 32]), StoreError> {
        let Self { batch, operations, head, lease } = *self;
        let (mut state, lots) = batch_rows::load_batch_state(connection, operations, now, lease).await?;
        kill_point::pass(KillPoint::OrderedLocked);
        let effects: Vec<Effect> = operations.iter().map(|operation| state.apply(operation)).collect();
        let captured: Vec<_> =
            batch.captured.iter().copied().chain(captures_made(operations, &effects)).collect();
        save::save_batch_state(connection, &state, &lots, operations, &effects).await?;
        let head = save::batch::save_batch(connection, batch, &state, &captured, head).await?;
        Ok((effects.into_iter().map(Some).collect(), head))
    }
}
