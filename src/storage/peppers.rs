//! The versions of the pepper, and how many secrets depend on each.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::error::StorageError;
use crate::secret::Pepper;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct PepperStatus {
    pub version: i32,
    /// When a gateway or a command first used it.
    pub added_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
    /// Secrets hashed under it.
    pub secrets: i64,
    /// Live secrets that can be checked only with it.
    pub needed_by: i64,
}

/// A pepper compared with the one stored under its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PepperMatch {
    Same,
    /// Another pepper is stored under its version.
    Other,
    Retired,
    /// None was stored under its version.
    New,
}

/// Stores a pepper, or compares it with the one stored under its version.
pub async fn register(connection: &mut PgConnection, pepper: &Pepper) -> Result<PepperMatch, StorageError> {
    loop {
        let made = sqlx::query(
            "insert into pepper (version, fingerprint) values ($1, $2) on conflict (version) do nothing",
        )
        .bind(pepper.version())
        .bind(pepper.fingerprint().as_slice())
        .execute(&mut *connection)
        .await?;
        if made.rows_affected() > 0 {
            return Ok(PepperMatch::New);
        }
        // A version that is given up meanwhile can be stored again.
        match compare(connection, pepper).await? {
            PepperMatch::New => {}
            found => return Ok(found),
        }
    }
}

/// Compares a pepper with the one stored under its version.
pub async fn compare(connection: &mut PgConnection, pepper: &Pepper) -> Result<PepperMatch, StorageError> {
    let stored: Option<(bool, bool)> =
        sqlx::query_as("select fingerprint = $2, retired_at is not null from pepper where version = $1")
            .bind(pepper.version())
            .bind(pepper.fingerprint().as_slice())
            .fetch_optional(connection)
            .await?;
    Ok(match stored {
        None => PepperMatch::New,
        Some((false, _)) => PepperMatch::Other,
        Some((true, true)) => PepperMatch::Retired,
        Some((true, false)) => PepperMatch::Same,
    })
}

/// Returns every version, newest first. A secret needs a pepper if it is live, its key may still be
/// used, and it is hashed under no newer one.
pub async fn status(connection: &mut PgConnection) -> Result<Vec<PepperStatus>, StorageError> {
    Ok(sqlx::query_as(
        "select p.version, p.added_at, p.retired_at, count(d.digest) as secrets,
                count(d.digest) filter (
                    where k.state <> 'revoked' and least(k.expires_at, s.ends_at, 'infinity') > now()
                      and not exists (select from key_digest n
                                       where n.key_id = d.key_id and n.version = d.version
                                         and n.pepper_version > d.pepper_version)
                ) as needed_by
           from pepper p
           left join key_digest d on d.pepper_version = p.version
           left join key_secret s on s.key_id = d.key_id and s.version = d.version
           left join api_key k on k.id = d.key_id
          group by p.version
          order by p.version desc",
    )
    .fetch_all(connection)
    .await?)
}

/// Returns the newest version that live secrets need which were hashed under none of these, and how
/// many they are.
pub async fn missing(
    connection: &mut PgConnection,
    versions: &[i32],
) -> Result<Option<(i32, i64)>, StorageError> {
    let (version, secrets): (Option<i32>, i64) = sqlx::query_as(
        "select max(d.pepper_version), count(distinct (d.key_id, d.version))
           from key_digest d
           join key_secret s on s.key_id = d.key_id and s.version = d.version
           join api_key k on k.id = d.key_id
          where d.pepper_version <> all($1)
            and k.state <> 'revoked' and least(k.expires_at, s.ends_at, 'infinity') > now()
            and not exists (select from key_digest n
                             where n.key_id = d.key_id and n.version = d.version and n.pepper_version = any($1))",
    )
    .bind(versions)
    .fetch_one(connection)
    .await?;
    Ok(version.map(|version| (version, secrets)))
}

/// Returns the highest version that is known, or 0.
pub async fn highest(connection: &mut PgConnection) -> Result<i32, StorageError> {
    Ok(sqlx::query_scalar("select coalesce(max(version), 0) from pepper").fetch_one(connection).await?)
}

/// Deletes a version, so that another pepper may have it. The caller has locked the peppers, and
/// nothing is hashed under it.
pub async fn forget(connection: &mut PgConnection, version: i32) -> Result<(), StorageError> {
    sqlx::query("delete from pepper where version = $1").bind(version).execute(connection).await?;
    Ok(())
}

/// Blocks other changes of peppers and digests until the transaction ends.
pub async fn lock(connection: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query("lock table pepper, key_digest in share row exclusive mode").execute(connection).await?;
    Ok(())
}

/// Deletes the digests under a version. The caller has locked the peppers, and no secret may need
/// the version.
pub async fn retire(connection: &mut PgConnection, version: i32) -> Result<(), StorageError> {
    sqlx::query("delete from key_digest where pepper_version = $1")
        .bind(version)
        .execute(&mut *connection)
        .await?;
    sqlx::query("update pepper set retired_at = now() where version = $1")
        .bind(version)
        .execute(connection)
        .await?;
    Ok(())
}
