//! Records when secrets were last used, in batches, and adds their digests under a new pepper.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::KeyId;
use crate::secret::KeyDigest;
use crate::storage::error::StorageError;

/// A use of one version of a key's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretUse {
    pub key_id: KeyId,
    pub version: i32,
    /// The time, to the minute.
    pub at: DateTime<Utc>,
    /// The digest under the newest pepper, if it is missing.
    pub rehash: Option<Rehash>,
}

/// A digest under a pepper that a secret has no digest for yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rehash {
    pub digest: KeyDigest,
    pub pepper_version: i32,
}

/// Records uses in one statement. A later recorded use stays, and uses of unknown secrets are
/// ignored. Rows are locked in a fixed order, so that several gateways may write at once.
///
/// # Errors
/// When the database is unavailable. Then nothing was written.
pub async fn record_uses(connection: &mut PgConnection, uses: &[SecretUse]) -> Result<(), StorageError> {
    let rehashes = || uses.iter().map(|used| used.rehash);
    sqlx::query(
        "with used as (
             select * from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::bytea[], $5::int[])
                      as u (key_id, version, at, digest, pepper_version)
         ), secret as (
             select s.key_id, s.version, u.at, u.digest, u.pepper_version
               from key_secret s join used u on u.key_id = s.key_id and u.version = s.version
              order by s.key_id, s.version
                for no key update of s
         ), key as (
             select k.id, max(s.at) as at
               from (select id from api_key where id in (select key_id from secret) order by id for no key update) k
               join secret s on s.key_id = k.id
              group by k.id
         ), secret_used as (
             update key_secret s set last_used_at = n.at
               from secret n
              where s.key_id = n.key_id and s.version = n.version and (s.last_used_at is null or s.last_used_at < n.at)
         ), key_used as (
             update api_key k set last_used_at = n.at
               from key n
              where k.id = n.id and (k.last_used_at is null or k.last_used_at < n.at)
         )
         insert into key_digest (digest, key_id, version, pepper_version)
         select digest, key_id, version, pepper_version from secret where digest is not null
             on conflict do nothing",
    )
    .bind(uses.iter().map(|used| used.key_id.as_uuid()).collect::<Vec<_>>())
    .bind(uses.iter().map(|used| used.version).collect::<Vec<_>>())
    .bind(uses.iter().map(|used| used.at).collect::<Vec<_>>())
    .bind(rehashes().map(|new| new.map(|new| new.digest.as_bytes().to_vec())).collect::<Vec<_>>())
    .bind(rehashes().map(|new| new.map(|new| new.pepper_version)).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
