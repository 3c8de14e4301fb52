//! After a lost connection: finds out whether the batch was committed and what it decided.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::connection::end;
use super::error::classify;
use super::{account_rows, batch_rows, seal};
use crate::domain::credits::Credits;
use crate::ledger::rules::account::RuleError;
use crate::ledger::rules::entry::EntryKind;
use crate::ledger::rules::hold::{Held, Payer, Take};
use crate::ledger::rules::lot::{LotNumber, LotSource};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::{Batch, Effects, Resolution, StoreError, Work};
use crate::storage::error::RowRef;

#[derive(Debug)]
pub(super) struct Resolved {
    pub(super) resolution: Resolution,
    /// The batch's hash, if it was committed.
    pub(super) head: Option<[u8; 32]>,
}

/// Starts this session of the writer, then reads the outcome of the batch.
///
/// The update waits for a server process that still works on the batch for a lost connection. One
/// that has yet to begin will find that its session is over.
pub(super) async fn resolve(
    connection: &mut PgConnection,
    batch: &Batch,
    session: i32,
) -> Result<Resolved, StoreError> {
    let mut transaction = connection.begin().await.map_err(classify)?;
    let resolved = resolve_within(&mut transaction, batch, session).await;
    end(transaction, resolved).await
}

async fn resolve_within(
    connection: &mut PgConnection,
    batch: &Batch,
    session: i32,
) -> Result<Resolved, StoreError> {
    let batches: Option<i32> = sqlx::query_scalar(
        "update ledger_epoch set session = $2 where epoch = $1 and session < $2 and closed_at is null
         returning batches",
    )
    .bind(batch.epoch.0)
    .bind(session)
    .fetch_optional(&mut *connection)
    .await
    .map_err(classify)?;
    if batches.ok_or(StoreError::Fenced)? < batch.number {
        return Ok(Resolved { resolution: Resolution::NotCommitted, head: None });
    }
    let hash: Vec<u8> = sqlx::query_scalar("select hash from ledger_batch where epoch = $1 and batch = $2")
        .bind(batch.epoch.0)
        .bind(batch.number)
        .fetch_one(&mut *connection)
        .await
        .map_err(classify)?;
    let effects = effects(connection, batch).await?;
    Ok(Resolved { resolution: Resolution::Committed(effects), head: Some(seal::hash_of(&hash)?) })
}

async fn effects(connection: &mut PgConnection, batch: &Batch) -> Result<Effects, StoreError> {
    let operations = batch.work.operations();
    let accounts = account_rows::read_accounts(connection, &operations).await?;
    let references = batch_rows::load_references(connection, &operations).await?;
    let takes = takes_of(connection, batch).await?;
    let acts = acts_of(connection, batch).await?;
    let captured: Vec<Uuid> =
        sqlx::query_scalar("select captured from ledger_batch where epoch = $1 and batch = $2")
            .bind(batch.epoch.0)
            .bind(batch.number)
            .fetch_one(connection)
            .await
            .map_err(classify)?;
    let effect = |operation: &Operation| {
        let account = accounts.get(&operation.account_id())?;
        let balance = account.balance();
        match operation {
            Operation::Hold(request) => {
                let (held_at, taken) = takes.get(&request.call_id.as_uuid())?;
                let take = |(lot, source, amount): &(LotNumber, LotSource, Credits)| Take {
                    lot: *lot,
                    amount: *amount,
                    payer: Payer::of(*lot, *source, account.plan_lot),
                };
                let mut hold = request.hold(taken.iter().map(take).collect(), account.period.index, *held_at);
                // Its own period is over if the account was renewed since.
                hold.period = hold.period.filter(|index| *index == 0 || *held_at >= account.period.starts_at);
                Some(Effect::Held(Held { hold, balance }))
            }
            // A plain settlement leaves a release or a capture, unless it did not fit.
            Operation::Settle(settle) if matches!(batch.work, Work::Fast(_)) => {
                let call_id = settle.hold.call_id.as_uuid();
                (acts.contains(&call_id) || captured.contains(&call_id)).then_some(Effect::Done(balance))
            }
            Operation::Settle(settle)
                if settle.response.is_some() && !captured.contains(&settle.hold.call_id.as_uuid()) =>
            {
                Some(Effect::Superseded(balance))
            }
            Operation::Grant(grant) => {
                let lot = *references.get(&(grant.account_id, grant.reference.clone()))?;
                Some(Effect::Granted { lot, repeated: !acts.contains(&grant.id.as_uuid()), balance })
            }
            Operation::Correct(correction) if !acts.contains(&correction.id.as_uuid()) => {
                Some(Effect::Refused(RuleError::Insufficient { available: balance.remaining }))
            }
            _ => Some(Effect::Done(balance)),
        }
    };
    Ok(operations.iter().map(effect).collect())
}

/// The releases, grants and corrections that the batch has entries of; the others did not fit, were
/// repeated or refused.
async fn acts_of(connection: &mut PgConnection, batch: &Batch) -> Result<HashSet<Uuid>, StoreError> {
    let rows: Vec<(Uuid,)> = sqlx::query_as(
        "select distinct call_id from ledger_entry where epoch = $1 and batch = $2 and kind = any($3)",
    )
    .bind(batch.epoch.0)
    .bind(batch.number)
    .bind(
        [EntryKind::Release, EntryKind::Grant, EntryKind::Pack, EntryKind::Correction].map(EntryKind::number),
    )
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    Ok(rows.into_iter().map(|(call_id,)| call_id).collect())
}

/// When a hold was made, and what it took from which lots.
type Taken = (DateTime<Utc>, Vec<(LotNumber, LotSource, Credits)>);

/// Returns what the batch's holds took, by call.
async fn takes_of(connection: &mut PgConnection, batch: &Batch) -> Result<HashMap<Uuid, Taken>, StoreError> {
    // Entries are found by their batch through a BRIN index, which the writer's connection
    // disables.
    sqlx::query("set local enable_bitmapscan = on").execute(&mut *connection).await.map_err(classify)?;
    let rows: Vec<(Uuid, DateTime<Utc>, i32, String, i64)> = sqlx::query_as(
        "select e.call_id, e.at, e.lot, l.source, -e.amount
           from ledger_entry e join ledger_lot l on l.account_id = e.account_id and l.lot = e.lot
          where e.epoch = $1 and e.batch = $2 and e.kind = $3
          order by e.account_id, e.number",
    )
    .bind(batch.epoch.0)
    .bind(batch.number)
    .bind(EntryKind::Hold.number())
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    let mut takes: HashMap<Uuid, Taken> = HashMap::new();
    for (call_id, at, lot, source, amount) in rows {
        let hold = RowRef::new("ledger_entry", call_id);
        let source = hold.read("source", LotSource::from_name(&source))?;
        let take = (LotNumber(lot), source, hold.convert("amount", amount)?);
        takes.entry(call_id).or_insert_with(|| (at, Vec::new())).1.push(take);
    }
    Ok(takes)
}
