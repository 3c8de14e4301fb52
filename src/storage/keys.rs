//! Keys: created, changed, revoked, rotated.

mod acting;
pub mod exposure;
mod lookup;
mod pages;
mod uses;
mod views;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::error::StorageError;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::terms::KeyTerms;
use crate::domain::key::{KeySecret, KeyState, Scope};
use crate::domain::origin::Origin;
use crate::secret::peppers::Peppers;

pub use acting::{Acting, acting};
pub use lookup::{find_by_digest, imported_shapes};
pub use pages::{
    FirstKeys, KeyFilter, KeyPage, LOOKED_THROUGH, MAX_COUNTED, MAX_COUNTED_ASIDE, count_ended, expiring,
    first_outside, search,
};
pub use uses::{Rehash, SecretUse, record_uses};
pub use views::{LIST_LIMIT, find, list};

#[derive(Clone, Debug)]
pub struct NewKey {
    pub id: KeyId,
    pub account_id: AccountId,
    pub environment: String,
    /// Its name, rights and limits.
    pub terms: KeyTerms,
}

/// Stores a key and the digests of its first secret. Must run inside a transaction.
///
/// # Errors
/// When the account has no such environment, or the secret is another key's.
pub async fn create(
    connection: &mut PgConnection,
    new: &NewKey,
    secret: &KeySecret,
    peppers: &Peppers,
) -> Result<(), StorageError> {
    let terms = &new.terms;
    let (regions, networks) = origin_columns(&terms.origin);
    let made = sqlx::query(
        "insert into api_key (id, account_id, environment_id, name, scopes, format, expires_at, regions, allowed_networks,
                              daily_cap, monthly_cap, capped_since, imported_shape, created_at)
         select $1, $2, e.id, $4, $5, $6, $7, $8, $9::text[]::cidr[], $10::bigint, $11::bigint,
                case when coalesce($10, $11) is not null then now() end, $12, now()
           from environment e
          where e.account_id = $2 and e.name = $3",
    )
    .bind(new.id.as_uuid())
    .bind(new.account_id.as_uuid())
    .bind(&new.environment)
    .bind(&terms.name)
    .bind(scope_names(&terms.scopes))
    .bind(secret.format().as_str())
    .bind(terms.expires_at)
    .bind(regions)
    .bind(networks)
    .bind(terms.daily_cap.map(Credits::as_i64))
    .bind(terms.monthly_cap.map(Credits::as_i64))
    .bind(imported_shape(secret))
    .execute(&mut *connection)
    .await?;
    if made.rows_affected() == 0 {
        return Err(StorageError::Missing("the account, or its environment, does not exist"));
    }
    add_secret(connection, new.id, secret, peppers).await
}

/// Returns the format of an imported key that looks like an issued one.
fn imported_shape(secret: &KeySecret) -> Option<&'static str> {
    (secret.shape() != secret.format()).then(|| secret.shape().as_str())
}

fn scope_names(scopes: &[Scope]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.as_str()).collect()
}

/// Returns the columns of a key's restrictions, null where a restriction allows everything.
fn origin_columns(origin: &Origin) -> (Option<Vec<&str>>, Option<Vec<String>>) {
    let regions: Vec<_> = origin.regions.iter().map(|region| region.as_str()).collect();
    let networks: Vec<_> = origin.networks.iter().map(ToString::to_string).collect();
    (Some(regions).filter(|list| !list.is_empty()), Some(networks).filter(|list| !list.is_empty()))
}

/// Adds the next version of a key's secret, under every live pepper.
async fn add_secret(
    connection: &mut PgConnection,
    key: KeyId,
    secret: &KeySecret,
    peppers: &Peppers,
) -> Result<(), StorageError> {
    let (version,): (i32,) = sqlx::query_as(
        "insert into key_secret (key_id, version, prefix, last_four, created_at)
         select $1, coalesce(max(version), 0) + 1, $2, $3, now() from key_secret where key_id = $1
         returning version",
    )
    .bind(key.as_uuid())
    .bind(secret.display_prefix())
    .bind(secret.last_four())
    .fetch_one(&mut *connection)
    .await?;
    let (digests, pepper_versions): (Vec<_>, Vec<_>) =
        peppers.all().map(|pepper| (pepper.digest(secret).as_bytes().to_vec(), pepper.version())).unzip();
    sqlx::query(
        "insert into key_digest (digest, key_id, version, pepper_version)
         select d.digest, $3, $4, d.pepper_version from unnest($1::bytea[], $2::int[]) as d (digest, pepper_version)",
    )
    .bind(digests)
    .bind(pepper_versions)
    .bind(key.as_uuid())
    .bind(version)
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a key a new secret. The current one ends at `old_ends_at`. Nothing else about the key
/// changes.
pub async fn replace_secret(
    connection: &mut PgConnection,
    key: KeyId,
    secret: &KeySecret,
    old_ends_at: DateTime<Utc>,
    peppers: &Peppers,
) -> Result<(), StorageError> {
    sqlx::query("update key_secret set ends_at = $2 where key_id = $1 and ends_at is null")
        .bind(key.as_uuid())
        .bind(old_ends_at)
        .execute(&mut *connection)
        .await?;
    add_secret(connection, key, secret, peppers).await
}

/// Ends a secret that is being replaced, at once. Returns whether there was one.
pub async fn end_replaced(connection: &mut PgConnection, key: KeyId) -> Result<bool, StorageError> {
    let ended = sqlx::query("update key_secret set ends_at = now() where key_id = $1 and ends_at > now()")
        .bind(key.as_uuid())
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() > 0)
}

