//! What the console shows of keys beyond their terms: who made each, what it spent, what was done
//! with it lately.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::{AccountId, KeyId};
use crate::domain::key::view::KeyView;
use crate::secret::KeyDigest;
use crate::storage::error::StorageError;

/// Facts of one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// `operator`, `member`, `key` or `system`; empty if it is not known.
    pub maker: String,
    /// The maker's name or address.
    pub maker_name: Option<String>,
    /// Credits held or charged on this UTC day; of a key without a cap, as far as they are added
    /// up.
    pub spent_today: i64,
    /// The same in this UTC month, of a key with a cap.
    pub spent_this_month: i64,
}

#[derive(sqlx::FromRow)]
struct FactsRow {
    id: Uuid,
    maker: Option<String>,
    maker_name: Option<String>,
    spent_today: i64,
    spent_this_month: i64,
}

/// Returns the facts of keys of an account.
pub async fn of_keys(
    connection: &mut PgConnection,
    account: AccountId,
    keys: &[KeyView],
    today: NaiveDate,
) -> Result<HashMap<KeyId, KeyFacts>, StorageError> {
    let rows: Vec<FactsRow> = sqlx::query_as(
        "select k.id, made.actor as maker,
                case made.actor
                    when 'member' then (select coalesce(nullif(i.name, ''), m.email) from member m
                                          left join identity i on i.id = m.identity_id
                                         where m.account_id = $1 and m.id = made.actor_id::uuid)
                    when 'key' then (select o.name from api_key o where o.account_id = $1 and o.id = made.actor_id::uuid)
                    when 'operator' then made.actor_id end as maker_name,
                -- Only keys with a cap have their spending written with each call.
                case when not k.has_cap then coalesce(u.credits, 0)
                     else coalesce(case when s.day = $3 then s.day_spent end, 0) end as spent_today,
                coalesce(case when s.month = date_trunc('month', $3::date)::date then s.month_spent end, 0) as spent_this_month
           from unnest($2::uuid[], $4::bool[]) as k (id, has_cap)
           left join ledger_key_spend s on s.key_id = k.id
           left join (select key_id, sum(credits)::bigint as credits from ledger_usage
                       where account_id = $1 and day = $3 and key_id = any($2) group by key_id) u on u.key_id = k.id
           left join lateral (select a.actor, a.actor_id from audit_entry a
                               where a.account_id = $1 and a.subject = 'key' and a.subject_id = k.id::text
                                 and a.action in ('key.created', 'key.imported')
                               order by a.number limit 1) made on true",
    )
    .bind(account.as_uuid())
    .bind(keys.iter().map(|key| key.id.as_uuid()).collect::<Vec<_>>())
    .bind(today)
    .bind(keys.iter().map(|key| key.daily_cap.or(key.monthly_cap).is_some()).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    let facts = |row: FactsRow| {
        let FactsRow { id, maker, maker_name, spent_today, spent_this_month } = row;
        let maker = maker.unwrap_or_default();
        (KeyId::from_uuid(id), KeyFacts { maker, maker_name, spent_today, spent_this_month })
    };
    Ok(rows.into_iter().map(facts).collect())
}

/// Calls and credits of a key on the last day, as far as they are added up.
pub async fn used_since(
    connection: &mut PgConnection,
    account: AccountId,
    key: KeyId,
    from: NaiveDate,
) -> Result<(i64, i64), StorageError> {
    let used = sqlx::query_as(
        "select coalesce(sum(calls), 0)::bigint, coalesce(sum(credits), 0)::bigint
           from ledger_usage where account_id = $1 and key_id = $2 and day >= $3",
    );
    Ok(used.bind(account.as_uuid()).bind(key.as_uuid()).bind(from).fetch_one(connection).await?)
}

/// Returns the key with one of these digests, live or not: its account, and the version of the
/// secret. With an account, only a key of that account.
pub async fn with_digest(
    connection: &mut PgConnection,
    account: Option<AccountId>,
    digests: &[KeyDigest],
) -> Result<Option<(AccountId, KeyId, i32)>, StorageError> {
    let found: Option<(Uuid, Uuid, i32)> = sqlx::query_as(
        "select k.account_id, k.id, d.version from key_digest d join api_key k on k.id = d.key_id
          where d.digest = any($2) and ($1::uuid is null or k.account_id = $1) limit 1",
    )
    .bind(account.map(|id| id.as_uuid()))
    .bind(digests.iter().map(|digest| digest.as_bytes().to_vec()).collect::<Vec<_>>())
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(account, key, version)| (AccountId::from_uuid(account), KeyId::from_uuid(key), version)))
}

/// When one secret of a key ended, and when its leak was first reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct SecretFacts {
    /// In the past: the secret is refused.
    pub ended_at: Option<DateTime<Utc>>,
    pub exposed_at: Option<DateTime<Utc>>,
}

pub async fn of_secret(
    connection: &mut PgConnection,
    key: KeyId,
    version: i32,
) -> Result<SecretFacts, StorageError> {
    let facts = sqlx::query_as(
        "select case when ends_at <= clock_timestamp() then ends_at end as ended_at, exposed_at
           from key_secret where key_id = $1 and version = $2",
    );
    let found = facts.bind(key.as_uuid()).bind(version).fetch_optional(connection).await?;
    Ok(found.unwrap_or_default())
}
