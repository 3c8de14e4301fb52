//! Reads accounts with their lots.

use std::collections::HashMap;
use std::fmt;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::error::classify;
use crate::domain::ids::AccountId;
use crate::ledger::rules::account::{LedgerAccount, PlanTerms};
use crate::ledger::rules::lot::{Lot, LotNumber, LotSource};
use crate::ledger::rules::operation::Operation;
use crate::ledger::rules::period::Period;
use crate::ledger::store::StoreError;
use crate::storage::error::{CorruptRow, RowRef};

/// The accounts of `$1`, with what their plans grant from the next period: nothing to closed
/// accounts.
macro_rules! select_accounts {
    () => {
        "select l.account_id, a.anchored_at, case when a.closed_at is null then p.credits else 0 end as plan_credits_next,
                case when a.closed_at is null then p.requests else 0 end as plan_requests_next, l.open_lot, l.open_lot_left,
                l.open_lot_expires_at, l.last_lot, l.last_entry, l.period, l.period_starts_at,
                l.period_ends_at, l.plan_lot, l.plan_credits, l.requests_limit, l.requests_used, now() as read_at
           from ledger_account l
           join account a on a.id = l.account_id
           join plan p on p.edition = a.edition and p.plan = a.plan
          where l.account_id = any($1)"
    };
}

/// The same, locked in the order of their ids.
const LOCKED_ACCOUNTS: &str = concat!(select_accounts!(), " order by l.account_id for update of l");

/// Locks and reads the accounts that the operations need. Returns the lots as they were read too.
pub(super) async fn lock_accounts(
    connection: &mut PgConnection,
    operations: &[Operation],
) -> Result<(HashMap<AccountId, LedgerAccount>, StoredLots), StoreError> {
    load_accounts(connection, LOCKED_ACCOUNTS, operations).await
}

/// Returns the current state of the accounts that the operations need. Takes no lock and waits for
/// none.
pub(super) async fn read_accounts(
    connection: &mut PgConnection,
    operations: &[Operation],
) -> Result<HashMap<AccountId, LedgerAccount>, StoreError> {
    Ok(load_accounts(connection, select_accounts!(), operations).await?.0)
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    account_id: Uuid,
    anchored_at: DateTime<Utc>,
    plan_credits_next: i64,
    plan_requests_next: i32,
    open_lot: i32,
    open_lot_left: i64,
    open_lot_expires_at: DateTime<Utc>,
    last_lot: i32,
    last_entry: i64,
    period: i32,
    period_starts_at: DateTime<Utc>,
    period_ends_at: DateTime<Utc>,
    plan_lot: i32,
    plan_credits: i64,
    requests_limit: i64,
    requests_used: i64,
    read_at: DateTime<Utc>,
}

/// What may change in the row of a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StoredLot {
    pub(super) granted: i64,
    pub(super) left_in_lot: i64,
    pub(super) expires_at: DateTime<Utc>,
}

pub(super) type StoredLots = HashMap<(AccountId, LotNumber), StoredLot>;

#[derive(sqlx::FromRow)]
struct LotRow {
    account_id: Uuid,
    lot: i32,
    source: String,
    granted: i64,
    left_in_lot: i64,
    expires_at: DateTime<Utc>,
}

/// Reads one account without a lock, and the time of reading.
pub(super) async fn read_account(
    connection: &mut PgConnection,
    account_id: AccountId,
) -> Result<Option<(LedgerAccount, DateTime<Utc>)>, StoreError> {
    let row: Option<AccountRow> = sqlx::query_as(select_accounts!())
        .bind([account_id.as_uuid()])
        .fetch_optional(&mut *connection)
        .await
        .map_err(classify)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let lots: Vec<LotRow> = sqlx::query_as(
        "select account_id, lot, source, granted, left_in_lot, expires_at from ledger_lot
          where account_id = $1 and (left_in_lot > 0 or lot in ($2, $3))",
    )
    .bind(account_id.as_uuid())
    .bind(row.open_lot)
    .bind(row.plan_lot)
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    let read_at = row.read_at;
    Ok(Some((ledger_account(row, lots)?, read_at)))
}

