//! Usage for the charts: by day and by one dimension, the largest groups by name and the others
//! together.

use chrono::NaiveDate;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

use crate::domain::account::PLAYGROUND_ENVIRONMENTS;
use crate::domain::ids::{AccountId, EnvironmentId, KeyId};
use crate::domain::named_enum::named_enum;
use crate::storage::error::StorageError;
use crate::storage::keys::LOOKED_THROUGH;

named_enum! {
    /// What the bars are divided by.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Dimension {
        Endpoint = "endpoint",
        /// How calls ended; of refused calls, the error code and the path.
        Outcome = "outcome",
        Key = "key",
        Environment = "environment",
    }
}

/// Which calls are added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageFilter {
    pub from: NaiveDate,
    /// Inclusive.
    pub to: NaiveDate,
    pub key: Option<KeyId>,
    pub environment: Option<EnvironmentId>,
}

/// The calls of one group.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UsageGroup {
    /// A path, the number of an outcome, the code of an error with its path behind a blank, or the
    /// id of a key or an environment.
    pub id: String,
    /// The name of a key or an environment.
    pub name: Option<String>,
    /// Calls that ended.
    pub calls: i64,
    /// Of these, calls that were given back.
    pub given_back: i64,
    /// Calls that were refused before they could cost anything.
    pub refused: i64,
    /// Credits charged.
    pub credits: i64,
}

/// The calls of one day and one of the shown groups.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DayOfGroup {
    pub day: NaiveDate,
    /// `None`: all other groups.
    pub id: Option<String>,
    pub calls: i64,
    pub given_back: i64,
    pub refused: i64,
    pub credits: i64,
}

/// The rows of both tables, of account `$1` from day `$2` to `$3`, of key `$4` and environment `$5`
/// if given, each with the id of its group.
macro_rules! used {
    ($group:literal) => {
        concat!(
            "with used as (
                select day, key_id, route, outcome, '' as code, calls, 0::bigint as refused, credits
                  from ledger_usage where account_id = $1 and day between $2 and $3 and ($4::uuid is null or key_id = $4)
                 union all
                select day, key_id, route, null, code, 0, calls, 0
                  from refused_call where account_id = $1 and day between $2 and $3 and ($4::uuid is null or key_id = $4)
            ), line as (
                select u.*, ",
            $group,
            " as id, coalesce(k.name, '') as key_name, n.name as environment
                  from used u left join api_key k on k.id = u.key_id left join environment n on n.id = k.environment_id
                  left join route r on r.number = u.route
                 where $5::uuid is null or k.environment_id = $5
            ) "
        )
    };
}

macro_rules! totals {
    ($group:literal, $name:literal) => {
        concat!(
            used!($group),
            "select id, min(",
            $name,
            ") as name, sum(calls)::bigint as calls,
                    coalesce(sum(calls) filter (where credits = 0), 0)::bigint as given_back,
                    sum(refused)::bigint as refused, sum(credits)::bigint as credits
               from line group by id order by 6 desc, 3 desc, 5 desc, 1 limit $6"
        )
    };
}

macro_rules! days {
    ($group:literal) => {
        concat!(
            used!($group),
            "select day, case when id = any ($6) then id end as id, sum(calls)::bigint as calls,
                    coalesce(sum(calls) filter (where credits = 0), 0)::bigint as given_back, sum(refused)::bigint as refused, sum(credits)::bigint as credits
               from line group by 1, 2 order by 1, 2"
        )
    };
}

type Query<'q, Row> = QueryAs<'q, Postgres, Row, PgArguments>;

/// Binds the account and the filter: the first five parameters of both queries.
fn filtered<'q, Row>(query: Query<'q, Row>, account: AccountId, filter: &UsageFilter) -> Query<'q, Row> {
    query
        .bind(account.as_uuid())
        .bind(filter.from)
        .bind(filter.to)
        .bind(filter.key.map(|id| id.as_uuid()))
        .bind(filter.environment.map(|id| id.as_uuid()))
}

/// Returns the groups, those with the most credits first, at most `limit`.
pub async fn groups(
    connection: &mut PgConnection,
    account: AccountId,
    filter: &UsageFilter,
    by: Dimension,
    limit: i64,
) -> Result<Vec<UsageGroup>, StorageError> {
    let query = match by {
        Dimension::Endpoint => sqlx::query_as(totals!("coalesce(r.path, '')", "null::text")),
        Dimension::Outcome => sqlx::query_as(totals!(
            "coalesce(u.outcome::text, u.code || ' ' || coalesce(r.path, ''))",
            "null::text"
        )),
        Dimension::Key => sqlx::query_as(totals!("u.key_id::text", "key_name")),
        Dimension::Environment => {
            sqlx::query_as(totals!("coalesce(k.environment_id::text, '')", "environment"))
        }
    };
    Ok(filtered(query, account, filter).bind(limit).fetch_all(connection).await?)
}

/// Returns the days that have calls, divided into these groups and all others.
pub async fn days(
    connection: &mut PgConnection,
    account: AccountId,
    filter: &UsageFilter,
    by: Dimension,
    groups: &[String],
) -> Result<Vec<DayOfGroup>, StorageError> {
    let query = match by {
        Dimension::Endpoint => sqlx::query_as(days!("coalesce(r.path, '')")),
        Dimension::Outcome => {
            sqlx::query_as(days!("coalesce(u.outcome::text, u.code || ' ' || coalesce(r.path, ''))"))
        }
        Dimension::Key => sqlx::query_as(days!("u.key_id::text")),
        Dimension::Environment => sqlx::query_as(days!("coalesce(k.environment_id::text, '')")),
    };
    Ok(filtered(query, account, filter).bind(groups).fetch_all(connection).await?)
}

/// Returns the credits and calls of all usage of some days, without any filter.
pub async fn total(
    connection: &mut PgConnection,
    account: AccountId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<(i64, i64), StorageError> {
    let total = sqlx::query_as(
        "select coalesce(sum(credits), 0)::bigint, coalesce(sum(calls), 0)::bigint
           from ledger_usage where account_id = $1 and day between $2 and $3",
    );
    Ok(total.bind(account.as_uuid()).bind(from).bind(to).fetch_one(connection).await?)
}

/// A key that has usage, for the filter.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KeyChoice {
    pub id: Uuid,
    pub name: String,
    pub is_revoked: bool,
}

/// Returns the keys of an account to choose from: those that are not revoked first, the newest
/// before older ones; then keys that were revoked lately. Those of the playground move no credits
/// and are left out. At most `limit`.
pub async fn key_choices(
    connection: &mut PgConnection,
    account: AccountId,
    limit: i64,
) -> Result<Vec<KeyChoice>, StorageError> {
    let keys = sqlx::query_as(
        "with playground as (select id from environment where account_id = $1 and mode = 'test' and name = any($4))
         (select id, name, false as is_revoked from api_key
           where account_id = $1 and state <> 'revoked' and environment_id not in (select id from playground)
           order by id desc limit $2)
          union all
         (select id, name, true from (select id, name, state, environment_id from api_key
                                       where account_id = $1 and (revoked_at is not null or expires_at is not null)
                                         and least(revoked_at, expires_at) <= now()
                                       order by least(revoked_at, expires_at) desc limit $3) ended
           where state = 'revoked' and environment_id not in (select id from playground))
          limit $2",
    );
    let keys = keys.bind(account.as_uuid()).bind(limit).bind(LOOKED_THROUGH).bind(PLAYGROUND_ENVIRONMENTS);
    Ok(keys.fetch_all(connection).await?)
}
