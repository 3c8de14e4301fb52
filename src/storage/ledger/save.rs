//! Writes the state of a decided batch back to rows.

pub(super) mod batch;
mod calls;
mod lots;

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::account_rows::StoredLots;
use super::column;
use super::error::classify;
use crate::domain::ids::AccountId;
use crate::ledger::rules::account::LedgerAccount;
use crate::ledger::rules::batch_state::BatchState;
use crate::ledger::rules::claim_record::ClaimState;
use crate::ledger::rules::entry::{Entry, EntryKind};
use crate::ledger::rules::lot::{Lot, LotNumber};
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::store::StoreError;
use crate::storage::claim_record::{AnswerColumns, state_name};

/// Saves accounts, lots, notes, key spending and idempotency records. `stored` are
/// the lots as their rows are.
pub(super) async fn save_batch_state(
    connection: &mut PgConnection,
    state: &BatchState,
    stored: &StoredLots,
    operations: &[Operation],
    effects: &[Effect],
) -> Result<(), StoreError> {
    save_accounts(connection, state).await?;
    lots::save_lots(connection, state, stored, operations, effects).await?;
    save_corrections(connection, operations, effects).await?;
    save_new_plans(connection, state, operations).await?;
    if !state.records.spends.is_empty() {
        save_spends(connection, state).await?;
    }
    if !state.records.changed_claims.is_empty() {
        save_claims(connection, state).await?;
    }
    calls::save_prices(connection, operations, effects).await?;
    calls::save_statuses(connection, operations, effects).await
}

/// An account to save, with the lot that its row holds.
struct SavedAccount<'a> {
    id: Uuid,
    account: &'a LedgerAccount,
    open_lot: Option<&'a Lot>,
}

impl<'a> SavedAccount<'a> {
    fn new((id, account): (&AccountId, &'a LedgerAccount)) -> Self {
        Self { id: id.as_uuid(), account, open_lot: account.open_lot() }
    }
}

async fn save_accounts(connection: &mut PgConnection, state: &BatchState) -> Result<(), StoreError> {
    let accounts: Vec<_> = state.accounts.iter().map(SavedAccount::new).collect();
    sqlx::query(
        "update ledger_account a
            set balance = n.balance, open_lot = n.open_lot, open_lot_is_plan = n.open_lot = n.plan_lot and n.open_lot > 0,
                open_lot_left = n.open_lot_left, open_lot_expires_at = n.open_lot_expires_at, last_lot = n.last_lot,
                last_entry = n.last_entry, period = n.period, period_starts_at = n.period_starts_at,
                period_ends_at = n.period_ends_at, plan_lot = n.plan_lot, plan_credits = n.plan_credits,
                plan_left = n.plan_left, requests_limit = n.requests_limit, requests_used = n.requests_used
           from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::bigint[], $7::bigint[],
                       $8::bigint[], $9::timestamptz[], $10::timestamptz[], $11::bigint[], $12::bigint[], $13::bigint[],
                       $14::bigint[], $15::bigint[])
                as n (account_id, balance, open_lot, open_lot_left, open_lot_expires_at, last_lot, last_entry, period,
                      period_starts_at, period_ends_at, plan_lot, plan_credits, plan_left, requests_limit, requests_used)
          where a.account_id = n.account_id",
    )
    .bind(column(&accounts, |row| row.id))
    .bind(column(&accounts, |row| row.account.credits_left().as_i64()))
    .bind(column(&accounts, |row| i64::from(LotNumber::to_column(row.open_lot.map(|lot| lot.number)))))
    .bind(column(&accounts, |row| row.open_lot.map_or(0, |lot| lot.left.as_i64())))
    .bind(column(&accounts, |row| row.open_lot.map_or(row.account.period.ends_at, |lot| lot.expires_at)))
    .bind(column(&accounts, |row| i64::from(LotNumber::to_column(row.account.last_lot))))
    .bind(column(&accounts, |row| row.account.last_entry))
    .bind(column(&accounts, |row| i64::from(row.account.period.index)))
    .bind(column(&accounts, |row| row.account.period.starts_at))
    .bind(column(&accounts, |row| row.account.period.ends_at))
    .bind(column(&accounts, |row| i64::from(LotNumber::to_column(row.account.plan_lot))))
    .bind(column(&accounts, |row| row.account.plan_credits.as_i64()))
    .bind(column(&accounts, |row| row.account.plan_left().as_i64()))
    .bind(column(&accounts, |row| i64::try_from(row.account.requests_limit).unwrap_or(i64::MAX)))
    .bind(column(&accounts, |row| i64::try_from(row.account.requests_used).unwrap_or(i64::MAX)))
    .execute(connection)
    .await
    .map_err(classify)
    .map(drop)
}