async fn load_accounts(
    connection: &mut PgConnection,
    select_accounts: &'static str,
    operations: &[Operation],
) -> Result<(HashMap<AccountId, LedgerAccount>, StoredLots), StoreError> {
    let mut account_ids: Vec<Uuid> =
        operations.iter().map(|operation| operation.account_id().as_uuid()).collect();
    account_ids.sort_unstable();
    account_ids.dedup();
    let rows: Vec<AccountRow> = sqlx::query_as(select_accounts)
        .bind(&account_ids)
        .fetch_all(&mut *connection)
        .await
        .map_err(classify)?;
    let (needed_accounts, needed_lots) = lots_of_holds(operations);
    let lots: Vec<LotRow> = sqlx::query_as(
        "select account_id, lot, source, granted, left_in_lot, expires_at from ledger_lot
          where account_id = any($1) and left_in_lot > 0
         union
         select l.account_id, l.lot, l.source, l.granted, l.left_in_lot, l.expires_at
           from unnest($2::uuid[] || $4::uuid[], $3::int[] || $5::int[]) as n (account_id, lot)
           join ledger_lot l on l.account_id = n.account_id and l.lot = n.lot",
    )
    .bind(account_ids)
    .bind(needed_accounts)
    .bind(needed_lots)
    .bind(rows.iter().flat_map(|row| [row.account_id; 2]).collect::<Vec<_>>())
    .bind(rows.iter().flat_map(|row| [row.open_lot, row.plan_lot]).collect::<Vec<_>>())
    .fetch_all(connection)
    .await
    .map_err(classify)?;
    let stored = lots.iter().map(LotRow::stored).collect();
    let mut by_account: HashMap<Uuid, Vec<LotRow>> = HashMap::new();
    for lot in lots {
        by_account.entry(lot.account_id).or_default().push(lot);
    }
    let account = |row: AccountRow| {
        let lots = by_account.remove(&row.account_id).unwrap_or_default();
        Ok((AccountId::from_uuid(row.account_id), ledger_account(row, lots)?))
    };
    let accounts = rows.into_iter().map(account).collect::<Result<_, CorruptRow>>()?;
    Ok((accounts, stored))
}

impl LotRow {
    fn stored(&self) -> ((AccountId, LotNumber), StoredLot) {
        let Self { granted, left_in_lot, expires_at, .. } = *self;
        let key = (AccountId::from_uuid(self.account_id), LotNumber(self.lot));
        (key, StoredLot { granted, left_in_lot, expires_at })
    }
}

/// The lots that releases return credits to, even empty ones.
fn lots_of_holds(operations: &[Operation]) -> (Vec<Uuid>, Vec<i32>) {
    operations
        .iter()
        .filter_map(Operation::settled_hold)
        .flat_map(|hold| hold.takes.iter().map(|take| (hold.account_id.as_uuid(), take.lot.0)))
        .unzip()
}

/// The key of a lot, for errors.
struct LotKey(Uuid, i32);

impl fmt::Display for LotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}, {})", self.0, self.1)
    }
}

fn ledger_account(row: AccountRow, lots: Vec<LotRow>) -> Result<LedgerAccount, CorruptRow> {
    let lots = lots.into_iter().map(|lot| {
        // The account's row has the open lot's remaining credits and its end.
        let is_open = lot.lot == row.open_lot;
        let lot_ref = RowRef::new("ledger_lot", LotKey(lot.account_id, lot.lot));
        Ok(Lot {
            number: LotNumber(lot.lot),
            source: lot_ref.read("source", LotSource::from_name(&lot.source))?,
            granted: lot_ref.convert("granted", lot.granted)?,
            left: lot_ref.convert("left", if is_open { row.open_lot_left } else { lot.left_in_lot })?,
            expires_at: if is_open { row.open_lot_expires_at } else { lot.expires_at },
        })
    });
    let account = RowRef::new("ledger_account", row.account_id);
    Ok(LedgerAccount {
        anchored_at: row.anchored_at,
        plan: PlanTerms {
            credits: account.convert("plan.credits", row.plan_credits_next)?,
            requests: account.convert("plan.requests", row.plan_requests_next)?,
        },
        period: Period {
            index: account.convert("period", row.period)?,
            starts_at: row.period_starts_at,
            ends_at: row.period_ends_at,
        },
        plan_lot: LotNumber::from_column(row.plan_lot),
        plan_credits: account.convert("plan_credits", row.plan_credits)?,
        requests_limit: account.convert("requests_limit", row.requests_limit)?,
        requests_used: account.convert("requests_used", row.requests_used)?,
        last_lot: LotNumber::from_column(row.last_lot),
        last_entry: row.last_entry,
        lots: lots.collect::<Result<_, CorruptRow>>()?,
        entries: Vec::new(),
    })
}
