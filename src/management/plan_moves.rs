//! Moving all accounts of a plan to another plan: a run, in batches. The account rows change first,
//! each with its audit entry; then the ledger counts by the new plan. What a run has done is stored
//! with each step, so that any gateway or command goes on with a run that was interrupted.

pub mod mover;

use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::ChangeError;
use crate::domain::audit::{Action, Change, Subject};
use crate::domain::ids::PlanMoveId;
use crate::domain::plan::PlanRef;
use crate::domain::plan_move::PlanMove;
use crate::domain::rights::Principal;
use crate::storage::error::StorageError;
use crate::storage::{audit, plan_moves};

/// Why a run was not begun.
#[derive(Debug, thiserror::Error)]
pub enum PlanMoveError {
    #[error("the accounts are already on this plan. Name another plan or another edition")]
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
