//! An account with its environments and its period.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::find;
use crate::domain::account::AccountDetail;
use crate::domain::ids::AccountId;
use crate::storage::environments;
use crate::storage::error::{RowRef, StorageError};

#[derive(sqlx::FromRow)]
struct PeriodRow {
    period_starts_at: DateTime<Utc>,
    period_ends_at: DateTime<Utc>,
    plan_credits: i64,
    plan_left: i64,
    requests_limit: i64,
    requests_used: i64,
}

/// Returns an account with its environments and its period, as last written.
pub async fn read(
    connection: &mut PgConnection,
    id: AccountId,
) -> Result<Option<AccountDetail>, StorageError> {
    read_counting(connection, id, i64::MAX).await
}

/// The same for pages, which count at most this many keys of each environment.
pub async fn read_counting(
    connection: &mut PgConnection,
    id: AccountId,
    most_counted: i64,
) -> Result<Option<AccountDetail>, StorageError> {
    let Some(account) = find(connection, id).await? else { return Ok(None) };
    let period: PeriodRow = sqlx::query_as(
        "select period_starts_at, period_ends_at, plan_credits, plan_left, requests_limit, requests_used
           from ledger_account where account_id = $1",
    )
    .bind(id.as_uuid())
    .fetch_one(&mut *connection)
    .await?;
    let row = RowRef::new("ledger_account", id);
    Ok(Some(AccountDetail {
        period_starts_at: period.period_starts_at,
        renews_at: period.period_ends_at,
        plan_credits: row.convert("plan_credits", period.plan_credits)?,
        plan_credits_left: row.convert("plan_left", period.plan_left)?,
        requests_limit: period.requests_limit,
        requests_used: period.requests_used,
        environments: environments::list_counting(connection, id, most_counted).await?,
        account,
    }))
}
