//! The fast path: one statement, one round trip, one commit for all plain holds of a batch.
//!
//! An account's holds are taken together if its open lot covers all of them and has not expired,
//! and if its period and, for a plan lot, its request quota allow it. Other accounts are missing
//! from the answer and are decided in order. So is an account whose open lot ends within a day and
//! is not the period's plan lot: it may be the plan lot of an earlier period, to which a late
//! release returned credits.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{FromRow, Row as _};
use uuid::Uuid;

use super::WriterSession;
use super::balance::BalanceRow;
use super::error::classify;
use super::seal::{self, seal_sql};
use crate::domain::credits::Credits;
use crate::kill_point::{self, KillPoint};
use crate::ledger::rules::hold::{Held, HoldRequest, Payer, Take};
use crate::ledger::rules::lot::LotNumber;
use crate::ledger::rules::operation::Effect;
use crate::ledger::store::{Batch, Effects, StoreError};
use crate::storage::error::{CorruptRow, RowRef};

/// The statement of the fast path.
///
/// $1 epoch, $2 batch, $3 open_from, $4 captured ids, $5 their outcomes, $6 digest of captures, $7
/// previous hash; accounts: $8 id, $9 total, $10 calls; entries, grouped by account in the same
/// order: $11 account, $12 call, $13 key, $14 route, $15 amount, $16 credits of later entries of
/// the same account in this batch, $17 the number of those; $18 session.
///
/// Rows of accounts are locked in the order of $8, which is sorted, so two writers never deadlock.
pub const STATEMENT: &str = concat!(
    r"
with fence as (
    update ledger_epoch set batches = $2, heartbeat_at = now()
     where epoch = $1 and batches = $2 - 1 and session = $18 and closed_at is null
    returning epoch
), held as (
    update ledger_account a
       set balance = a.balance - d.total,
           open_lot_left = a.open_lot_left - d.total,
           plan_left = a.plan_left - case when a.open_lot_is_plan then d.total else 0 end,
           last_entry = a.last_entry + d.calls,
           requests_used = a.requests_used + case when a.open_lot_is_plan then d.calls else 0 end
      from unnest($8::uuid[], $9::bigint[], $10::bigint[]) as d (account_id, total, calls)
     where a.account_id = d.account_id
       and a.open_lot_left >= d.total
       and a.open_lot_expires_at > case when a.open_lot_is_plan then now() else now() + interval '24 hours' end
       and a.period_ends_at > now()
       and (not a.open_lot_is_plan or a.requests_used + d.calls <= a.requests_limit)
       and exists (select from fence)
    returning a.account_id, a.balance, a.open_lot, a.open_lot_is_plan, a.plan_credits, a.plan_left, a.last_entry, a.period,
              a.period_ends_at, a.requests_limit, a.requests_used
), entry as (
    insert into ledger_entry (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind, route)
    select e.account_id, held.last_entry - e.later_calls, now(), -e.amount, held.balance + e.later_total, e.call_id,
           e.key_id, $1, $2, held.open_lot, 4, e.route
      from unnest($11::uuid[], $12::uuid[], $13::uuid[], $14::smallint[], $15::bigint[], $16::bigint[], $17::bigint[])
           as e (account_id, call_id, key_id, route, amount, later_total, later_calls)
      join held on held.account_id = e.account_id
    returning account_id, number, at, amount, balance_after, call_id, key_id, lot, kind, route, outcome
), sealed as (
    insert into ledger_batch (epoch, batch, at, open_from, captured, captured_outcomes, previous_hash, hash)
    select $1, $2, now(), $3, $4, $5, $7,
           ",
    seal_sql!("now()"),
    r"
      from fence
    returning at, hash
)
select sealed.at, sealed.hash, held.account_id, held.balance, held.open_lot, held.open_lot_is_plan, held.plan_credits, held.plan_left,
       held.period, held.period_ends_at, held.requests_limit, held.requests_used
  from sealed left join held on true"
);

/// The batch, and one account whose holds were taken, if any were.
struct Row {
    at: DateTime<Utc>,
    hash: Vec<u8>,
    account: Option<HeldRow>,
}

impl FromRow<'_, PgRow> for Row {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let account: Option<Uuid> = row.try_get("account_id")?;
        Ok(Self {
            at: row.try_get("at")?,
            hash: row.try_get("hash")?,
            account: account.map(|_| HeldRow::from_row(row)).transpose()?,
        })
    }
}

/// An account after the statement.
#[derive(FromRow)]
struct HeldRow {
    open_lot: i32,
    open_lot_is_plan: bool,
    period: i32,
    #[sqlx(flatten)]
    balance: BalanceRow,
}

/// The arrays that the statement takes.
#[derive(Default)]
struct Columns {
    accounts: Vec<Uuid>,
    totals: Vec<i64>,
    calls: Vec<i64>,
    entry_accounts: Vec<Uuid>,
    entry_calls: Vec<Uuid>,
    entry_keys: Vec<Uuid>,
    entry_routes: Vec<i16>,
    entry_amounts: Vec<i64>,
    later_totals: Vec<i64>,
    later_calls: Vec<i64>,
}

