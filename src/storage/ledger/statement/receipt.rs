//! The receipt of a call: its entries, and what was charged for it.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{LineRow, StatementLine, select_statement_lines};
use crate::domain::ids::{AccountId, CallId};
use crate::domain::language::Language;
use crate::domain::price::PriceDetail;
use crate::domain::settlement::Outcome;
use crate::ledger::rules::entry::EntryKind;
use crate::ledger::rules::receipt::{CallState, Payment, summary};
use crate::storage::error::{RowRef, StorageError};

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
    /// The HTTP status of the answer, where it is known.
    pub status: Option<u16>,
    /// What the upstream of a forwarded call answered, where that is known.
    pub upstream_status: Option<u16>,
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
    for window in [Window::usual(began), Window::wide(began)] {
        if let Some((account_id, _)) = hold_of(connection, call_id, window).await? {
            return Ok(Some(account_id));
        }
    }
    Ok(None)
}

/// Returns the receipt of a call, or `None` if the account has no such call.
pub async fn find(
    connection: &mut PgConnection,
    account_id: AccountId,
    call_id: CallId,
    language: Language,
) -> Result<Option<Receipt>, StorageError> {
    let rows = rows_of_call(connection, account_id, call_id).await?;
    let Some(hold) = rows.first() else { return Ok(None) };
    let price = price_of(connection, account_id, call_id).await?;
    let (state, outcome, requests_by_plan) = (hold.state(), hold.ended()?, hold.requests_by_plan);
    let statuses = hold.call_status()?;
    let movements = rows.iter().map(LineRow::movement).collect::<Result<Vec<_>, _>>()?;
    let payment = Payment::of(movements, state);
    let plan_request_used =
        if requests_by_plan { payment.charges_plan() } else { state != CallState::Released };
    let entries =
        rows.into_iter().map(|row| StatementLine::of(row, language)).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = entries.first() else { return Ok(None) };
    Ok(Some(Receipt {
        call_id,
        state: state.as_str(),
        label: state.label(),
        summary: summary::of_receipt(state, (outcome, statuses), &payment, language),
        outcome: outcome.map(Outcome::as_str),
        status: first.status,
        upstream_status: first.upstream_status,
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

/// Returns the entries that move credits of one call, the hold first, or none for an unknown call.
/// A renewal or an expiry that the call caused has its id too and is not included.
async fn rows_of_call(
    connection: &mut PgConnection,
    account_id: AccountId,
    call_id: CallId,
) -> Result<Vec<LineRow>, StorageError> {
    let Some(began) = began_at(call_id) else {
        return Ok(Vec::new());
    };
    let mut window = Window::usual(began);
    let mut rows = entries_of_call(connection, account_id, call_id, (window, OF_CALLS)).await?;
    if !rows.first().is_some_and(LineRow::is_hold) {
        let (owner, at) = match hold_of(connection, call_id, Window::wide(began)).await? {
            Some(hold) => hold,
            None => return Ok(Vec::new()),
        };
        if owner != account_id {
            return Ok(Vec::new());
        }
        window = Window::between(at, at);
        rows = entries_of_call(connection, account_id, call_id, (window, OF_CALLS)).await?;
    }
    // A gateway that stays down, or a database that is away, delays a release for days.
    let Some((held_at, Some(ended_at))) = rows.first().map(|hold| (hold.at, hold.ended_at)) else {
        return Ok(rows);
    };
    if !(window.from..=window.to).contains(&ended_at) {
        let late = (Window::between(held_at, ended_at), &[EntryKind::Release][..]);
        rows.retain(LineRow::is_hold);
        rows.extend(entries_of_call(connection, account_id, call_id, late).await?);
    }
    Ok(rows)
}

/// The kinds of entries that move credits of calls: a hold, then a release.
const OF_CALLS: &[EntryKind] = &[EntryKind::Hold, EntryKind::Release];

/// Returns those entries of some kinds within some time: the partitions and the index by arrival do
/// the search.
async fn entries_of_call(
    connection: &mut PgConnection,
    account_id: AccountId,
    call_id: CallId,
    (window, kinds): (Window, &[EntryKind]),
) -> Result<Vec<LineRow>, StorageError> {
    let rows = sqlx::query_as(select_statement_lines!(
        "e.call_id = $4 and e.at between $5 and $6 and e.kind = any ($7)"
    ))
    .bind(account_id.as_uuid())
    .bind(EntryKind::Grant.number())
    .bind(EntryKind::Pack.number())
    .bind(call_id.as_uuid())
    .bind(window.from)
    .bind(window.to)
    .bind(kinds.iter().map(|kind| kind.number()).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// Returns the account and the time of a call's hold.
async fn hold_of(
    connection: &mut PgConnection,
    call_id: CallId,
    window: Window,
) -> Result<Option<(AccountId, DateTime<Utc>)>, StorageError> {
    let hold: Option<(Uuid, DateTime<Utc>)> = sqlx::query_as(
        "select account_id, at from ledger_entry where call_id = $1 and at between $2 and $3 and kind = 4 limit 1",
    )
    .bind(call_id.as_uuid())
    .bind(window.from)
    .bind(window.to)
    .fetch_optional(connection)
    .await?;
    Ok(hold.map(|(id, at)| (AccountId::from_uuid(id), at)))
}

/// Times, both included.
#[derive(Clone, Copy, Debug)]
struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Window {
    /// The entries of a call, from the instant in its id: most calls end soon.
    fn usual(began: DateTime<Utc>) -> Self {
        Self { from: began - TimeDelta::hours(1), to: began + TimeDelta::days(1) }
    }

    /// The hold of a call whose gateway had a wrong clock. It limits how many months are searched
    /// for an unknown id.
    fn wide(began: DateTime<Utc>) -> Self {
        Self { from: began - TimeDelta::days(31), to: began + TimeDelta::days(31) }
    }

    fn between(one: DateTime<Utc>, other: DateTime<Utc>) -> Self {
        Self { from: one.min(other), to: one.max(other) }
    }
}

/// Returns the instant in a UUIDv7, or `None` for any other id.
fn began_at(call_id: CallId) -> Option<DateTime<Utc>> {
    let (seconds, nanos) = call_id.as_uuid().get_timestamp()?.to_unix();
    DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}
