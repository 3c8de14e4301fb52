//! The open holds of an epoch, as releases.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, CallId, EnvironmentId, KeyId};
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::{CallRef, EntryKind, RouteNumber};
use crate::ledger::rules::hold::{Hold, IdempotencyClaim, Payer, Take};
use crate::ledger::rules::lot::{LotNumber, LotSource};
use crate::ledger::rules::operation::Settle;
use crate::ledger::store::{Epoch, StoreError};
use crate::storage::error::RowRef;
use crate::storage::ledger::error::classify;

#[derive(sqlx::FromRow)]
struct HeldRow {
    call_id: Uuid,
    account_id: Uuid,
    key_id: Uuid,
    route: i16,
    lot: i32,
    source: String,
    amount: i64,
    at: DateTime<Utc>,
    /// `None` if the period of the hold has ended.
    period: Option<i32>,
    /// Whether only calls with plan credits used a request unit.
    requests_by_plan: bool,
    is_capped: bool,
    environment_id: Option<Uuid>,
    key_hash: Option<Vec<u8>>,
    fingerprint: Option<Vec<u8>>,
}

/// Returns releases of the epoch's holds that no batch captured and no entry released.
pub(super) async fn open_holds(
    connection: &mut PgConnection,
    epoch: Epoch,
    open_from: i32,
) -> Result<Vec<Settle>, StoreError> {
    // Finding entries by batch needs the BRIN index, which the writer's connection options disable.
    sqlx::query("set local enable_bitmapscan = on").execute(&mut *connection).await.map_err(classify)?;
    let rows: Vec<HeldRow> = sqlx::query_as(
        "with ended as (
             select unnest(captured) as call_id from ledger_batch where epoch = $1 and batch >= $2
             union all
             select call_id from ledger_entry where epoch = $1 and batch >= $2 and kind = $4
         )
         select e.call_id, e.account_id, e.key_id, e.route, e.lot, coalesce(o.source, 'grant') as source, -e.amount as amount, e.at,
                case when e.at >= l.period_starts_at or l.period = 0 then l.period end as period, p.requests_by_plan,
                coalesce(k.daily_cap, k.monthly_cap) is not null and coalesce(k.capped_since <= e.at, true) as is_capped,
                i.environment_id, i.key_hash, i.fingerprint
           from ledger_entry e
           join ledger_account l using (account_id)
           left join ledger_lot o on o.account_id = e.account_id and o.lot = e.lot
           join ledger_epoch p on p.epoch = e.epoch
           left join api_key k on k.id = e.key_id
           left join ledger_idempotency i on i.call_id = e.call_id and i.state = 'running'
          where e.epoch = $1 and e.batch >= $2 and e.kind = $3
            and not exists (select from ended where ended.call_id = e.call_id)
          order by e.account_id, e.number",
    )
    .bind(epoch.0)
    .bind(open_from)
    .bind(EntryKind::Hold.number())
    .bind(EntryKind::Release.number())
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    rows.chunk_by(|a, b| a.call_id == b.call_id).filter_map(|parts| release(parts).transpose()).collect()
}

/// Returns the release of a hold with these entries, one for each lot.
fn release(parts: &[HeldRow]) -> Result<Option<Settle>, StoreError> {
    let Some(first) = parts.first() else { return Ok(None) };
    let take = |part: &HeldRow| {
        let (row, lot) = (RowRef::new("ledger_entry", part.call_id), LotNumber(part.lot));
        let source = row.read("source", LotSource::from_name(&part.source))?;
        // No answer will show of which period these plan credits are.
        let payer = Payer::of(lot, source, Some(lot));
        Ok(Take { lot, amount: row.convert("amount", part.amount)?, payer })
    };
    let takes = parts.iter().map(take).collect::<Result<Vec<_>, StoreError>>()?;
    let account = RowRef::new("ledger_account", first.account_id);
    let period = first.period.map(|period| account.convert("period", period));
    let hold = Hold {
        call_id: CallId::from_uuid(first.call_id),
        account_id: AccountId::from_uuid(first.account_id),
        call: CallRef { key_id: KeyId::from_uuid(first.key_id), route: RouteNumber(first.route) },
        took_request: !first.requests_by_plan || takes.iter().any(|take| take.payer.is_plan()),
        takes,
        period: period.transpose()?,
        is_capped: first.is_capped,
        held_at: first.at,
    };
    Ok(Some(Settle::release(hold, Outcome::Abandoned, claim(first))))
}

/// Returns the idempotency record that the call still holds.
fn claim(row: &HeldRow) -> Option<IdempotencyClaim> {
    Some(IdempotencyClaim {
        environment_id: EnvironmentId::from_uuid(row.environment_id?),
        key_hash: row.key_hash.as_deref()?.try_into().ok()?,
        fingerprint: row.fingerprint.as_deref()?.try_into().ok()?,
    })
}
