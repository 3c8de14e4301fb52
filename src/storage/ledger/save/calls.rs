//! What receipts show of calls besides their entries: how charges were computed, and with which
//! statuses calls ended that are given back.

use sqlx::postgres::PgConnection;

use crate::domain::call_status::CallStatus;
use crate::ledger::rules::operation::{Effect, Operation, Settle};
use crate::ledger::store::StoreError;
use crate::storage::ledger::column;
use crate::storage::ledger::error::classify;

/// The settlements that were carried out.
fn settled<'a>(operations: &'a [Operation], effects: &'a [Effect]) -> impl Iterator<Item = &'a Settle> {
    operations.iter().zip(effects).filter_map(|(operation, effect)| match (operation, effect) {
        (Operation::Settle(settle), Effect::Done(_)) => Some(settle),
        _ => None,
    })
}

/// Saves how the charges of captured calls were computed.
pub(super) async fn save_prices(
    connection: &mut PgConnection,
    operations: &[Operation],
    effects: &[Effect],
) -> Result<(), StoreError> {
    let mut prices: Vec<(&Settle, String)> = Vec::new();
    for settle in settled(operations, effects) {
        if let Some(price) = &settle.price {
            let text =
                serde_json::to_string(price).map_err(|error| StoreError::Refused(error.to_string()))?;
            prices.push((settle, text));
        }
    }
    if prices.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into call_price (call_id, account_id, detail)
         select call_id, account_id, detail::jsonb from unnest($1::uuid[], $2::uuid[], $3::text[])
                as n (call_id, account_id, detail)",
    )
    .bind(column(&prices, |(settle, _)| settle.hold.call_id.as_uuid()))
    .bind(column(&prices, |(settle, _)| settle.hold.account_id.as_uuid()))
    .bind(column(&prices, |(_, text)| text.clone()))
    .execute(connection)
    .await
    .map_err(classify)
    .map(drop)
}

/// Saves the statuses that outcomes do not imply.
pub(super) async fn save_statuses(
    connection: &mut PgConnection,
    operations: &[Operation],
    effects: &[Effect],
) -> Result<(), StoreError> {
    let statuses: Vec<(&Settle, CallStatus)> =
        settled(operations, effects).filter_map(|settle| Some((settle, settle.status?))).collect();
    if statuses.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into call_status (call_id, status, upstream_status)
         select * from unnest($1::uuid[], $2::smallint[], $3::smallint[])",
    )
    .bind(column(&statuses, |(settle, _)| settle.hold.call_id.as_uuid()))
    .bind(column(&statuses, |(_, status)| status.to_client as i16))
    .bind(column(&statuses, |(_, status)| status.of_upstream.map(|status| status as i16)))
    .execute(connection)
    .await
    .map_err(classify)
    .map(drop)
}
