//! An account's statement: its entries in order, with names instead of numbers, in pages.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, CallId, KeyId};
use crate::domain::price::PriceDetail;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::EntryKind;
use crate::ledger::rules::receipt::{CallState, Movement, Payment, summary};
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
    /// The HTTP status of the answer, if the outcome determines it.
    pub status: Option<u16>,
    /// The caller's id of a purchase or grant.
    pub reference: Option<String>,
    /// Why an operator granted or took credits.
    pub note: Option<String>,
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

    fn ended(&self) -> Result<Option<Outcome>, StorageError> {
        let entry = RowRef::new("ledger_entry", self.call_id);
        let outcome = |number| Ok(entry.read("outcome", Outcome::from_number(number))?);
        self.captured.or(self.released).map(outcome).transpose()
    }
}

/// The entries of account `$1` for its owner. `$2` and `$3` are the kinds of purchases and grants.
///
/// A captured call is in the batch that captured it: usually one soon after its hold, and no later
/// than the first batch in which the hold was no longer open. For a partial capture, that is the
/// batch of the release. A refunded call has a release, somewhat after its hold.
macro_rules! select_statement_lines {
    ($entries:literal) => {
        concat!(
            "select e.number, e.at, e.kind, e.amount, e.balance_after, e.lot, l.source, e.call_id, e.key_id,
                k.name as key_name, r.path as endpoint, captured.outcome as captured, p.requests_by_plan,
                coalesce(e.outcome, released.outcome) as released,
                case when e.kind in ($2, $3) then l.reference end as reference,
                case when e.kind in ($2, $3) then l.note else c.note end as note
           from (select * from ledger_entry e where e.account_id = $1 and ",
            $entries,
            ") e
           join ledger_lot l on l.account_id = e.account_id and l.lot = e.lot
           left join ledger_correction c on c.account_id = e.account_id and c.call_id = e.call_id
           left join api_key k on k.id = e.key_id
           left join route r on r.number = e.route
           join ledger_epoch p on p.epoch = e.epoch
           left join lateral (
                select coalesce(
                    (select b.captured_outcomes[array_position(b.captured, e.call_id)] from ledger_batch b
                      where b.epoch = e.epoch and b.batch between e.batch and e.batch + case e.kind when 4 then 63 else 0 end
                        and e.call_id = any (b.captured)
                      order by b.batch limit 1),
                    case e.kind when 4 then
                    (select b.captured_outcomes[array_position(b.captured, e.call_id)] from ledger_batch b
                      where b.epoch = e.epoch and b.batch > e.batch + 63
                        and b.batch <= coalesce((select n.batch from ledger_batch n
                                                  where n.epoch = e.epoch and n.batch > e.batch and n.open_from > e.batch
                                                  order by n.batch limit 1), 2147483647)
                        and e.call_id = any (b.captured)
                      order by b.batch limit 1) end) as outcome
                 where e.kind in (4, 5) offset 0) captured on true
           left join lateral (
                select o.outcome from ledger_entry o
                 where captured.outcome is null and e.kind = 4
                   and o.account_id = e.account_id and o.number > e.number and o.at >= e.at
                   and o.kind = 5 and o.call_id = e.call_id
                 order by o.number limit 1) released on true
          order by e.number"
        )
    };
}
pub(in crate::storage) use select_statement_lines;

/// Returns the entries after number `after`, oldest first, at most `limit`. An empty page is the
/// end.
pub async fn page(
    connection: &mut PgConnection,
    account_id: AccountId,
    after: i64,
    limit: i64,
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
    rows.into_iter().map(StatementLine::try_from).collect()
}

/// The earliest and latest time of a call's entries, from the instant in the call's id: clocks may
/// differ, and a call may outlive its gateway.
const CALL_WINDOW_MINUTES: (i64, i64) = (60, 24 * 60);

/// The receipt of one call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Receipt {
    pub call_id: CallId,
    /// `held` while it runs, then `captured` or `released`.
    pub state: &'static str,
    /// The state in customers' words: `pending`, `charged` or `refunded`.
    pub label: &'static str,
    pub summary: String,
    /// How the call ended, or `None` while it runs.
    pub outcome: Option<&'static str>,
    /// The HTTP status of the answer, if the outcome determines it.
    pub status: Option<u16>,
    pub endpoint: Option<String>,
    /// The time of the hold.
    pub at: DateTime<Utc>,
    /// The price and the lots that paid it.
    #[serde(flatten)]
    pub payment: Payment,
    /// Whether the call used a request unit of the plan.
    pub plan_request_used: bool,
    /// How the charge was computed, where the price depends on figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceDetail>,
    /// The call's entries, oldest first.
    pub entries: Vec<StatementLine>,
}

