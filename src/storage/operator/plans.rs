//! The plans that an account can be moved to.

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
