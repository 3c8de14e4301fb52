//! Keys: made, listed, ended, and found by the digest of their secret.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::catalogue::PlanRow;
use super::error::StorageError;
use crate::domain::account::{AccountState, KeyView};
use crate::domain::billing::Standing;
use crate::domain::caller::KeyRecord;
use crate::domain::credits::Credits;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::key::{KeySecret, KeyState, Mode, Scope};
use crate::secret::{KeyDigest, Pepper};

/// What a new key is made from.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Name of its environment.
    pub environment: String,
    /// Its name.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// Credits it may spend per UTC day.
    pub daily_cap: Option<i64>,
    /// Credits it may spend per UTC calendar month.
    pub monthly_cap: Option<i64>,
}

/// Saves a key and the first version of its secret, as a digest. Run inside a transaction.
pub async fn create(
    connection: &mut PgConnection,
    new: &NewKey,
    secret: &KeySecret,
    pepper: &Pepper,
) -> Result<(), StorageError> {
    // The lock makes two keys made at once count each other.
    let room: Option<(Uuid, i64, i32)> = sqlx::query_as(
        "select e.id, (select count(*) from api_key k where k.environment_id = e.id and k.state <> 'revoked'),
                coalesce(e.key_cap, p.keys_per_environment)
           from environment e
           join account a on a.id = e.account_id
           join plan p on p.edition = a.edition and p.plan = a.plan
          where e.account_id = $1 and e.name = $2
            for update of e",
    )
    .bind(new.account_id.as_uuid())
    .bind(&new.environment)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((environment_id, keys, most)) = room else {
        return Err(StorageError::Missing("there is no such account, or it has no such environment"));
    };
    if keys >= i64::from(most) {
        return Err(StorageError::Conflict(
            "the environment has as many keys as it may have; revoke one first",
        ));
    }
    let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
    sqlx::query(
        "insert into api_key (id, account_id, environment_id, name, scopes, format, expires_at, daily_cap, monthly_cap,
                              created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())",
    )
    .bind(new.id.as_uuid())
    .bind(new.account_id.as_uuid())
    .bind(environment_id)
    .bind(&new.name)
    .bind(scopes)
    .bind(secret.format().as_str())
    .bind(new.expires_at)
    .bind(new.daily_cap)
    .bind(new.monthly_cap)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into key_secret (key_id, version, digest, pepper_version, prefix, last_four, created_at)
         values ($1, 1, $2, $3, $4, $5, now())",
    )
    .bind(new.id.as_uuid())
    .bind(pepper.digest(secret).as_bytes().as_slice())
    .bind(pepper.version())
    .bind(secret.display_prefix())
    .bind(secret.last_four())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether any key was ever made.
pub async fn exist(connection: &mut PgConnection) -> Result<bool, StorageError> {
    let (exist,): (bool,) =
        sqlx::query_as("select exists (select from key_secret)").fetch_one(connection).await?;
    Ok(exist)
}

/// Moves a key from one state to another. A revoked key stays revoked. Returns whether there was such a key.
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

#[derive(sqlx::FromRow)]
struct ViewRow {
    id: Uuid,
    environment_id: Uuid,
    environment: String,
    mode: String,
    name: String,
    state: String,
    scopes: Vec<String>,
    format: String,
    prefix: String,
    last_four: String,
    daily_cap: Option<i64>,
    monthly_cap: Option<i64>,
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
}