impl Columns {
    /// `order` lists the holds by account, and within an account by arrival. Returns `None` if the
    /// credits of an account exceed 64 bits.
    fn new(holds: &[HoldRequest], order: &[usize]) -> Option<Self> {
        let mut columns = Self::default();
        for group in order.chunk_by(|a, b| holds[*a].account_id == holds[*b].account_id) {
            let total = Credits::checked_sum(group.iter().map(|at| holds[*at].amount))?.as_i64();
            columns.accounts.push(holds[group[0]].account_id.as_uuid());
            columns.totals.push(total);
            columns.calls.push(group.len() as i64);
            let mut spent = 0;
            for (place, hold) in group.iter().map(|at| &holds[*at]).enumerate() {
                spent += hold.amount.as_i64();
                columns.entry_accounts.push(hold.account_id.as_uuid());
                columns.entry_calls.push(hold.call_id.as_uuid());
                columns.entry_keys.push(hold.call.key_id.as_uuid());
                columns.entry_routes.push(hold.call.route.0);
                columns.entry_amounts.push(hold.amount.as_i64());
                columns.later_totals.push(total - spent);
                columns.later_calls.push((group.len() - 1 - place) as i64);
            }
        }
        Some(columns)
    }
}

/// Commits a batch of plain holds. Returns the effects in the order of `holds`, and the hash of the
/// batch.
pub(super) async fn commit(
    connection: &mut PgConnection,
    batch: &Batch,
    holds: &[HoldRequest],
    session: WriterSession,
) -> Result<(Effects, [u8; 32]), StoreError> {
    let mut order: Vec<usize> = (0..holds.len()).collect();
    order.sort_by_key(|at| holds[*at].account_id);
    let columns = Columns::new(holds, &order)
        .ok_or_else(|| StoreError::Refused("the credits of a batch are out of range".into()))?;
    let (captured, outcomes): (Vec<Uuid>, Vec<i16>) =
        batch.captured.iter().map(|(call, outcome)| (call.as_uuid(), outcome.number())).unzip();
    kill_point::pass(KillPoint::BeforeFastCommit);
    let rows = sqlx::query_as::<_, Row>(STATEMENT)
        .bind(batch.epoch.0)
        .bind(batch.number)
        .bind(batch.open_from)
        .bind(&captured)
        .bind(&outcomes)
        .bind(seal::captures(&captured, &outcomes).to_vec())
        .bind(session.head.to_vec())
        .bind(&columns.accounts)
        .bind(&columns.totals)
        .bind(&columns.calls)
        .bind(&columns.entry_accounts)
        .bind(&columns.entry_calls)
        .bind(&columns.entry_keys)
        .bind(&columns.entry_routes)
        .bind(&columns.entry_amounts)
        .bind(&columns.later_totals)
        .bind(&columns.later_calls)
        .bind(session.number)
        .fetch_all(connection)
        .await
        .map_err(classify)?;
    kill_point::pass(KillPoint::FastCommitted);
    let first = rows.first().ok_or(StoreError::Fenced)?;
    let (at, hash) = (first.at, seal::hash_of(&first.hash)?);
    let held: HashMap<Uuid, HeldRow> =
        rows.into_iter().filter_map(|row| row.account).map(|row| (row.balance.account_id, row)).collect();
    let mut effects = vec![None; holds.len()];
    for (place, at_arrival) in order.into_iter().enumerate() {
        let request = &holds[at_arrival];
        if let Some(account) = held.get(&request.account_id.as_uuid()) {
            let later = (columns.later_totals[place], columns.later_calls[place]);
            effects[at_arrival] = Some(Effect::Held(account.held(request, later, at)?));
        }
    }
    Ok((effects, hash))
}

impl HeldRow {
    /// Returns one hold with its balance. `later` are the credits and the number of later holds of
    /// its account in this batch.
    fn held(&self, request: &HoldRequest, later: (i64, i64), at: DateTime<Utc>) -> Result<Held, CorruptRow> {
        let account = RowRef::new("ledger_account", self.balance.account_id);
        let payer = if self.open_lot_is_plan { Payer::Plan } else { Payer::PackOrGrant };
        let take = Take { lot: LotNumber(self.open_lot), amount: request.amount, payer };
        let (later_of_plan, later_requests) = if self.open_lot_is_plan { later } else { (0, 0) };
        let balance = BalanceRow {
            balance: self.balance.balance + later.0,
            plan_left: self.balance.plan_left + later_of_plan,
            requests_used: self.balance.requests_used - later_requests,
            ..self.balance.clone()
        };
        Ok(Held {
            hold: request.hold(vec![take], account.convert("period", self.period)?, at),
            balance: balance.try_into()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::STATEMENT;
    use crate::ledger::rules::lot::EXPIRED_LOT_GRACE;

    #[test]
    fn the_statement_uses_the_grace_period_of_returned_credits() {
        assert!(STATEMENT.contains(&format!("interval '{} hours'", EXPIRED_LOT_GRACE.num_hours())));
    }
}
