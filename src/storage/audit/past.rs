//! Dates the audit log of an account whose past a demonstration writes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// Returns the number of the account's newest entry, 0 if it has none.
pub(in crate::storage) async fn newest(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<i64, StorageError> {
    sqlx::query_scalar("select coalesce(max(number), 0) from audit_entry where account_id = $1")
        .bind(account.as_uuid())
        .fetch_one(connection)
        .await
        .map_err(StorageError::from)
}

/// Dates the entries that this transaction wrote for an account: each pair holds the last number of
/// an instant, in order. Later entries keep their instant.
///
/// The database dates every new entry by its clock and refuses to change one. Only the owner of the
/// table can suspend that refusal. Must run at the end of its transaction: other changes wait from
/// here to there.
///
/// # Errors
/// When the login does not own the table, or the database cannot be reached.
pub(in crate::storage) async fn date(
    connection: &mut PgConnection,
    account: AccountId,
    dates: &[(i64, DateTime<Utc>)],
) -> Result<(), StorageError> {
    let (numbers, instants): (Vec<i64>, Vec<DateTime<Utc>>) = dates.iter().copied().unzip();
    sqlx::raw_sql("alter table audit_entry disable trigger audit_entry_append_only")
        .execute(&mut *connection)
        .await?;
    // Older entries than this transaction are not touched.
    sqlx::query(
        "update audit_entry a set at = d.at
           from (select at, number as last, lag(number, 1, 0::bigint) over (order by number) as before_first
                   from unnest($2::bigint[], $3::timestamptz[]) as given (number, at)) d
          where a.account_id = $1 and a.number > d.before_first and a.number <= d.last
            and a.at >= now()",
    )
    .bind(account.as_uuid())
    .bind(numbers)
    .bind(instants)
    .execute(&mut *connection)
    .await?;
    sqlx::raw_sql("alter table audit_entry enable trigger audit_entry_append_only")
        .execute(connection)
        .await?;
    Ok(())
}
