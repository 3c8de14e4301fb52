//! Keys as they are shown, always without their secrets.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::key::view::{KeyView, SecretView};
use crate::domain::key::{KeyFormat, KeyState, KeyStatus, Mode, Scope};
use crate::domain::origin::Origin;
use crate::storage::error::{CorruptRow, RowRef, StorageError};

/// The most keys in one listing.
pub const LIST_LIMIT: i64 = 10_000;

#[derive(sqlx::FromRow)]
pub(super) struct ViewRow {
    pub(super) id: Uuid,
    account_id: Uuid,
    environment_id: Uuid,
    environment: String,
    mode: String,
    name: String,
    state: String,
    has_ended: bool,
    scopes: Vec<String>,
    format: String,
    regions: Option<Vec<String>>,
    allowed_networks: Option<Vec<String>>,
    daily_cap: Option<i64>,
    monthly_cap: Option<i64>,
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

// Uses are recorded to the minute, which may have begun before the key was created.
// `$from` is a table or a query of keys, as `k`.
macro_rules! select_views {
    ($from:expr, $end:expr) => {
        concat!(
            "select k.id, k.account_id, k.environment_id, e.name as environment, e.mode, k.name, k.state, coalesce(k.expires_at <= now(), false) as has_ended, k.scopes, k.format,
                k.regions, k.allowed_networks::text[] as allowed_networks, k.daily_cap, k.monthly_cap, k.expires_at,
                k.created_at, k.revoked_at,
                case when k.last_used_at < k.created_at then k.created_at else k.last_used_at end as last_used_at
           from ",
            $from,
            " k join environment e on e.id = k.environment_id ",
            $end
        )
    };
}
pub(super) use select_views;

pub async fn find(connection: &mut PgConnection, id: KeyId) -> Result<Option<KeyView>, StorageError> {
    let rows: Vec<ViewRow> = sqlx::query_as(select_views!("api_key", "where k.id = $1"))
        .bind(id.as_uuid())
        .fetch_all(&mut *connection)
        .await?;
    Ok(with_secrets(connection, rows).await?.pop())
}

/// Returns the keys of an account after the id `after`, oldest first, at most `limit`.
pub async fn list(
    connection: &mut PgConnection,
    account: AccountId,
    after: Option<KeyId>,
    limit: i64,
) -> Result<Vec<KeyView>, StorageError> {
    let rows: Vec<ViewRow> = sqlx::query_as(select_views!(
        "api_key",
        "where k.account_id = $1 and k.id > $2 order by k.id limit $3"
    ))
    .bind(account.as_uuid())
    .bind(after.map_or(Uuid::nil(), |id| id.as_uuid()))
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    with_secrets(connection, rows).await
}

#[derive(sqlx::FromRow)]
struct SecretRow {
    key_id: Uuid,
    version: i32,
    prefix: String,
    last_four: String,
    created_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
}

pub(super) async fn with_secrets(
    connection: &mut PgConnection,
    rows: Vec<ViewRow>,
) -> Result<Vec<KeyView>, StorageError> {
    let secrets: Vec<SecretRow> = sqlx::query_as(
        "select key_id, version, prefix, last_four, created_at, ends_at,
                case when last_used_at < created_at then created_at else last_used_at end as last_used_at
           from key_secret
          where key_id = any($1) and (ends_at is null or ends_at > now())
          order by key_id, version desc",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    let mut of_key: HashMap<Uuid, Vec<SecretView>> = HashMap::new();
    for row in secrets {
        of_key.entry(row.key_id).or_default().push(SecretView {
            version: row.version,
            prefix: row.prefix,
            last_four: row.last_four,
            created_at: row.created_at,
            ends_at: row.ends_at,
            last_used_at: row.last_used_at,
        });
    }
    rows.into_iter().map(|row| view(of_key.remove(&row.id).unwrap_or_default(), row)).collect()
}

fn view(secrets: Vec<SecretView>, row: ViewRow) -> Result<KeyView, StorageError> {
    let key = RowRef::new("api_key", row.id);
    let present = key.read("key_secret.version", secrets.first())?;
    let state = key.read("state", KeyState::from_name(&row.state))?;
    let Origin { regions, networks } = origin(&key, row.regions, row.allowed_networks)?;
    Ok(KeyView {
        id: KeyId::from_uuid(row.id),
        account_id: AccountId::from_uuid(row.account_id),
        environment_id: EnvironmentId::from_uuid(row.environment_id),
        environment: row.environment,
        mode: RowRef::new("environment", row.environment_id).read("mode", Mode::from_name(&row.mode))?,
        name: row.name,
        state,
        status: KeyStatus::new(state, row.has_ended),
        scopes: scopes(&key, &row.scopes)?,
        format: key.read("format", KeyFormat::from_name(&row.format))?,
        prefix: present.prefix.clone(),
        last_four: present.last_four.clone(),
        regions,
        allowed_networks: networks,
        daily_cap: cap(&key, "daily_cap", row.daily_cap)?,
        monthly_cap: cap(&key, "monthly_cap", row.monthly_cap)?,
        expires_at: row.expires_at,
        created_at: row.created_at,
        revoked_at: row.revoked_at,
        last_used_at: row.last_used_at,
        secrets,
    })
}

/// Reads a cap column.
pub(super) fn cap(
    key: &RowRef<Uuid>,
    column: &'static str,
    amount: Option<i64>,
) -> Result<Option<Credits>, CorruptRow> {
    amount.map(|amount| key.convert(column, amount)).transpose()
}

/// Scopes by their names.
pub(super) fn scopes(key: &RowRef<Uuid>, names: &[String]) -> Result<Vec<Scope>, CorruptRow> {
    let scopes = names.iter().map(|name| Scope::from_name(name));
    key.read("scopes", scopes.collect::<Option<_>>())
}

/// Returns the restrictions of a key. A null column allows everything.
pub(super) fn origin(
    key: &RowRef<Uuid>,
    regions: Option<Vec<String>>,
    networks: Option<Vec<String>>,
) -> Result<Origin, CorruptRow> {
    Ok(Origin {
        regions: key.read("regions", parsed(&regions.unwrap_or_default()))?,
        networks: key.read("allowed_networks", parsed(&networks.unwrap_or_default()))?,
    })
}

fn parsed<T: FromStr>(texts: &[String]) -> Option<Vec<T>> {
    texts.iter().map(|text| text.parse().ok()).collect()
}
