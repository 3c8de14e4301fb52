//! Writes lots back to rows.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;

use super::column;
use crate::domain::ids::AccountId;
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::rules::batch_state::BatchState;
use crate::ledger::rules::lot::{Lot, LotNumber};
use crate::ledger::rules::operation::{Effect, Grant, Operation};
use crate::ledger::store::StoreError;
use crate::storage::ledger::account_rows::{StoredLot, StoredLots};
use crate::storage::ledger::error::classify;

/// A lot to save.
struct SavedLot<'a> {
    id: AccountId,
    account: &'a LedgerAccount,
    lot: &'a Lot,
    row: StoredLot,
}

impl<'a> SavedLot<'a> {
    fn new(id: AccountId, account: &'a LedgerAccount, lot: &'a Lot) -> Self {
        // The account's row has the open lot's remaining credits.
        let is_open = account.open_lot().is_some_and(|open| open.number == lot.number);
        let left_in_lot = if is_open { 0 } else { lot.left.as_i64() };
        let row = StoredLot { granted: lot.granted.as_i64(), left_in_lot, expires_at: lot.expires_at };
        Self { id, account, lot, row }
    }

    fn differs(&self, stored: &StoredLots) -> bool {
        stored.get(&(self.id, self.lot.number)) != Some(&self.row)
    }

    /// The period of the current plan lot.
    fn period(&self) -> Option<i32> {
        let is_of_plan = Some(self.lot.number) == self.account.plan_lot;
        is_of_plan.then(|| i32::try_from(self.account.period.index).ok()).flatten()
    }
}

/// Saves the lots that differ from their rows. A settlement into the open lot changes none.
pub(super) async fn save_lots(
    connection: &mut PgConnection,
    state: &BatchState,
    stored: &StoredLots,
    operations: &[Operation],
    effects: &[Effect],
) -> Result<(), StoreError> {
    let all = state
        .accounts
        .iter()
        .flat_map(|(id, account)| account.lots.iter().map(move |lot| SavedLot::new(*id, account, lot)));
    let lots: Vec<_> = all.filter(|lot| lot.differs(stored)).collect();
    if lots.is_empty() {
        return Ok(());
    }
    let grants = new_grants(operations, effects);
    let grant_of = |saved: &SavedLot<'_>| grants.get(&(saved.id, saved.lot.number)).copied();
    sqlx::query(
        "insert into ledger_lot
                (account_id, lot, source, granted, left_in_lot, expires_at, created_at, period, reference, note)
         select account_id, lot, source, granted, left_in_lot, expires_at, $10, period, reference, note
           from unnest($1::uuid[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::int[],
                       $8::text[], $9::text[])
                as n (account_id, lot, source, granted, left_in_lot, expires_at, period, reference, note)
             on conflict (account_id, lot) do update
            set granted = excluded.granted, left_in_lot = excluded.left_in_lot, expires_at = excluded.expires_at",
    )
    .bind(column(&lots, |saved| saved.id.as_uuid()))
    .bind(column(&lots, |saved| saved.lot.number.0))
    .bind(column(&lots, |saved| saved.lot.source.as_str()))
    .bind(column(&lots, |saved| saved.row.granted))
    .bind(column(&lots, |saved| saved.row.left_in_lot))
    .bind(column(&lots, |saved| saved.row.expires_at))
    .bind(column(&lots, SavedLot::period))
    .bind(column(&lots, |saved| grant_of(saved).map(|grant| grant.reference.as_str())))
    .bind(column(&lots, |saved| grant_of(saved).map(|grant| grant.note.as_str())))
    .bind(state.records.now)
    .execute(connection)
    .await
    .map_err(classify)
    .map(drop)
}

fn new_grants<'a>(
    operations: &'a [Operation],
    effects: &[Effect],
) -> HashMap<(AccountId, LotNumber), &'a Grant> {
    operations
        .iter()
        .zip(effects)
        .filter_map(|(operation, effect)| match (operation, effect) {
            (Operation::Grant(grant), Effect::Granted { lot, repeated: false, .. }) => {
                Some(((grant.account_id, *lot), grant))
            }
            _ => None,
        })
        .collect()
}
