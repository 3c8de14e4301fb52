//! The current state of a key that makes a management request.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::views::{cap, origin, scopes};
use crate::domain::account::AccountState;
use crate::domain::ids::KeyId;
use crate::domain::key::KeyState;
use crate::domain::key::reach::Reach;
use crate::storage::error::{CorruptRow, RowRef, StorageError};

/// Decides whether a key may act, and within which bounds.
#[derive(Clone, Debug)]
pub struct Acting {
    pub state: KeyState,
    /// Whether the key has ended by the database's clock.
    pub has_expired: bool,
    /// Whether the version of its secret that was used has ended by that clock.
    pub is_replaced: bool,
    /// Whether its account is active.
    pub account_state: AccountState,
    /// The bounds of what it may do.
    pub reach: Reach,
}

#[derive(sqlx::FromRow)]
struct ActingRow {
    state: String,
    has_expired: bool,
    is_replaced: bool,
    account_state: String,
    scopes: Vec<String>,
    regions: Option<Vec<String>>,
    allowed_networks: Option<Vec<String>>,
    expires_at: Option<DateTime<Utc>>,
    daily_cap: Option<i64>,
    monthly_cap: Option<i64>,
}

/// Returns the current state of a key and this version of its secret, or `None` for an unknown
/// secret.
pub async fn acting(
    connection: &mut PgConnection,
    key: KeyId,
    secret_version: i32,
) -> Result<Option<Acting>, StorageError> {
    // Not `now()`: the transaction may have begun, and then waited, before the secret ended.
    let row: Option<ActingRow> = sqlx::query_as(
        "select k.state, coalesce(k.expires_at <= clock_timestamp(), false) as has_expired,
                coalesce(s.ends_at <= clock_timestamp(), false) as is_replaced,
                a.state as account_state, k.scopes, k.regions, k.allowed_networks::text[] as allowed_networks,
                k.expires_at, k.daily_cap, k.monthly_cap
           from api_key k
           join key_secret s on s.key_id = k.id and s.version = $2
           join account a on a.id = k.account_id
          where k.id = $1",
    )
    .bind(key.as_uuid())
    .bind(secret_version)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(read(key, row)?)).transpose()
}

fn read(key: KeyId, row: ActingRow) -> Result<Acting, CorruptRow> {
    let key = RowRef::new("api_key", key.as_uuid());
    Ok(Acting {
        state: key.read("state", KeyState::from_name(&row.state))?,
        has_expired: row.has_expired,
        is_replaced: row.is_replaced,
        account_state: key.read("account.state", AccountState::from_name(&row.account_state))?,
        reach: Reach {
            scopes: scopes(&key, &row.scopes)?,
            origin: origin(&key, row.regions, row.allowed_networks)?,
            expires_at: row.expires_at,
            daily_cap: cap(&key, "daily_cap", row.daily_cap)?,
            monthly_cap: cap(&key, "monthly_cap", row.monthly_cap)?,
        },
    })
}
