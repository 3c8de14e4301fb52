//! Moving all accounts of a plan to another plan: a run, in batches. The account rows change first,
//! each with its audit entry; then the ledger counts by the new plan. What a run has done is stored
//! with each step, so that any gateway or command goes on with a run that was interrupted.

use std::time::Duration;

use serde_json::json;
use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep};

use super::accounts::set_plan;
use super::credits::LedgerDesk;
use super::{ChangeError, lock};
use crate::clock::new_id;
use crate::domain::audit::{Action, Change, Subject};
use crate::domain::ids::{AccountId, CallId, PlanMoveId};
use crate::domain::plan::PlanRef;
use crate::domain::plan_move::{MoveState, PlanMove};
use crate::domain::rights::Principal;
use crate::ledger::rules::operation::{Effect, Operation};
use crate::ledger::writer::in_parts::apply_in_parts;
use crate::ledger::writer::operator::OperatorError;
use crate::storage::error::StorageError;
use crate::storage::{accounts, audit, plan_moves};

/// Accounts of one commit: few, so that calls of these accounts are not delayed.
pub const AT_ONCE: i64 = 50;
/// Pause of a run whose last batch failed, or found all its accounts locked.
const PAUSE_S: i32 = 5;
/// Time for one round of the job. The next round does the rest.
const ROUND: Duration = Duration::from_secs(60);

/// Why a run was not begun.
#[derive(Debug, thiserror::Error)]
pub enum PlanMoveError {
    #[error("the accounts are already on this plan. Name another plan")]
    SamePlan,
    #[error("no open account is on plan `{}` of edition {}", .0.plan, .0.edition)]
    NoAccounts(PlanRef),
    /// Another run moves these accounts.
    #[error("the accounts of this plan are already being moved to plan `{}` of edition {}", to.plan, to.edition)]
    Open { id: PlanMoveId, to: PlanRef },
    /// Other accounts are on the plan than the author has seen.
    #[error("the number of accounts on the plan has changed to {accounts}; nothing was moved")]
    Changed { accounts: i64 },
    #[error(transparent)]
    Change(#[from] ChangeError),
}

impl From<StorageError> for PlanMoveError {
    fn from(error: StorageError) -> Self {
        Self::Change(error.into())
    }
}

impl From<sqlx::Error> for PlanMoveError {
    fn from(error: sqlx::Error) -> Self {
        Self::Change(error.into())
    }
}

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

/// Begins a run. With `seen`, only if it moves that many accounts.
///
/// # Errors
/// If the author lacks the right, the plans are the same, another run moves these accounts, or
/// there are none.
pub async fn begin(
    connection: &mut PgConnection,
    by: &Principal,
    id: PlanMoveId,
    (from, to): (&PlanRef, &PlanRef),
    seen: Option<i64>,
) -> Result<(), PlanMoveError> {
    by.rights.operate().map_err(ChangeError::from)?;
    if from == to {
        return Err(PlanMoveError::SamePlan);
    }
    let mut transaction = connection.begin().await?;
    if let Some((id, to)) = plan_moves::open_from(&mut transaction, from).await? {
        return Err(PlanMoveError::Open { id, to });
    }
    let run = PlanMove { id, from: from.clone(), to: to.clone(), actor: by.actor.clone() };
    let accounts = plan_moves::begin(&mut transaction, &run).await?;
    match seen {
        _ if accounts == 0 => return Err(PlanMoveError::NoAccounts(from.clone())),
        Some(seen) if seen != accounts => return Err(PlanMoveError::Changed { accounts }),
        _ => {}
    }
    let change = Change {
        account_id: None,
        action: Action::PlanMoveBegun,
        subject: Subject::PlanMove(id),
        before: Some(json!({ "edition": from.edition, "plan": from.plan })),
        after: Some(json!({ "edition": to.edition, "plan": to.plan, "accounts": accounts })),
    };
    audit::append(&mut transaction, &by.actor, &change).await?;
    Ok(transaction.commit().await?)
}

/// Stops a run: accounts that were moved stay moved, the others stay on their plan. Idempotent.
///
/// # Errors
/// If the author lacks the right.
pub async fn stop(connection: &mut PgConnection, by: &Principal, id: PlanMoveId) -> Result<(), ChangeError> {
    by.rights.operate()?;
    let mut transaction = connection.begin().await?;
    if plan_moves::stop(&mut transaction, id).await? {
        let (action, subject) = (Action::PlanMoveStopped, Subject::PlanMove(id));
        let change = Change { account_id: None, action, subject, before: None, after: None };
        audit::append(&mut transaction, &by.actor, &change).await?;
    }
    Ok(transaction.commit().await?)
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
