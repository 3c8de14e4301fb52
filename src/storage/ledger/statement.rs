//! An account's entries as its owner reads them: in order, with names instead of numbers, a page at a time.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::settlement::Outcome;
use crate::ledger::entry::EntryKind;
use crate::storage::error::StorageError;

/// Entries that a statement reads at a time.
pub const PAGE: i64 = 1_000;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// Its number within the account, dense from 1.
    pub number: i64,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What happened, such as `hold`.
    pub kind: &'static str,
    /// Credits in (positive) or out (negative).
    pub amount: i64,
    /// The account's balance after it.
    pub balance_after: i64,
    /// The lot it moved.
    pub lot: i32,
    /// Where that lot came from: `plan`, `pack` or `grant`.
    pub source: String,
    /// The call, or the operator's act, that caused it.
    pub id: CallId,
    /// The key that called.
    pub key_id: Option<KeyId>,
    /// That key's name.
    pub key_name: Option<String>,
    /// The path that was called.
    pub endpoint: Option<String>,
    /// How a call ended whose credits came back.
    pub outcome: Option<&'static str>,
    /// The caller's id of a purchase or grant.
    pub reference: Option<String>,
    /// Why an operator gave or took credits.
    pub note: Option<String>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    number: i64,
    at: DateTime<Utc>,
    kind: i16,
    amount: i64,
    balance_after: i64,
    lot: i32,
    source: String,
    call_id: Uuid,
    key_id: Option<Uuid>,
    key_name: Option<String>,
    endpoint: Option<String>,
    outcome: Option<i16>,
    reference: Option<String>,
    note: Option<String>,
}

/// The entries of account `$1` as their owner reads them; `$2` and `$3` are the kinds that a purchase or grant makes.
macro_rules! select_lines {
    () => {
        "select e.number, e.at, e.kind, e.amount, e.balance_after, e.lot, l.source, e.call_id, e.key_id,
                k.name as key_name, r.path as endpoint, e.outcome,
                case when e.kind in ($2, $3) then l.reference end as reference,
                case when e.kind in ($2, $3) then l.note else c.note end as note
           from ledger_entry e
           join ledger_lot l on l.account_id = e.account_id and l.lot = e.lot
           left join ledger_correction c on c.account_id = e.account_id and c.call_id = e.call_id
           left join api_key k on k.id = e.key_id
           left join route r on r.number = e.route
          where e.account_id = $1"
    };
}

/// The entries after number `after`, oldest first, at most `limit`. An empty page is the end.
///
/// # Errors
/// When the store is away or holds an entry that this program cannot read.
pub async fn page(
    connection: &mut PgConnection,
    account_id: AccountId,
    after: i64,
    limit: i64,
) -> Result<Vec<StatementLine>, StorageError> {
    let rows: Vec<LineRow> =
        sqlx::query_as(concat!(select_lines!(), " and e.number > $4 order by e.number limit $5"))
            .bind(account_id.as_uuid())
            .bind(EntryKind::Grant.number())
            .bind(EntryKind::Pack.number())
            .bind(after)
            .bind(limit)
            .fetch_all(connection)
            .await?;
    rows.into_iter().map(StatementLine::try_from).collect()
}

/// Earliest and latest that an entry of a call may be written, counted from the instant in the call's id: clocks may
/// differ, and a call may outlive its gateway.
const CALL_WINDOW_MINUTES: (i64, i64) = (60, 24 * 60);

/// The entries of one call, oldest first. Empty when the account has no such call.
///
/// # Errors
/// When the store is away or holds an entry that this program cannot read.
pub async fn of_call(
    connection: &mut PgConnection,
    account_id: AccountId,
    call_id: CallId,
) -> Result<Vec<StatementLine>, StorageError> {
    let Some(began) = began_at(call_id) else {
        return Ok(Vec::new());
    };
    // The times let the partitions and the index over arrival do the search.
    let rows: Vec<LineRow> = sqlx::query_as(concat!(
        select_lines!(),
        " and e.call_id = $4 and e.at between $5 and $6 order by e.number"
    ))
    .bind(account_id.as_uuid())
    .bind(EntryKind::Grant.number())
    .bind(EntryKind::Pack.number())
    .bind(call_id.as_uuid())
    .bind(began - TimeDelta::minutes(CALL_WINDOW_MINUTES.0))
    .bind(began + TimeDelta::minutes(CALL_WINDOW_MINUTES.1))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StatementLine::try_from).collect()
}

/// The instant in a UUIDv7; `None` for any other id.
fn began_at(call_id: CallId) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = call_id.as_uuid().get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

impl TryFrom<LineRow> for StatementLine {
    type Error = StorageError;
    fn try_from(row: LineRow) -> Result<Self, StorageError> {
        let kind = EntryKind::from_number(row.kind).ok_or(StorageError::Corrupt("entry kind"))?;
        let outcome = |number| Outcome::from_number(number).ok_or(StorageError::Corrupt("entry outcome"));
        Ok(Self {
            number: row.number,
            at: row.at,
            kind: kind.as_str(),
            amount: row.amount,
            balance_after: row.balance_after,
            lot: row.lot,
            source: row.source,
            id: CallId::from_uuid(row.call_id),
            key_id: row.key_id.map(KeyId::from_uuid),
            key_name: row.key_name,
            endpoint: row.endpoint,
            outcome: row.outcome.map(outcome).transpose()?.map(Outcome::as_str),
            reference: row.reference,
            note: row.note,
        })
    }
}