/// Removes the new secret of a key in rotation and keeps the old one. Returns whether there was
/// one.
pub async fn restore_replaced(connection: &mut PgConnection, key: KeyId) -> Result<bool, StorageError> {
    // In this order: a key never has two secrets without an end, not even for a moment.
    let replaced: Option<(i32,)> = sqlx::query_as(
        "select version from key_secret where key_id = $1 and ends_at > now() for no key update",
    )
    .bind(key.as_uuid())
    .fetch_optional(&mut *connection)
    .await?;
    let Some((replaced,)) = replaced else { return Ok(false) };
    sqlx::query("update key_secret set ends_at = now() where key_id = $1 and ends_at is null")
        .bind(key.as_uuid())
        .execute(&mut *connection)
        .await?;
    sqlx::query("update key_secret set ends_at = null where key_id = $1 and version = $2")
        .bind(key.as_uuid())
        .bind(replaced)
        .execute(connection)
        .await?;
    Ok(true)
}

/// Stores a key's name, rights and limits.
pub async fn save_terms(
    connection: &mut PgConnection,
    key: KeyId,
    terms: &KeyTerms,
) -> Result<(), StorageError> {
    let (regions, networks) = origin_columns(&terms.origin);
    sqlx::query(
        "update api_key
            set name = $2, scopes = $3, regions = $4, allowed_networks = $5::text[]::cidr[], expires_at = $6,
                daily_cap = $7, monthly_cap = $8,
                capped_since = case when coalesce($7::bigint, $8::bigint) is null then null
                                    when coalesce(daily_cap, monthly_cap) is null then now()
                                    else capped_since end
          where id = $1",
    )
    .bind(key.as_uuid())
    .bind(&terms.name)
    .bind(scope_names(&terms.scopes))
    .bind(regions)
    .bind(networks)
    .bind(terms.expires_at)
    .bind(terms.daily_cap.map(Credits::as_i64))
    .bind(terms.monthly_cap.map(Credits::as_i64))
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether any key exists, or ever did.
pub async fn exist(connection: &mut PgConnection) -> Result<bool, StorageError> {
    let (exist,): (bool,) =
        sqlx::query_as("select exists (select from key_secret)").fetch_one(connection).await?;
    Ok(exist)
}

/// Moves a key from one state to another. A revoked key stays revoked. Returns whether the key
/// exists.
pub async fn set_state(
    connection: &mut PgConnection,
    id: KeyId,
    state: KeyState,
) -> Result<bool, StorageError> {
    let changed = sqlx::query(
        "update api_key set state = $2, revoked_at = case when $2 = 'revoked' then now() end
          where id = $1 and state <> 'revoked'",
    )
    .bind(id.as_uuid())
    .bind(state.as_str())
    .execute(&mut *connection)
    .await?;
    if changed.rows_affected() > 0 {
        return Ok(true);
    }
    let known: Option<(String,)> = sqlx::query_as("select state from api_key where id = $1")
        .bind(id.as_uuid())
        .fetch_optional(connection)
        .await?;
    match known {
        Some(_) if state == KeyState::Revoked => Ok(true),
        Some(_) => Err(StorageError::Conflict("the key is revoked, and revocation cannot be undone")),
        None => Ok(false),
    }
}

/// Revokes every key of an account. Returns how many changed.
pub async fn revoke_all(connection: &mut PgConnection, account: AccountId) -> Result<u64, StorageError> {
    let revoked = sqlx::query(
        "update api_key set state = 'revoked', revoked_at = now() where account_id = $1 and state <> 'revoked'",
    )
    .bind(account.as_uuid())
    .execute(connection)
    .await?;
    Ok(revoked.rows_affected())
}
