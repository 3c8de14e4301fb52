//! How far runs have come.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::PlanMoveId;
use crate::domain::plan::PlanRef;
use crate::storage::error::StorageError;

/// A run, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct PlanMoveProgress {
    pub id: Uuid,
    pub from_edition: String,
    pub from_plan: String,
    pub to_edition: String,
    pub to_plan: String,
    /// The operator's name.
    pub author: String,
    pub reason: Option<String>,
    pub started_at: DateTime<Utc>,
    pub stopped_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub accounts: i64,
    /// Accounts that are still to be moved, or that the ledger does not count by their new plan
    /// yet.
    pub left: i64,
    pub moved: i64,
    pub skipped: i64,
    pub refused: i64,
}

impl PlanMoveProgress {
    /// The plan that the accounts are moved from.
    pub fn from(&self) -> PlanRef {
        PlanRef { edition: self.from_edition.clone(), plan: self.from_plan.clone() }
    }

    /// The plan that they are moved to.
    pub fn to(&self) -> PlanRef {
        PlanRef { edition: self.to_edition.clone(), plan: self.to_plan.clone() }
    }
}

macro_rules! select_progress {
    ($more:literal) => {
        concat!(
            "select r.id, r.from_edition, r.from_plan, r.to_edition, r.to_plan, r.author, r.reason, r.started_at, r.stopped_at,
                    r.ended_at, c.*
               from plan_move r
               join lateral (select count(*) as accounts,
                                    count(*) filter (where state in ('waiting', 'moving')) as left,
                                    count(*) filter (where state = 'moved') as moved,
                                    count(*) filter (where state = 'skipped') as skipped,
                                    count(*) filter (where state = 'refused') as refused
                               from plan_move_account where plan_move_id = r.id) c on true",
            $more
        )
    };
}

/// Returns a run.
pub async fn find(
    connection: &mut PgConnection,
    id: PlanMoveId,
) -> Result<Option<PlanMoveProgress>, StorageError> {
    let run = sqlx::query_as(select_progress!(" where r.id = $1"));
    Ok(run.bind(id.as_uuid()).fetch_optional(connection).await?)
}

/// Returns runs, the newest first.
pub async fn newest(
    connection: &mut PgConnection,
    limit: i64,
) -> Result<Vec<PlanMoveProgress>, StorageError> {
    let runs = sqlx::query_as(select_progress!(" order by r.started_at desc limit $1"));
    Ok(runs.bind(limit).fetch_all(connection).await?)
}
