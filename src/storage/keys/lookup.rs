//! Keys by the digests of their secrets: the query of authentication.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::views::{origin, scopes};
use crate::domain::account::AccountState;
use crate::domain::caller::{Exposure, KeyRecord};
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::key::{KeyFormat, KeyState, Mode};
use crate::secret::KeyDigest;
use crate::storage::catalogue::PlanRow;
use crate::storage::error::{RowRef, StorageError};
use crate::storage::ledger::balance::BalanceRow;

#[derive(sqlx::FromRow)]
struct RecordRow {
    digest: Vec<u8>,
    version: i32,
    key_id: Uuid,
    state: String,
    expires_at: Option<DateTime<Utc>>,
    secret_ends_at: Option<DateTime<Utc>>,
    exposed_at: Option<DateTime<Utc>>,
    exposed_url: Option<String>,
    scopes: Vec<String>,
    regions: Option<Vec<String>>,
    allowed_networks: Option<Vec<String>>,
    daily_cap: Option<i64>,
    monthly_cap: Option<i64>,
    environment_id: Uuid,
    mode: String,
    account_id: Uuid,
    account_state: String,
    keeps_contacts: bool,
    edition: String,
    #[sqlx(flatten)]
    plan: PlanRow,
    #[sqlx(flatten)]
    balance: BalanceRow,
}

/// Returns the keys with these digests, in one query. The result lacks unknown digests. For a key
/// or secret that has ended by the database's clock it shows an end in 1970, so that it has ended
/// on a gateway with a slow clock too.
pub async fn find_by_digest(
    connection: &mut PgConnection,
    digests: &[KeyDigest],
) -> Result<Vec<(KeyDigest, KeyRecord)>, StorageError> {
    let wanted: Vec<&[u8]> = digests.iter().map(|digest| digest.as_bytes().as_slice()).collect();
    let rows: Vec<RecordRow> = sqlx::query_as(
        "select d.digest, s.version, k.id as key_id, k.state,
                case when k.expires_at <= clock_timestamp() then 'epoch' else k.expires_at end as expires_at,
                case when s.ends_at <= clock_timestamp() then 'epoch' else s.ends_at end as secret_ends_at,
                s.exposed_at, s.exposed_url, k.scopes,
                k.regions, k.allowed_networks::text[] as allowed_networks, k.daily_cap, k.monthly_cap, k.environment_id,
                e.mode, a.id as account_id, a.state as account_state, a.edition, p.*, l.balance, l.plan_credits,
                case e.mode when 'live' then a.keeps_live_contacts else a.keeps_test_contacts end as keeps_contacts,
                l.plan_left, l.requests_limit, l.requests_used, l.period_ends_at
           from key_digest d
           join key_secret s on s.key_id = d.key_id and s.version = d.version
           join api_key k on k.id = s.key_id
           join environment e on e.id = k.environment_id
           join account a on a.id = k.account_id
           join plan p on p.edition = a.edition and p.plan = a.plan
           join ledger_account l on l.account_id = a.id
          where d.digest = any($1)",
    )
    .bind(wanted)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(record).collect()
}

fn record(row: RecordRow) -> Result<(KeyDigest, KeyRecord), StorageError> {
    let key = RowRef::new("api_key", row.key_id);
    let cap = |column, cap: Option<i64>| cap.map(|cap| key.convert(column, cap)).transpose();
    let digest: [u8; 32] = key.convert("digest", row.digest)?;
    let record = KeyRecord {
        key_id: KeyId::from_uuid(row.key_id),
        secret_version: row.version,
        state: key.read("state", KeyState::from_name(&row.state))?,
        expires_at: row.expires_at,
        secret_ends_at: row.secret_ends_at,
        exposure: row.exposed_at.map(|at| Exposure { at, url: row.exposed_url }),
        scopes: scopes(&key, &row.scopes)?,
        origin: origin(&key, row.regions, row.allowed_networks)?,
        daily_cap: cap("daily_cap", row.daily_cap)?,
        monthly_cap: cap("monthly_cap", row.monthly_cap)?,
        environment_id: EnvironmentId::from_uuid(row.environment_id),
        mode: RowRef::new("environment", row.environment_id).read("mode", Mode::from_name(&row.mode))?,
        account_id: AccountId::from_uuid(row.account_id),
        keeps_contacts: row.keeps_contacts,
        account_state: RowRef::new("account", row.account_id)
            .read("state", AccountState::from_name(&row.account_state))?,
        edition: row.edition,
        plan: row.plan.try_into()?,
        balance: row.balance.try_into()?,
    };
    Ok((KeyDigest::from_bytes(digest), record))
}

/// Returns the formats of imported keys. `Legacy` covers all that look like no issued format.
pub async fn imported_shapes(connection: &mut PgConnection) -> Result<Vec<KeyFormat>, StorageError> {
    let shapes = KeyFormat::ISSUED.into_iter().chain([KeyFormat::Legacy]);
    // One index lookup for each format: there may be many keys of one.
    let found: Vec<(String,)> = sqlx::query_as(
        "select shape from unnest($1::text[]) shape
          where exists (select from api_key where format = 'legacy' and coalesce(imported_shape, 'legacy') = shape)",
    )
    .bind(shapes.map(KeyFormat::as_str).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    Ok(found.iter().filter_map(|(shape,)| KeyFormat::from_name(shape)).collect())
}