/// Returns the account of a call, or `None` for an unknown call.
pub async fn account_of(
    connection: &mut PgConnection,
    call_id: CallId,
) -> Result<Option<AccountId>, StorageError> {
    let Some(began) = began_at(call_id) else { return Ok(None) };
    let account: Option<(Uuid,)> = sqlx::query_as(
        "select account_id from ledger_entry where call_id = $1 and at between $2 and $3 and kind in (4, 5) limit 1",
    )
    .bind(call_id.as_uuid())
    .bind(began - TimeDelta::minutes(CALL_WINDOW_MINUTES.0))
    .bind(began + TimeDelta::minutes(CALL_WINDOW_MINUTES.1))
    .fetch_optional(connection)
    .await?;
    Ok(account.map(|(id,)| AccountId::from_uuid(id)))
}

/// Returns the receipt of a call, or `None` if the account has no such call.
pub async fn receipt(
    connection: &mut PgConnection,
    account_id: AccountId,
    call_id: CallId,
) -> Result<Option<Receipt>, StorageError> {
    let rows = of_call(connection, account_id, call_id).await?;
    let Some(hold) = rows.first() else { return Ok(None) };
    let price = price_of(connection, account_id, call_id).await?;
    let (state, outcome, requests_by_plan) = (hold.state(), hold.ended()?, hold.requests_by_plan);
    let movements = rows.iter().map(|row| Movement { amount: row.amount, lot: row.lot, source: &row.source });
    let payment = Payment::of(movements, state);
    let plan_request_used =
        if requests_by_plan { payment.charges_plan() } else { state != CallState::Released };
    let entries = rows.into_iter().map(StatementLine::try_from).collect::<Result<Vec<_>, StorageError>>()?;
    let Some(first) = entries.first() else { return Ok(None) };
    Ok(Some(Receipt {
        call_id,
        state: state.as_str(),
        label: state.label(),
        summary: summary(state, outcome, &payment),
        outcome: outcome.map(Outcome::as_str),
        status: outcome.and_then(Outcome::status),
        endpoint: first.endpoint.clone(),
        at: first.at,
        payment,
        plan_request_used,
        price,
        entries,
    }))
}

/// Returns how the charge of a call was computed, if its price depends on figures.
async fn price_of(
    connection: &mut PgConnection,
    account_id: AccountId,
    call_id: CallId,
) -> Result<Option<PriceDetail>, StorageError> {
    let detail: Option<String> =
        sqlx::query_scalar("select detail::text from call_price where call_id = $1 and account_id = $2")
            .bind(call_id.as_uuid())
            .bind(account_id.as_uuid())
            .fetch_optional(connection)
            .await?;
    let read = |text: String| {
        let row = RowRef::new("call_price", call_id.as_uuid());
        Ok::<_, StorageError>(row.read("detail", serde_json::from_str(&text).ok())?)
    };
    detail.map(read).transpose()
}

/// Returns the entries that move credits of one call, oldest first, or none for an unknown call. A
/// renewal or an expiry that the call caused has its id too and is not included.
async fn of_call(
    connection: &mut PgConnection,
    account_id: AccountId,
    call_id: CallId,
) -> Result<Vec<LineRow>, StorageError> {
    let Some(began) = began_at(call_id) else {
        return Ok(Vec::new());
    };
    // The time range lets the partitions and the index by arrival do the search.
    let rows = sqlx::query_as(select_statement_lines!(
        "e.call_id = $4 and e.at between $5 and $6 and e.kind in (4, 5)"
    ))
    .bind(account_id.as_uuid())
    .bind(EntryKind::Grant.number())
    .bind(EntryKind::Pack.number())
    .bind(call_id.as_uuid())
    .bind(began - TimeDelta::minutes(CALL_WINDOW_MINUTES.0))
    .bind(began + TimeDelta::minutes(CALL_WINDOW_MINUTES.1))
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Returns the instant in a UUIDv7, or `None` for any other id.
fn began_at(call_id: CallId) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = call_id.as_uuid().get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

impl TryFrom<LineRow> for StatementLine {
    type Error = StorageError;
    fn try_from(row: LineRow) -> Result<Self, StorageError> {
        let kind = RowRef::new("ledger_entry", row.call_id).read("kind", EntryKind::from_number(row.kind))?;
        let ended = row.ended()?;
        let is_of_call = matches!(kind, EntryKind::Hold | EntryKind::Release);
        let state = is_of_call.then(|| row.state());
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
            status: ended.and_then(Outcome::status),
            reference: row.reference,
            note: row.note,
        })
    }
}