async fn save_corrections(
    connection: &mut PgConnection,
    operations: &[Operation],
    effects: &[Effect],
) -> Result<(), StoreError> {
    for (operation, effect) in operations.iter().zip(effects) {
        if let (Operation::Correct(correction), Effect::Done(_)) = (operation, effect) {
            sqlx::query(
                "insert into ledger_correction (account_id, call_id, reference, note) values ($1, $2, $3, $4)",
            )
            .bind(correction.account_id.as_uuid())
            .bind(correction.id.as_uuid())
            .bind(&correction.reference)
            .bind(&correction.note)
            .execute(&mut *connection)
            .await
            .map_err(classify)?;
        }
    }
    Ok(())
}

/// Notes the new plan's label for each move that changed credits.
async fn save_new_plans(
    connection: &mut PgConnection,
    state: &BatchState,
    operations: &[Operation],
) -> Result<(), StoreError> {
    for operation in operations {
        let Operation::MovePlan { account_id, id } = operation else { continue };
        let account = state.accounts.get(account_id);
        let wrote = |entry: &Entry| entry.kind == EntryKind::PlanMove && entry.call_id == *id;
        if !account.is_some_and(|account| account.entries.iter().any(wrote)) {
            continue;
        }
        sqlx::query(
            "insert into ledger_correction (account_id, call_id, note)
             select a.id, $2, p.label from account a join plan p using (edition, plan) where a.id = $1",
        )
        .bind(account_id.as_uuid())
        .bind(id.as_uuid())
        .execute(&mut *connection)
        .await
        .map_err(classify)?;
    }
    Ok(())
}

async fn save_spends(connection: &mut PgConnection, state: &BatchState) -> Result<(), StoreError> {
    let spends: Vec<_> = state.records.spends.iter().collect();
    sqlx::query(
        "insert into ledger_key_spend (key_id, day, day_spent, month, month_spent)
         select * from unnest($1::uuid[], $2::date[], $3::bigint[], $4::date[], $5::bigint[])
             on conflict (key_id) do update
            set day = excluded.day, day_spent = excluded.day_spent, month = excluded.month,
                month_spent = excluded.month_spent",
    )
    .bind(column(&spends, |(key, _)| key.as_uuid()))
    .bind(column(&spends, |(_, spend)| spend.day))
    .bind(column(&spends, |(_, spend)| spend.day_spent.as_i64()))
    .bind(column(&spends, |(_, spend)| spend.month.first_day()))
    .bind(column(&spends, |(_, spend)| spend.month_spent.as_i64()))
    .execute(connection)
    .await
    .map_err(classify)
    .map(drop)
}

async fn save_claims(connection: &mut PgConnection, state: &BatchState) -> Result<(), StoreError> {
    let claims: Vec<_> = state
        .records
        .changed_claims
        .iter()
        .filter_map(|key| Some((key, state.records.claims.get(key)?)))
        .collect();
    let answers: Vec<_> = claims
        .iter()
        .map(|(_, record)| match &record.state {
            ClaimState::Captured(answer) => Some(AnswerColumns::of(answer.content.as_ref())),
            ClaimState::Running | ClaimState::Released => None,
        })
        .collect();
    sqlx::query(
        "insert into ledger_idempotency
                (account_id, environment_id, key_hash, fingerprint, call_id, state, lease_until, expires_at, status,
                 media_type, body, tells_billing, headers)
         select * from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::uuid[], $6::text[], $7::timestamptz[],
                              $8::timestamptz[], $9::smallint[], $10::text[], $11::bytea[], $12::boolean[], $13::text[])
             on conflict (account_id, environment_id, key_hash) do update
            set fingerprint = excluded.fingerprint, call_id = excluded.call_id, state = excluded.state,
                lease_until = excluded.lease_until, expires_at = excluded.expires_at, status = excluded.status,
                media_type = excluded.media_type, body = excluded.body, tells_billing = excluded.tells_billing,
                headers = excluded.headers",
    )
    .bind(column(&claims, |(key, _)| key.0.as_uuid()))
    .bind(column(&claims, |(key, _)| key.1.as_uuid()))
    .bind(column(&claims, |(key, _)| key.2.to_vec()))
    .bind(column(&claims, |(_, record)| record.fingerprint.to_vec()))
    .bind(column(&claims, |(_, record)| record.call_id.as_uuid()))
    .bind(column(&claims, |(_, record)| state_name(&record.state)))
    .bind(column(&claims, |(_, record)| record.lease_until))
    .bind(column(&claims, |(_, record)| record.expires_at))
    .bind(column(&answers, |answer| answer.as_ref().map(|columns| columns.status)))
    .bind(column(&answers, |answer| answer.as_ref().map(|columns| columns.media_type)))
    .bind(column(&answers, |answer| answer.as_ref().map(|columns| columns.body)))
    .bind(column(&answers, |answer| answer.as_ref().is_none_or(|columns| columns.tells_billing)))
    .bind(column(&answers, |answer| answer.as_ref().and_then(|columns| columns.headers.clone())))
    .execute(connection)
    .await
    .map_err(classify)
    .map(drop)
}
