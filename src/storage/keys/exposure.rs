//! Reports of leaked secrets.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::leak::{LeakAction, LeakSource, LeakedSecret, MAX_EXPOSURES, OnLeak};
use crate::domain::key::{KeyState, Mode};
use crate::domain::language::Language;
use crate::secret::peppers::KeyDigests;
use crate::storage::error::{CorruptRow, RowRef, StorageError};
use crate::storage::identity::admins::{self, Admin};

/// The key of a reported secret.
#[derive(Clone, Debug)]
pub struct LeakedKey {
    pub key_id: KeyId,
    pub secret_version: i32,
    pub account_id: AccountId,
    pub name: String,
    pub prefix: String,
    pub last_four: String,
    pub secret: LeakedSecret,
    /// What the key says a report does. `None`: as the setting says.
    pub on_leak: Option<OnLeak>,
    /// Whether an earlier report named this secret.
    pub is_known: bool,
}

#[derive(sqlx::FromRow)]
struct LeakedRow {
    key_id: Uuid,
    version: i32,
    account_id: Uuid,
    name: String,
    prefix: String,
    last_four: String,
    state: String,
    mode: String,
    is_replaced: bool,
    has_ended: bool,
    is_known: bool,
    on_leak: Option<String>,
}

/// Returns the key with this secret.
pub async fn find_leaked(
    connection: &mut PgConnection,
    digests: &KeyDigests,
) -> Result<Option<LeakedKey>, StorageError> {
    let wanted = [Some(digests.newest), digests.previous];
    let row: Option<LeakedRow> = sqlx::query_as(
        "select k.id as key_id, s.version, k.account_id, k.name, s.prefix, s.last_four, k.state, e.mode,
                coalesce(s.ends_at > clock_timestamp(), false) as is_replaced,
                coalesce(least(k.expires_at, s.ends_at) <= clock_timestamp(), false) as has_ended,
                s.exposed_at is not null as is_known, k.on_leak
           from key_digest d
           join key_secret s on s.key_id = d.key_id and s.version = d.version
           join api_key k on k.id = s.key_id
           join environment e on e.id = k.environment_id
          where d.digest = any($1) limit 1",
    )
    .bind(wanted.iter().flatten().map(|digest| digest.as_bytes().to_vec()).collect::<Vec<_>>())
    .fetch_optional(connection)
    .await?;
    row.map(LeakedKey::try_from).transpose()
}

impl TryFrom<LeakedRow> for LeakedKey {
    type Error = StorageError;
    fn try_from(row: LeakedRow) -> Result<Self, StorageError> {
        let key = RowRef::new("api_key", row.key_id);
        let secret = LeakedSecret {
            mode: key.read("environment.mode", Mode::from_name(&row.mode))?,
            state: key.read("state", KeyState::from_name(&row.state))?,
            is_replaced: row.is_replaced,
            has_ended: row.has_ended,
        };
        Ok(Self {
            key_id: KeyId::from_uuid(row.key_id),
            secret_version: row.version,
            account_id: AccountId::from_uuid(row.account_id),
            name: row.name,
            prefix: row.prefix,
            last_four: row.last_four,
            secret,
            on_leak: read_on_leak(KeyId::from_uuid(row.key_id), row.on_leak.as_deref())?,
            is_known: row.is_known,
        })
    }
}

/// Stores what a report does to a key, and returns what was stored before. `None` stands for what
/// the setting says.
pub async fn set_on_leak(
    connection: &mut PgConnection,
    key: KeyId,
    on_leak: Option<OnLeak>,
) -> Result<Option<OnLeak>, StorageError> {
    let before: Option<String> = sqlx::query_scalar(
        "update api_key k set on_leak = $2 from api_key before
          where k.id = $1 and before.id = k.id returning before.on_leak",
    )
    .bind(key.as_uuid())
    .bind(on_leak.map(OnLeak::as_str))
    .fetch_one(connection)
    .await?;
    Ok(read_on_leak(key, before.as_deref())?)
}

