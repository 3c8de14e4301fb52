//! Lots as they were granted.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::credits::Credits;
use crate::domain::ids::AccountId;
use crate::ledger::rules::lot::LotSource;
use crate::storage::error::{RowRef, StorageError};

/// A purchased or granted lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedLot {
    pub source: LotSource,
    /// The credits that it began with.
    pub granted: Credits,
    pub expires_at: DateTime<Utc>,
    /// The reason of a grant, or the pack's name.
    pub note: Option<String>,
}

/// Returns the account's lot with this reference.
pub async fn by_reference(
    connection: &mut PgConnection,
    account_id: AccountId,
    reference: &str,
) -> Result<Option<GrantedLot>, StorageError> {
    let row: Option<(String, i64, DateTime<Utc>, Option<String>)> = sqlx::query_as(
        "select source, granted, expires_at, note from ledger_lot where account_id = $1 and reference = $2",
    )
    .bind(account_id.as_uuid())
    .bind(reference)
    .fetch_optional(connection)
    .await?;
    row.map(|(source, granted, expires_at, note)| {
        let lot = RowRef::new("ledger_lot", account_id);
        Ok(GrantedLot {
            source: lot.read("source", LotSource::from_name(&source))?,
            granted: lot.convert("granted", granted)?,
            expires_at,
            note,
        })
    })
    .transpose()
}
