//! Lots and the plan, as the console shows them.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::domain::ids::AccountId;
use crate::storage::error::StorageError;

/// A lot of credits.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LotLine {
    pub lot: i32,
    /// `plan`, `pack` or `grant`.
    pub source: String,
    pub granted: i64,
    pub left: i64,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The id of the purchase or grant.
    pub reference: Option<String>,
    pub note: Option<String>,
}

/// Returns the newest lots of an account, at most `limit`, in the order in which they are spent.
pub async fn lots(
    connection: &mut PgConnection,
    account: AccountId,
    limit: i64,
) -> Result<Vec<LotLine>, StorageError> {
    let lots = sqlx::query_as(
        "select * from (
            select l.lot, l.source, l.granted,
                   l.left_in_lot + case when l.lot = a.open_lot then a.open_lot_left else 0 end as left,
                   l.created_at, l.expires_at, l.reference, l.note
              from ledger_lot l join ledger_account a on a.account_id = l.account_id
             where l.account_id = $1
             order by l.lot desc limit $2) newest
          order by expires_at, case source when 'plan' then 0 when 'pack' then 1 else 2 end, lot",
    );
    Ok(lots.bind(account.as_uuid()).bind(limit).fetch_all(connection).await?)
}

/// The plan of an account and what it allows.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PlanLine {
    pub edition: String,
    pub plan: String,
    /// Whole US dollars a month. `None` if it is agreed by contract.
    pub price_usd: Option<i32>,
    pub credits: i64,
    pub requests: i64,
    pub rate_per_s: i32,
    pub burst: i32,
    pub concurrency: i32,
    pub keys_per_environment: i32,
    /// Groups of endpoints.
    pub access: Vec<String>,
    pub api_access: bool,
}

pub async fn plan(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<Option<PlanLine>, StorageError> {
    let plan = sqlx::query_as(
        "select p.edition, p.plan, p.price_usd, p.credits, p.requests::bigint as requests, p.rate_per_s, p.burst,
                p.concurrency, p.keys_per_environment, p.access, p.api_access
           from account a join plan p on p.edition = a.edition and p.plan = a.plan where a.id = $1",
    );
    Ok(plan.bind(account.as_uuid()).fetch_optional(connection).await?)
}
