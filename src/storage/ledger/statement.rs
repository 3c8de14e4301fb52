//! An account's statement: its entries in order, with names instead of numbers, in pages.

pub mod receipt;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::call_status::{CallStatus, status_of};
use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::language::Language;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::EntryKind;
use crate::ledger::rules::lot::{LotNumber, LotSource};
use crate::ledger::rules::receipt::{CallState, Movement, summary};
use crate::storage::error::{RowRef, StorageError};

pub const PAGE: i64 = 1_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatementLine {
    /// Its number within the account, from 1 without gaps.
    pub number: i64,
    pub at: DateTime<Utc>,
    /// What happened, such as `hold`.
    pub kind: &'static str,
    /// Credits in (positive) or out (negative).
    pub amount: i64,
    /// The account's balance after it.
    pub balance_after: i64,
    pub lot: i32,
    /// The lot's source: `plan`, `pack` or `grant`.
    pub source: String,
    /// The call, or the operator's command, that caused it.
    pub id: CallId,
    pub key_id: Option<KeyId>,
    pub key_name: Option<String>,
    pub endpoint: Option<String>,
    /// The state of a call: `held` while it runs, then `captured` or `released`.
    pub state: Option<&'static str>,
    /// The state in customers' words: `pending`, `charged` or `refunded`.
    pub label: Option<&'static str>,
    pub outcome: Option<&'static str>,
    /// The HTTP status of the answer, where it is known.
    pub status: Option<u16>,
    /// What the upstream of a forwarded call answered, where that is known.
    pub upstream_status: Option<u16>,
    /// The operator's id of a purchase, a grant or a correction.
    pub reference: Option<String>,
    /// Why an operator granted or took credits, or the new plan of a move.
    pub note: Option<String>,
    /// What an entry of a call is, in a sentence.
    pub summary: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(in crate::storage) struct LineRow {
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
    captured: Option<i16>,
    released: Option<i16>,
    /// When the call of a hold ended.
    ended_at: Option<DateTime<Utc>>,
    status: Option<i16>,
    upstream_status: Option<i16>,
    requests_by_plan: bool,
    reference: Option<String>,
    note: Option<String>,
}

impl LineRow {
    /// Returns the state of the entry's call.
    fn state(&self) -> CallState {
        match (self.captured, self.released) {
            (Some(_), _) => CallState::Captured,
            (None, Some(_)) => CallState::Released,
            (None, None) => CallState::Held,
        }
    }

    fn is_hold(&self) -> bool {
        self.kind == EntryKind::Hold.number()
    }

    fn ended(&self) -> Result<Option<Outcome>, StorageError> {
        let entry = RowRef::new("ledger_entry", self.call_id);
        let outcome = |number| Ok(entry.read("outcome", Outcome::from_number(number))?);
        self.captured.or(self.released).map(outcome).transpose()
    }

    fn movement(&self) -> Result<Movement, StorageError> {
        let entry = RowRef::new("ledger_entry", self.call_id);
        let source = entry.read("source", LotSource::from_name(&self.source))?;
        Ok(Movement { amount: self.amount, lot: LotNumber(self.lot), source })
    }

    /// The statuses of a call that was given back, unless its outcome says them.
    fn call_status(&self) -> Result<Option<CallStatus>, StorageError> {
        let row = RowRef::new("call_status", self.call_id);
        let Some(to_client) = self.status else { return Ok(None) };
        let of_upstream = self.upstream_status.map(|status| row.convert("upstream_status", status));
        Ok(Some(CallStatus {
            to_client: row.convert("status", to_client)?,
            of_upstream: of_upstream.transpose()?,
        }))
    }
}

/// The entries of account `$1` for its owner. `$2` and `$3` are the kinds of purchases and grants.
///
/// A captured call is in the batch that captured it: usually one soon after its hold, and no later
/// than the first batch in which the hold was no longer open. For a partial capture, that is the
/// batch of the release. A refunded call has a release after its hold, however long after it. Only
/// a database's clock that was set back puts it before.
macro_rules! select_statement_lines {
    ($entries:literal) => {
        concat!(
            "select e.number, e.at, e.kind, e.amount, e.balance_after, e.lot, l.source, e.call_id, e.key_id,
                k.name as key_name, r.path as endpoint, captured.outcome as captured, p.requests_by_plan,
                w.status, w.upstream_status,
                coalesce(e.outcome, released.outcome) as released, coalesce(captured.at, released.at) as ended_at,
                case when e.kind in ($2, $3) then l.reference when e.kind in (7, 8) then c.reference end as reference,
                case when e.kind in ($2, $3) then l.note when e.kind in (7, 8) then c.note end as note
           from (select * from ledger_entry e where e.account_id = $1 and ",
            $entries,
            ") e
           join ledger_lot l on l.account_id = e.account_id and l.lot = e.lot
           left join ledger_correction c on c.account_id = e.account_id and c.call_id = e.call_id
           left join api_key k on k.id = e.key_id
           left join route r on r.number = e.route
           left join call_status w on w.call_id = e.call_id and e.kind in (4, 5)
           join ledger_epoch p on p.epoch = e.epoch
           left join lateral (
                select c.outcome, c.at from (
                    (select b.captured_outcomes[array_position(b.captured, e.call_id)] as outcome, b.at from ledger_batch b
                      where b.epoch = e.epoch and b.batch between e.batch and e.batch + case e.kind when 4 then 63 else 0 end
                        and e.call_id = any (b.captured)
                      order by b.batch limit 1)
                    union all
                    (select b.captured_outcomes[array_position(b.captured, e.call_id)], b.at from ledger_batch b
                      where e.kind = 4 and b.epoch = e.epoch and b.batch > e.batch + 63
                        and b.batch <= coalesce((select n.batch from ledger_batch n
                                                  where n.epoch = e.epoch and n.batch > e.batch and n.open_from > e.batch
                                                  order by n.batch limit 1), 2147483647)
                        and e.call_id = any (b.captured)
                      order by b.batch limit 1)) c
                 where e.kind in (4, 5) limit 1) captured on true
           left join lateral (
                select o.outcome, o.at from ledger_entry o
                 where captured.outcome is null and e.kind = 4
                   and o.account_id = e.account_id and o.number > e.number and o.at >= e.at - interval '1 day'
                   and o.kind = 5 and o.call_id = e.call_id
                 order by o.number limit 1) released on true
          order by e.number"
        )
    };
}
pub(in crate::storage) use select_statement_lines;

/// Returns the entries after number `after`, oldest first, at most `limit`, with their sentences in
/// a language. An empty page is the end.
pub async fn page(
    connection: &mut PgConnection,
    account_id: AccountId,
    (after, limit): (i64, i64),
    language: Language,
) -> Result<Vec<StatementLine>, StorageError> {
    let rows: Vec<LineRow> =
        sqlx::query_as(select_statement_lines!("e.number > $4 order by e.number limit $5"))
            .bind(account_id.as_uuid())
            .bind(EntryKind::Grant.number())
            .bind(EntryKind::Pack.number())
            .bind(after)
            .bind(limit)
            .fetch_all(connection)
            .await?;
    rows.into_iter().map(|row| StatementLine::of(row, language)).collect()
}

impl StatementLine {
    /// The line of a row, with its sentence in a language.
    pub(in crate::storage) fn of(row: LineRow, language: Language) -> Result<Self, StorageError> {
        let kind = RowRef::new("ledger_entry", row.call_id).read("kind", EntryKind::from_number(row.kind))?;
        let (ended, statuses) = (row.ended()?, row.call_status()?);
        let is_of_call = matches!(kind, EntryKind::Hold | EntryKind::Release);
        let state = is_of_call.then(|| row.state());
        let summary =
            state.and_then(|state| summary::of_entry((kind, row.amount), state, (ended, statuses), language));
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
            state: state.map(CallState::as_str),
            label: state.map(CallState::label),
            outcome: ended.map(Outcome::as_str),
            status: ended.and_then(|outcome| status_of(outcome, statuses)),
            upstream_status: statuses.and_then(|status| status.of_upstream),
            reference: row.reference,
            note: row.note,
            summary,
        })
    }
}
