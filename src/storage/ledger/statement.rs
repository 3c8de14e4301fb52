//! An account's entries as its owner reads them: in order, with names instead of numbers, a page at a time.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::settlement::Outcome;
use crate::ledger::entry::EntryKind;
use crate::storage::error::StorageError;

/// Most entries of one page.
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

/// The entries after number `after`, oldest first, at most [`PAGE`]. An empty page is the end.
///
/// # Errors
/// When the store is away or holds an entry that this program cannot read.
pub async fn page(
    connection: &mut PgConnection,
    account_id: AccountId,
    after: i64,
) -> Result<Vec<StatementLine>, StorageError> {
    let rows: Vec<LineRow> = sqlx::query_as(
        "select e.number, e.at, e.kind, e.amount, e.balance_after, e.lot, l.source, e.call_id, e.key_id,
                k.name as key_name, r.path as endpoint, e.outcome,
                case when e.kind in ($3, $4) then l.reference end as reference,
                case when e.kind in ($3, $4) then l.note else c.note end as note
           from ledger_entry e
           join ledger_lot l on l.account_id = e.account_id and l.lot = e.lot
           left join ledger_correction c on c.account_id = e.account_id and c.call_id = e.call_id
           left join api_key k on k.id = e.key_id
           left join route r on r.number = e.route
          where e.account_id = $1 and e.number > $2
          order by e.number
          limit $5",
    )
    .bind(account_id.as_uuid())
    .bind(after)
    .bind(EntryKind::Grant.number())
    .bind(EntryKind::Pack.number())
    .bind(PAGE)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StatementLine::try_from).collect()
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
