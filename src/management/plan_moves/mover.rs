//! Moves the accounts of open runs, batch by batch.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

use crate::clock::new_id;
use crate::domain::ids::{AccountId, CallId, PlanMoveId};
use crate::domain::plan_move::{MoveState, PlanMove};
use crate::domain::rights::Principal;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::writer::in_parts::apply_in_parts;
use crate::ledger::writer::operator::OperatorError;
use crate::management::accounts::set_plan;
use crate::management::credits::LedgerDesk;
use crate::management::{ChangeError, lock};
use crate::storage::error::StorageError;
use crate::storage::{accounts, plan_moves};

/// Accounts of one commit: few, so that calls of these accounts are not delayed.
pub const AT_ONCE: i64 = 50;
/// Pause of a run whose last batch failed, or found all its accounts locked.
const PAUSE_S: i32 = 5;
/// Time for one round of the job. The next round does the rest.
const ROUND: Duration = Duration::from_secs(60);

/// Why a run does not go on now.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Ledger(#[from] OperatorError),
}

impl From<StorageError> for Interrupted {
    fn from(error: StorageError) -> Self {
        Self::Change(error.into())
    }
}

impl From<sqlx::Error> for Interrupted {
    fn from(error: sqlx::Error) -> Self {
        Self::Change(error.into())
    }
}

/// Moves the accounts of open runs.
#[derive(Clone, Debug)]
pub struct PlanMover {
    pub desk: LedgerDesk,
}

/// Accounts whose new plan the ledger counts by, and those for which it refused to.
struct Booked {
    moved: Vec<AccountId>,
    refused: Vec<AccountId>,
}

impl PlanMover {
    /// Moves accounts of open runs for a minute at most.
    pub async fn run_due(&self) {
        let begun = Instant::now();
        while begun.elapsed() < ROUND {
            let batch = Instant::now();
            let run = match self.lease(None).await {
                Ok(Some(run)) => run,
                Ok(None) => return,
                // Without the database it is not known whether a run is open.
                Err(error) => {
                    tracing::debug!(%error, "reading open plan moves failed");
                    return;
                }
            };
            if let Err(error) = self.work_on(&run).await {
                tracing::warn!(%error, "moving the accounts of a plan was interrupted");
                return;
            }
            // Half of the time the database is free for paid calls.
            sleep(batch.elapsed()).await;
        }
    }

    /// Moves a batch of an open run, or of this one. Returns whether a run was open and not leased
    /// by another gateway.
    ///
    /// # Errors
    /// When the database cannot be reached. The batch is finished later.
    pub async fn batch(&self, id: Option<PlanMoveId>) -> Result<bool, Interrupted> {
        match self.lease(id).await? {
            Some(run) => self.work_on(&run).await.map(|()| true),
            None => Ok(false),
        }
    }

    async fn lease(&self, id: Option<PlanMoveId>) -> Result<Option<PlanMove>, StorageError> {
        plan_moves::lease(&mut *self.desk.pool.acquire().await?, id).await
    }

    async fn work_on(&self, run: &PlanMove) -> Result<(), Interrupted> {
        let done = self.advance(run).await;
        let pause_s = if matches!(done, Ok(true)) { 0 } else { PAUSE_S };
        plan_moves::release(&mut *self.desk.pool.acquire().await?, run.id, pause_s).await?;
        done.map(drop)
    }

    /// Moves a batch. Returns whether anything was done.
    async fn advance(&self, run: &PlanMove) -> Result<bool, Interrupted> {
        let mut connection = self.desk.pool.acquire().await?;
        let skipped = set_plans(&mut connection, run).await?;
        let moving = plan_moves::accounts(&mut connection, run.id, MoveState::Moving, AT_ONCE).await?;
        // The ledger works on a connection of its own.
        drop(connection);
        let (booked, failed) = self.book(run, moving).await;
        let mut connection = self.desk.pool.acquire().await?;
        plan_moves::mark(&mut connection, run.id, &booked.moved, MoveState::Moved).await?;
        plan_moves::mark(&mut connection, run.id, &booked.refused, MoveState::Refused).await?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(skipped + booked.moved.len() + booked.refused.len() > 0),
        }
    }

    /// Makes the ledger count by the accounts' new plan, in one commit if nothing is in its way.
    /// Accounts that others have locked are left out. A repetition writes nothing.
    async fn book(&self, run: &PlanMove, accounts: Vec<AccountId>) -> (Booked, Option<OperatorError>) {
        let operation = |account_id| Operation::MovePlan { account_id, id: CallId::from_uuid(new_id()) };
        let apply = |operations| self.desk.apply_all(&run.actor, operations);
        let applied = apply_in_parts(accounts, operation, apply).await;
        for account_id in &applied.refused {
            tracing::error!(%account_id, "database refused to move an account to its new plan");
        }
        let mut booked = Booked { moved: Vec::new(), refused: applied.refused };
        for (account_id, effect) in applied.decided {
            if matches!(effect, Effect::Done(_)) {
                booked.moved.push(account_id);
            } else {
                tracing::error!(%account_id, ?effect, "ledger rules refused to move an account to its new plan");
                booked.refused.push(account_id);
            }
        }
        (booked, applied.error)
    }
}

/// Gives waiting accounts of a run their new plan, in one transaction. Accounts that an interrupted
/// batch left to the ledger count against the batch. Returns how many were skipped.
async fn set_plans(connection: &mut PgConnection, run: &PlanMove) -> Result<usize, ChangeError> {
    let mut transaction = connection.begin().await?;
    let moving = plan_moves::accounts(&mut transaction, run.id, MoveState::Moving, AT_ONCE).await?;
    let room = AT_ONCE - i64::try_from(moving.len()).unwrap_or(AT_ONCE);
    let by = Principal::almighty(run.actor.clone());
    let mut skipped = Vec::new();
    for id in plan_moves::take(&mut transaction, run.id, room).await? {
        match lock(&mut transaction, &by, id).await {
            Ok(_) => {}
            Err(ChangeError::Closed) => {
                skipped.push(id);
                continue;
            }
            Err(error) => return Err(error),
        }
        let account = accounts::find(&mut transaction, id).await?.ok_or(ChangeError::NoAccount)?;
        match account.plan == run.from {
            true => set_plan(&mut transaction, &by, id, &run.to).await?,
            false => skipped.push(id),
        }
    }
    plan_moves::mark(&mut transaction, run.id, &skipped, MoveState::Skipped).await?;
    transaction.commit().await?;
    Ok(skipped.len())
}
