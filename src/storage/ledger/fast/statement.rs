//! The SQL of the fast path.

use sqlx::postgres::PgConnection;

use super::Row;
use super::columns::Columns;
use crate::ledger::store::{Batch, StoreError};
use crate::storage::ledger::WriterSession;
use crate::storage::ledger::error::classify;
use crate::storage::ledger::seal::{self, seal_sql};

/// The statement of the fast path, with more common table expressions behind those of settlements.
///
/// $1 epoch, $2 batch, $3 open_from, $4 captured ids, $5 their outcomes, $6 the two as bytes, $7
/// previous hash, $8 session.
///
/// Accounts: $9 id, $10 credits that come in, less those that go out, $11 credits that come in, $12
/// entries, $13 request units used, less those returned, $14 those returned, $15 the lot of the
/// settlements, if any.
///
/// Entries, grouped by account in the same order: $16 account, $17 call, $18 key, $19 route, $20
/// kind, $21 outcome, $22 amount, $23 credits of later entries of the same account in this batch,
/// $24 the number of those.
///
/// Settlements: $25 account, $26 call, $27 outcome of a capture, $28 how the charge was computed.
///
/// Rows of accounts are locked in the order of $9, which is sorted, so two writers never deadlock.
/// A plan lot that would exceed the plan's credits may have to grow, which this statement does not
/// do.
macro_rules! statement {
    ($statuses:literal) => {
        concat!(
    r"
with fence as (
    update ledger_epoch set batches = $2, heartbeat_at = now()
     where epoch = $1 and batches = $2 - 1 and session = $8 and closed_at is null
    returning epoch
), changed as (
    update ledger_account a
       set balance = a.balance + d.credits,
           open_lot_left = a.open_lot_left + d.credits,
           plan_left = a.plan_left + case when a.open_lot_is_plan then d.credits else 0 end,
           last_entry = a.last_entry + d.entries,
           requests_used = a.requests_used + case when a.open_lot_is_plan then d.requests else 0 end
      from unnest($9::uuid[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
                  $15::int[])
           as d (account_id, credits, returned, entries, requests, requests_returned, lot)
     where a.account_id = d.account_id
       and a.open_lot_left + d.credits >= 0
       and a.open_lot_expires_at > case when a.open_lot_is_plan then now() else now() + interval '24 hours' end
       and a.period_ends_at > now()
       and (not a.open_lot_is_plan
            or a.requests_used >= d.requests_returned and a.requests_used + d.requests <= a.requests_limit)
       and (d.lot is null
            or d.lot = a.open_lot and (not a.open_lot_is_plan or a.open_lot_left + d.returned <= a.plan_credits))
       and exists (select from fence)
    returning a.account_id, a.balance, a.open_lot, a.open_lot_is_plan, a.plan_credits, a.plan_left, a.last_entry, a.period,
              a.period_ends_at, a.requests_limit, a.requests_used
), entry as (
    insert into ledger_entry
           (account_id, number, at, amount, balance_after, call_id, key_id, epoch, batch, lot, kind, route, outcome)
    select e.account_id, changed.last_entry - e.later_entries, now(), e.amount, changed.balance - e.later_credits, e.call_id,
           e.key_id, $1, $2, changed.open_lot, e.kind, e.route, e.outcome
      from unnest($16::uuid[], $17::uuid[], $18::uuid[], $19::smallint[], $20::smallint[], $21::smallint[], $22::bigint[],
                  $23::bigint[], $24::bigint[])
           as e (account_id, call_id, key_id, route, kind, outcome, amount, later_credits, later_entries)
      join changed on changed.account_id = e.account_id
    returning account_id, number, at, amount, balance_after, call_id, key_id, lot, kind, route, outcome
), settled as (
    select s.*
      from unnest($25::uuid[], $26::uuid[], $27::smallint[], $28::text[]) with ordinality
           as s (account_id, call_id, captured, price, place)
      join changed on changed.account_id = s.account_id
), price as (
    insert into call_price (call_id, account_id, detail)
    select call_id, account_id, price::jsonb from settled where price is not null
), ",
    $statuses,
    r"capture as (
    select coalesce(array_agg(call_id order by place), '{}') as calls,
           coalesce(array_agg(captured order by place), '{}') as outcomes,
           coalesce(string_agg(uuid_send(call_id) || int2send(captured), ''::bytea order by place), ''::bytea) as bytes
      from settled where captured is not null
), sealed as (
    insert into ledger_batch (epoch, batch, at, open_from, captured, captured_outcomes, previous_hash, hash)
    select $1, $2, now(), $3, $4::uuid[] || capture.calls, $5::smallint[] || capture.outcomes, $7,
           ",
    seal_sql!("now()", "sha256($6::bytea || capture.bytes)"),
    r"
      from fence, capture
    returning at, hash
)
select sealed.at, sealed.hash, changed.account_id, changed.balance, changed.open_lot, changed.open_lot_is_plan,
       changed.plan_credits, changed.plan_left, changed.period, changed.period_ends_at, changed.requests_limit,
       changed.requests_used
  from sealed left join changed on true"
)
    };
}

/// The statement of the fast path.
pub const STATEMENT: &str = statement!("");

/// The same for a batch with statuses of calls: $29 account, $30 call, $31 what the client got, $32
/// what the upstream answered.
pub const STATEMENT_WITH_STATUSES: &str = statement!(
    "status as (
    insert into call_status (call_id, status, upstream_status)
    select s.call_id, s.status, s.upstream_status
      from unnest($29::uuid[], $30::uuid[], $31::smallint[], $32::smallint[])
           as s (account_id, call_id, status, upstream_status)
      join changed on changed.account_id = s.account_id
), "
);

/// Returns the batch, once for each account that was changed, or no row if the fence is closed.
pub(super) async fn execute(
    connection: &mut PgConnection,
    batch: &Batch,
    Columns { accounts, entries, settlements, statuses }: Columns,
    session: WriterSession,
) -> Result<Vec<Row>, StoreError> {
    let (captured, outcomes) = seal::capture_columns(&batch.captured);
    let statement = if statuses.is_empty() { STATEMENT } else { STATEMENT_WITH_STATUSES };
    let query = sqlx::query_as::<_, Row>(statement)
        .bind(batch.epoch.0)
        .bind(batch.number)
        .bind(batch.open_from)
        .bind(&captured)
        .bind(&outcomes)
        .bind(seal::capture_bytes(&captured, &outcomes))
        .bind(session.head.to_vec())
        .bind(session.number)
        .bind(accounts.ids)
        .bind(accounts.credits)
        .bind(accounts.returned)
        .bind(accounts.entries)
        .bind(accounts.requests)
        .bind(accounts.requests_returned)
        .bind(accounts.lots)
        .bind(entries.accounts)
        .bind(entries.calls)
        .bind(entries.keys)
        .bind(entries.routes)
        .bind(entries.kinds)
        .bind(entries.outcomes)
        .bind(entries.amounts)
        .bind(entries.later_credits)
        .bind(entries.later_entries)
        .bind(settlements.accounts)
        .bind(settlements.calls)
        .bind(settlements.captured)
        .bind(settlements.prices);
    let query = match statuses.is_empty() {
        true => query,
        false => query
            .bind(statuses.accounts)
            .bind(statuses.calls)
            .bind(statuses.to_client)
            .bind(statuses.of_upstream),
    };
    query.fetch_all(connection).await.map_err(classify)
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