/// The keys of an account, oldest first.
pub async fn list(connection: &mut PgConnection, account: AccountId) -> Result<Vec<KeyView>, StorageError> {
    let rows: Vec<ViewRow> = sqlx::query_as(
        "select distinct on (k.id) k.id, k.environment_id, e.name as environment, e.mode, k.name, k.state, k.scopes,
                k.format, s.prefix, s.last_four, k.daily_cap, k.monthly_cap, k.expires_at, k.created_at, k.last_used_at
           from api_key k
           join environment e on e.id = k.environment_id
           join key_secret s on s.key_id = k.id
          where k.account_id = $1
          order by k.id, s.version desc",
    )
    .bind(account.as_uuid())
    .fetch_all(connection)
    .await?;
    let view = |row: ViewRow| KeyView {
        id: KeyId::from_uuid(row.id),
        environment_id: EnvironmentId::from_uuid(row.environment_id),
        environment: row.environment,
        mode: row.mode,
        name: row.name,
        state: row.state,
        scopes: row.scopes,
        format: row.format,
        prefix: row.prefix,
        last_four: row.last_four,
        daily_cap: row.daily_cap,
        monthly_cap: row.monthly_cap,
        expires_at: row.expires_at,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    digest: Vec<u8>,
    key_id: Uuid,
    state: String,
    ends_at: Option<DateTime<Utc>>,
    scopes: Vec<String>,
    daily_cap: Option<i64>,
    monthly_cap: Option<i64>,
    environment_id: Uuid,
    mode: String,
    account_id: Uuid,
    account_state: String,
    edition: String,
    #[sqlx(flatten)]
    plan: PlanRow,
    balance: i64,
    plan_credits: i64,
    plan_left: i64,
    requests_left: i64,
    period_ends_at: DateTime<Utc>,
}

/// The keys with these digests; a digest that no key has is missing from the answer. One query for all of them.
pub async fn find_by_digest(
    connection: &mut PgConnection,
    digests: &[KeyDigest],
) -> Result<Vec<(KeyDigest, KeyRecord)>, StorageError> {
    let wanted: Vec<&[u8]> = digests.iter().map(|digest| digest.as_bytes().as_slice()).collect();
    let rows: Vec<RecordRow> = sqlx::query_as(
        "select s.digest, k.id as key_id, k.state, least(k.expires_at, s.ends_at) as ends_at, k.scopes, k.daily_cap,
                k.monthly_cap, k.environment_id, e.mode, a.id as account_id, a.state as account_state, a.edition, p.*,
                l.balance, l.plan_credits, l.plan_left, l.requests_limit - l.requests_used as requests_left,
                l.period_ends_at
           from key_secret s
           join api_key k on k.id = s.key_id
           join environment e on e.id = k.environment_id
           join account a on a.id = k.account_id
           join plan p on p.edition = a.edition and p.plan = a.plan
           join ledger_account l on l.account_id = a.id
          where s.digest = any($1)",
    )
    .bind(wanted)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(record).collect()
}

fn record(row: RecordRow) -> Result<(KeyDigest, KeyRecord), StorageError> {
    let credits = |amount: i64| Credits::try_from(amount).map_err(|_| StorageError::Corrupt("credits"));
    let digest: [u8; 32] = row.digest.try_into().map_err(|_| StorageError::Corrupt("key digest"))?;
    let scopes = row.scopes.iter().map(|name| Scope::from_name(name));
    let plan_credits = credits(row.plan_credits)?;
    let record = KeyRecord {
        key_id: KeyId::from_uuid(row.key_id),
        state: KeyState::from_name(&row.state).ok_or(StorageError::Corrupt("key state"))?,
        ends_at: row.ends_at,
        scopes: scopes.collect::<Option<_>>().ok_or(StorageError::Corrupt("key scope"))?,
        daily_cap: row.daily_cap.map(credits).transpose()?,
        monthly_cap: row.monthly_cap.map(credits).transpose()?,
        environment_id: EnvironmentId::from_uuid(row.environment_id),
        mode: Mode::from_name(&row.mode).ok_or(StorageError::Corrupt("environment mode"))?,
        account_id: AccountId::from_uuid(row.account_id),
        account_state: AccountState::from_name(&row.account_state)
            .ok_or(StorageError::Corrupt("account state"))?,
        edition: row.edition,
        plan: row.plan.try_into()?,
        standing: Standing {
            remaining: credits(row.balance)?,
            plan_credits_used: plan_credits.checked_sub(credits(row.plan_left)?).unwrap_or(Credits::ZERO),
            plan_credits,
            requests_remaining: u64::try_from(row.requests_left).unwrap_or(0),
            renews_at: row.period_ends_at,
        },
    };
    Ok((KeyDigest::from_bytes(digest), record))
}
