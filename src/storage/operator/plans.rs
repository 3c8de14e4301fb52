//! The plans that an account can be on.

use sqlx::PgConnection;

use crate::domain::plan::PlanRef;
use crate::storage::error::StorageError;

/// Returns the plans, the newest edition first, each edition in its own order.
pub async fn list(connection: &mut PgConnection) -> Result<Vec<PlanRef>, StorageError> {
    let plans: Vec<(String, String)> =
        sqlx::query_as("select edition, plan from plan order by edition desc, position, plan limit 500")
            .fetch_all(connection)
            .await?;
    Ok(plans.into_iter().map(|(edition, plan)| PlanRef { edition, plan }).collect())
}

/// A plan, and how many open accounts are on it.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PlanLine {
    pub edition: String,
    pub plan: String,
    pub label: String,
    /// In whole US dollars. `None`: agreed with each customer.
    pub price_usd: Option<i32>,
    pub credits: i64,
    pub requests: i32,
    pub rate_per_s: i32,
    pub concurrency: i32,
    pub keys_per_environment: i32,
    pub access: Vec<String>,
    /// Whether the plan sells API access at all.
    pub api_access: bool,
    /// Which figure is an assumption of the catalogue.
    pub assumption: Option<String>,
    pub accounts: i64,
}

/// The most plans of one page.
pub const MAX_PLANS: i64 = 100;

/// Returns the plans, the newest edition first, each edition in its own order.
pub async fn lines(connection: &mut PgConnection) -> Result<Vec<PlanLine>, StorageError> {
    let lines = sqlx::query_as(
        "select p.edition, p.plan, p.label, p.price_usd, p.credits, p.requests, p.rate_per_s, p.concurrency,
                p.keys_per_environment, p.access, p.api_access, p.assumption, coalesce(a.accounts, 0) as accounts
           from plan p left join (select edition, plan, count(*) as accounts from account
                                   where closed_at is null group by edition, plan) a using (edition, plan)
          order by p.edition desc, p.position, p.plan limit $1",
    );
    Ok(lines.bind(MAX_PLANS).fetch_all(connection).await?)
}
