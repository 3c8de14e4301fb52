//! Writes the entries of a batch, and the batch that seals them.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::domain::ids::CallId;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::batch_state::BatchState;
use crate::ledger::rules::entry::Entry;
use crate::ledger::store::{Batch, StoreError};
use crate::storage::ledger::column;
use crate::storage::ledger::error::classify;
use crate::storage::ledger::seal::{self, seal_sql};

/// $1 epoch, $2 batch, $3 open_from, $4 captured, $5 outcomes, $6 digest of captures, $7 previous
/// hash, $8 time; entries: $9 account, $10 number, $11 amount, $12 balance after, $13 call, $14
/// key, $15 lot, $16 kind, $17 route, $18 outcome.
const SAVE_BATCH: &str = concat!(
    r"
with entry as (
    insert into ledger_entry
           (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind, route, outcome)
    select e.account_id, e.number, $8, e.amount, e.balance_after, e.call_id, e.key_id, $1, $2, e.lot, e.kind, e.route,
           e.outcome
      from unnest($9::uuid[], $10::bigint[], $11::bigint[], $12::bigint[], $13::uuid[], $14::uuid[], $15::int[],
                  $16::smallint[], $17::smallint[], $18::smallint[])
           as e (account_id, number, amount, balance_after, call_id, key_id, lot, kind, route, outcome)
    returning account_id, number, at, amount, balance_after, call_id, key_id, lot, kind, route, outcome
)
insert into ledger_batch (epoch, batch, at, open_from, captured, captured_outcomes, previous_hash, hash)
values ($1, $2, $8, $3, $4, $5, $7, ",
    seal_sql!("$8", "$6::bytea"),
    ")
returning hash"
);

/// Saves the batch's entries and the batch that seals them. Returns its hash.
pub(in crate::storage::ledger) async fn save_batch(
    connection: &mut PgConnection,
    batch: &Batch,
    state: &BatchState,
    captured: &[(CallId, Outcome)],
    head: [u8; 32],
) -> Result<[u8; 32], StoreError> {
    let entries: Vec<(Uuid, &Entry)> = state
        .accounts
        .iter()
        .flat_map(|(id, account)| account.entries.iter().map(move |entry| (id.as_uuid(), entry)))
        .collect();
    let (captured, outcomes) = seal::capture_columns(captured);
    let (hash,): (Vec<u8>,) = sqlx::query_as(SAVE_BATCH)
        .bind(batch.epoch.0)
        .bind(batch.number)
        .bind(batch.open_from)
        .bind(&captured)
        .bind(&outcomes)
        .bind(seal::captures(&captured, &outcomes).to_vec())
        .bind(head.to_vec())
        .bind(state.records.now)
        .bind(column(&entries, |(account, _)| *account))
        .bind(column(&entries, |(_, entry)| entry.number))
        .bind(column(&entries, |(_, entry)| entry.amount))
        .bind(column(&entries, |(_, entry)| entry.balance_after))
        .bind(column(&entries, |(_, entry)| entry.call_id.as_uuid()))
        .bind(column(&entries, |(_, entry)| entry.call.map(|call| call.key_id.as_uuid())))
        .bind(column(&entries, |(_, entry)| entry.lot.0))
        .bind(column(&entries, |(_, entry)| entry.kind.number()))
        .bind(column(&entries, |(_, entry)| entry.call.map(|call| call.route.0)))
        .bind(column(&entries, |(_, entry)| entry.outcome.map(Outcome::number)))
        .fetch_one(connection)
        .await
        .map_err(classify)?;
    seal::hash_of(&hash)
}
