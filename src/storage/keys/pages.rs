//! Pages of keys, each of which reads little more than it shows, and how many keys there are.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::views::{ViewRow, select_views, with_secrets};
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::key::view::KeyView;
use crate::storage::error::StorageError;

/// Keys that one page looks through for those that have not expired.
pub const LOOKED_THROUGH: i64 = 1_000;
/// The most keys that are counted where their number is what the page is about.
pub const MAX_COUNTED: i64 = 99;
/// The most keys that are counted beside the navigation and beside a list.
pub const MAX_COUNTED_ASIDE: i64 = 20;

/// Which keys of an account are searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    pub environment: Option<EnvironmentId>,
    /// Whether keys that are revoked or have expired, the latest first, or the others, the newest
    /// first.
    pub is_ended: bool,
    /// A part of the name in any letter case, or the last four characters of a live secret.
    pub text: Option<String>,
}

/// One page.
#[derive(Debug)]
pub struct KeyPage {
    pub keys: Vec<KeyView>,
    /// After which key the next page goes on, if there may be one.
    pub next: Option<KeyId>,
}

macro_rules! has_text {
    () => {
        "($5::text is null or position(lower($5) in lower(name)) > 0
          or exists (select from key_secret s where s.key_id = near.id and s.last_four = $5
                        and (s.ends_at is null or s.ends_at > now())))"
    };
}

/// Keys that have not ended: of the account, by its index.
const LIVING: &str = select_views!(
    concat!(
        "(select * from (select * from api_key where account_id = $1 and state <> 'revoked' and id < $3
                          order by id desc limit $4) near
           where $2::uuid is null and (expires_at is null or expires_at > now()) and ",
        has_text!(),
        " order by id desc limit $6)"
    ),
    "order by k.id desc"
);

/// The same of one environment, by that index.
const LIVING_OF_ENVIRONMENT: &str = select_views!(
    concat!(
        "(select * from (select * from api_key where environment_id = $2 and state <> 'revoked' and id < $3
                          order by id desc limit $4) near
           where account_id = $1 and (expires_at is null or expires_at > now()) and ",
        has_text!(),
        " order by id desc limit $6)"
    ),
    "order by k.id desc"
);

/// Keys that have ended. Each row of the inner query is one, so that only a filter makes it look
/// further than the page.
const ENDED: &str = select_views!(
    concat!(
        "(select * from (select * from api_key
                          where account_id = $1 and (revoked_at is not null or expires_at is not null)
                            and least(revoked_at, expires_at) <= now()
                            and (least(revoked_at, expires_at), id) <
                                (select coalesce(max(least(b.revoked_at, b.expires_at)), 'infinity'), $3::uuid
                                   from api_key b where b.account_id = $1 and b.id = $3)
                          order by least(revoked_at, expires_at) desc, id desc limit $4) near
           where ($2::uuid is null or environment_id = $2) and ",
        has_text!(),
        " limit $6)"
    ),
    "order by least(k.revoked_at, k.expires_at) desc, k.id desc"
);

/// Returns the keys of an account that match, after the key `before`, at most `limit`.
pub async fn search(
    connection: &mut PgConnection,
    account: AccountId,
    filter: &KeyFilter,
    before: Option<KeyId>,
    limit: usize,
) -> Result<KeyPage, StorageError> {
    let query = match (filter.is_ended, filter.environment) {
        (true, _) => ENDED,
        (false, None) => LIVING,
        (false, Some(_)) => LIVING_OF_ENVIRONMENT,
    };
    // A name is looked for among all keys.
    let looked_through = if filter.is_ended || filter.text.is_some() { i64::MAX } else { LOOKED_THROUGH };
    let rows: Vec<ViewRow> = sqlx::query_as(query)
        .bind(account.as_uuid())
        .bind(filter.environment.map(|id| id.as_uuid()))
        .bind(before.map_or(Uuid::max(), |id| id.as_uuid()))
        .bind(looked_through)
        .bind(filter.text.as_deref())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
        .fetch_all(&mut *connection)
        .await?;
    let mut keys = with_secrets(connection, rows).await?;
    let has_more = keys.len() > limit;
    keys.truncate(limit);
    let next = match keys.last() {
        Some(last) if has_more => Some(last.id),
        _ if looked_through == LOOKED_THROUGH => {
            last_looked_at(connection, account, filter.environment, before).await?
        }
        _ => None,
    };
    Ok(KeyPage { keys, next })
}

/// Returns the last key that a page without enough keys looked at, if it did not look at all.
async fn last_looked_at(
    connection: &mut PgConnection,
    account: AccountId,
    environment: Option<EnvironmentId>,
    before: Option<KeyId>,
) -> Result<Option<KeyId>, StorageError> {
    let query = match environment {
        None => {
            "select id from api_key where account_id = $1 and $2::uuid is null and state <> 'revoked' and id < $3
              order by id desc offset $4 limit 1"
        }
        Some(_) => {
            "select id from (select * from api_key where environment_id = $2 and state <> 'revoked' and id < $3
                              order by id desc offset $4 limit 1) near where account_id = $1"
        }
    };
    let last: Option<Uuid> = sqlx::query_scalar(query)
        .bind(account.as_uuid())
        .bind(environment.map(|id| id.as_uuid()))
        .bind(before.map_or(Uuid::max(), |id| id.as_uuid()))
        .bind(LOOKED_THROUGH - 1)
        .fetch_optional(connection)
        .await?;
    Ok(last.map(KeyId::from_uuid))
}

/// Returns the number of keys of an account that are revoked or have expired, at most one more than
/// [`MAX_COUNTED_ASIDE`].
pub async fn count_ended(connection: &mut PgConnection, account: AccountId) -> Result<i64, StorageError> {
    let count = sqlx::query_scalar(
        "select count(*) from (select from api_key
                                where account_id = $1 and (revoked_at is not null or expires_at is not null)
                                  and least(revoked_at, expires_at) <= now()
                                order by least(revoked_at, expires_at) desc limit $2) ended",
    );
    Ok(count.bind(account.as_uuid()).bind(MAX_COUNTED_ASIDE + 1).fetch_one(connection).await?)
}

/// Returns keys that expire from now to an instant, the next first, at most `limit`.
pub async fn expiring(
    connection: &mut PgConnection,
    account: AccountId,
    until: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<KeyView>, StorageError> {
    let rows: Vec<ViewRow> = sqlx::query_as(select_views!(
        "(select * from api_key where account_id = $1 and state <> 'revoked' and expires_at > now() and expires_at <= $2
           order by expires_at limit $3)",
        "order by k.expires_at, k.id"
    ))
    .bind(account.as_uuid())
    .bind(until)
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    with_secrets(connection, rows).await
}

/// Whether an account has keys, and whether one of a test environment was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct FirstKeys {
    pub exist: bool,
    pub were_tested: bool,
}

/// Looks at those of the first 100 keys of an account that are in other environments than these.
pub async fn first_outside(
    connection: &mut PgConnection,
    account: AccountId,
    playgrounds: &[&str],
) -> Result<FirstKeys, StorageError> {
    let keys = sqlx::query_as(
        "select count(*) > 0 as exist,
                coalesce(bool_or(e.mode = 'test' and k.last_used_at is not null), false) as were_tested
           from (select environment_id, last_used_at from api_key where account_id = $1 order by id limit 100) k
           join environment e on e.account_id = $1 and e.id = k.environment_id
          where not (e.mode = 'test' and e.name = any($2))",
    );
    Ok(keys.bind(account.as_uuid()).bind(playgrounds).fetch_one(connection).await?)
}