/// Returns what a report does to a key, where the key says so.
pub async fn on_leak(connection: &mut PgConnection, key: KeyId) -> Result<Option<OnLeak>, StorageError> {
    let name: Option<String> = sqlx::query_scalar("select on_leak from api_key where id = $1")
        .bind(key.as_uuid())
        .fetch_one(connection)
        .await?;
    Ok(read_on_leak(key, name.as_deref())?)
}

fn read_on_leak(key: KeyId, name: Option<&str>) -> Result<Option<OnLeak>, CorruptRow> {
    name.map(|name| RowRef::new("api_key", key).read("on_leak", OnLeak::from_name(name))).transpose()
}

/// A report to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewExposure<'e> {
    pub id: Uuid,
    pub key: KeyId,
    pub secret_version: i32,
    pub source: LeakSource,
    /// Empty if the reporter did not say.
    pub url: &'e str,
    pub from: Option<IpAddr>,
    pub action: LeakAction,
}

/// Keeps a report, unless the same one is there or the key has very many. Returns whether it was
/// kept.
pub async fn add(connection: &mut PgConnection, new: &NewExposure<'_>) -> Result<bool, StorageError> {
    let added = sqlx::query(
        "insert into key_exposure (id, key_id, secret_version, source, url, reported_from, reported_at, action)
         select $1, $2, $3, $4, $5, $6::inet, now(), $7
          where (select count(*) from key_exposure where key_id = $2) < $8
         on conflict do nothing",
    )
    .bind(new.id)
    .bind(new.key.as_uuid())
    .bind(new.secret_version)
    .bind(new.source.as_str())
    .bind(new.url)
    .bind(new.from.map(|address| address.to_string()))
    .bind(new.action.as_str())
    .bind(MAX_EXPOSURES)
    .execute(connection)
    .await?;
    Ok(added.rows_affected() > 0)
}

/// Marks a secret as exposed. The first report stays.
pub async fn mark(
    connection: &mut PgConnection,
    key: KeyId,
    secret_version: i32,
    url: &str,
) -> Result<(), StorageError> {
    sqlx::query(
        "update key_secret set exposed_at = now(), exposed_url = nullif($3, '')
          where key_id = $1 and version = $2 and exposed_at is null",
    )
    .bind(key.as_uuid())
    .bind(secret_version)
    .bind(url)
    .execute(connection)
    .await?;
    Ok(())
}

/// Returns whom a leak concerns, each with a language: the account's active admins; the account's
/// own address where it has none.
pub async fn readers(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<Vec<(String, Language)>, StorageError> {
    let admins = admins::active(connection, &[account.as_uuid()]).await?;
    if admins.is_empty() {
        let own: Option<String> = sqlx::query_scalar("select email from account where id = $1")
            .bind(account.as_uuid())
            .fetch_optional(connection)
            .await?;
        return Ok(own.into_iter().map(|email| (email, Language::En)).collect());
    }
    let reader = |admin: Admin| {
        let language = admin.mail_language().unwrap_or(Language::En);
        (admin.email, language)
    };
    Ok(admins.into_iter().map(reader).collect())
}

/// A report, as operators see it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
pub struct ExposureView {
    pub reported_at: DateTime<Utc>,
    pub account_id: Uuid,
    pub key_id: Uuid,
    pub secret_version: i32,
    pub source: String,
    pub action: String,
    pub url: String,
    pub reported_from: Option<String>,
}

/// Returns the latest reports, newest first.
pub async fn latest(
    connection: &mut PgConnection,
    account: Option<AccountId>,
    limit: i64,
) -> Result<Vec<ExposureView>, StorageError> {
    let rows = sqlx::query_as(
        "select x.reported_at, k.account_id, x.key_id, x.secret_version, x.source, x.action, x.url,
                host(x.reported_from) as reported_from
           from key_exposure x join api_key k on k.id = x.key_id
          where $1::uuid is null or k.account_id = $1
          order by x.reported_at desc, x.id desc limit $2",
    )
    .bind(account.map(|id| id.as_uuid()))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
