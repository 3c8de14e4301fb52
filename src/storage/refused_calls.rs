//! Counts of refused calls by account, day, key, path and error code.

use chrono::{Days, NaiveDate};
use sqlx::{Connection, PgConnection};

use super::routes::add_missing;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::refusal::ErrorCode;
use crate::storage::error::StorageError;

/// How long counts are kept: somewhat longer than one usage query may span.
const KEPT_DAYS: Days = Days::new(400);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefusedCall {
    pub account_id: AccountId,
    pub day: NaiveDate,
    pub key_id: KeyId,
    /// The path's template.
    pub path: &'static str,
    pub code: ErrorCode,
}

/// Adds calls to the counts. Rows are written in a fixed order, so that several gateways may write
/// at once.
///
/// # Errors
/// When the database is unavailable. Then nothing was written, unless the connection was lost
/// during the commit.
pub async fn add(connection: &mut PgConnection, calls: &[(RefusedCall, i64)]) -> Result<(), StorageError> {
    let paths: Vec<&str> = calls.iter().map(|(call, _)| call.path).collect();
    let mut transaction = connection.begin().await?;
    add_missing(&mut transaction, &paths).await?;
    sqlx::query(
        "insert into refused_call (account_id, day, key_id, route, code, calls)
         select n.account_id, n.day, n.key_id, r.number, n.code, n.calls
           from unnest($1::uuid[], $2::date[], $3::uuid[], $4::text[], $5::text[], $6::bigint[])
                as n (account_id, day, key_id, path, code, calls)
           join route r on r.path = n.path
          order by n.account_id, n.day, n.key_id, r.number, n.code
             on conflict (account_id, day, key_id, route, code) do update
            set calls = refused_call.calls + excluded.calls",
    )
    .bind(calls.iter().map(|(call, _)| call.account_id.as_uuid()).collect::<Vec<_>>())
    .bind(calls.iter().map(|(call, _)| call.day).collect::<Vec<_>>())
    .bind(calls.iter().map(|(call, _)| call.key_id.as_uuid()).collect::<Vec<_>>())
    .bind(paths)
    .bind(calls.iter().map(|(call, _)| call.code.as_str()).collect::<Vec<_>>())
    .bind(calls.iter().map(|(_, calls)| *calls).collect::<Vec<_>>())
    .execute(&mut *transaction)
    .await?;
    Ok(transaction.commit().await?)
}

/// Returns the number of refused calls of an account on these days.
pub async fn sum(
    connection: &mut PgConnection,
    account_id: AccountId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<i64, StorageError> {
    let sum = sqlx::query_scalar(
        "select coalesce(sum(calls), 0)::bigint from refused_call where account_id = $1 and day between $2 and $3",
    );
    Ok(sum.bind(account_id.as_uuid()).bind(from).bind(to).fetch_one(connection).await?)
}

/// Deletes at most `limit` expired counts. Returns the number deleted.
pub async fn delete_old(
    connection: &mut PgConnection,
    today: NaiveDate,
    limit: i64,
) -> Result<u64, StorageError> {
    let deleted = sqlx::query(
        "delete from refused_call
          where (account_id, day, key_id, route, code) in (
              select account_id, day, key_id, route, code from refused_call
               where day < $1 order by day limit $2 for update skip locked)",
    )
    .bind(today.checked_sub_days(KEPT_DAYS).unwrap_or(NaiveDate::MIN))
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}
