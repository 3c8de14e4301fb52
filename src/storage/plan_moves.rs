//! Runs that move all accounts of a plan to another plan.

pub mod preview;
pub mod progress;

use std::net::IpAddr;

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{RowRef, StorageError};
use crate::domain::audit::Actor;
use crate::domain::ids::{AccountId, CallId, PlanMoveId};
use crate::domain::plan::PlanRef;
use crate::domain::plan_move::{MAX_ACCOUNTS, MoveState, PlanMove};

/// Stores a run of the oldest [`MAX_ACCOUNTS`] open accounts of its plan. Returns how many these
/// are.
pub async fn begin(connection: &mut PgConnection, run: &PlanMove) -> Result<i64, StorageError> {
    sqlx::query(
        "insert into plan_move (id, from_edition, from_plan, to_edition, to_plan, author, address, request_id, reason)
         values ($1, $2, $3, $4, $5, $6, $7::text::inet, $8, $9)",
    )
    .bind(run.id.as_uuid())
    .bind(&run.from.edition)
    .bind(&run.from.plan)
    .bind(&run.to.edition)
    .bind(&run.to.plan)
    .bind(run.actor.who.to_string())
    .bind(run.actor.address.map(|address: IpAddr| address.to_string()))
    .bind(run.actor.request_id.map(|id| id.as_uuid()))
    .bind(run.actor.reason.as_ref().map(|reason| reason.as_str()))
    .execute(&mut *connection)
    .await?;
    let accounts = sqlx::query(
        "insert into plan_move_account (plan_move_id, account_id, state)
         select $1, id, 'waiting' from account
          where edition = $2 and plan = $3 and closed_at is null order by id limit $4",
    )
    .bind(run.id.as_uuid())
    .bind(&run.from.edition)
    .bind(&run.from.plan)
    .bind(MAX_ACCOUNTS)
    .execute(connection)
    .await?;
    Ok(i64::try_from(accounts.rows_affected()).unwrap_or(MAX_ACCOUNTS))
}

/// Returns the run that moves the accounts of this plan, if one does, and where to.
pub async fn open_from(
    connection: &mut PgConnection,
    from: &PlanRef,
) -> Result<Option<(PlanMoveId, PlanRef)>, StorageError> {
    let open: Option<(Uuid, String, String)> = sqlx::query_as(
        "select id, to_edition, to_plan from plan_move where from_edition = $1 and from_plan = $2 and ended_at is null",
    )
    .bind(&from.edition)
    .bind(&from.plan)
    .fetch_optional(connection)
    .await?;
    Ok(open.map(|(id, edition, plan)| (PlanMoveId::from_uuid(id), PlanRef { edition, plan })))
}

#[derive(sqlx::FromRow)]
struct RunRow {
    id: Uuid,
    from_edition: String,
    from_plan: String,
    to_edition: String,
    to_plan: String,
    author: String,
    address: Option<String>,
    request_id: Option<Uuid>,
    reason: Option<String>,
}

impl TryFrom<RunRow> for PlanMove {
    type Error = StorageError;
    fn try_from(row: RunRow) -> Result<Self, StorageError> {
        let stored = RowRef::new("plan_move", row.id);
        let address = row.address.map(|text| stored.read("address", text.parse().ok())).transpose()?;
        let reason = row.reason.map(|text| stored.read("reason", text.parse().ok())).transpose()?;
        let request_id = row.request_id.map(CallId::from_uuid);
        Ok(Self {
            id: PlanMoveId::from_uuid(row.id),
            from: PlanRef { edition: row.from_edition, plan: row.from_plan },
            to: PlanRef { edition: row.to_edition, plan: row.to_plan },
            actor: Actor { address, request_id, reason, ..Actor::operator(row.author) },
        })
    }
}

/// Takes an open run, or the one of this id, for a batch of two minutes at most. `None`: none is
/// open, or others work on it.
pub async fn lease(
    connection: &mut PgConnection,
    id: Option<PlanMoveId>,
) -> Result<Option<PlanMove>, StorageError> {
    let row: Option<RunRow> = sqlx::query_as(
        "update plan_move set leased_until = now() + interval '2 minutes'
          where id = (select id from plan_move
                       where ended_at is null and leased_until <= now() and ($1::uuid is null or id = $1)
                       order by started_at limit 1 for update skip locked)
        returning id, from_edition, from_plan, to_edition, to_plan, author, host(address) as address, request_id, reason",
    )
    .bind(id.map(|id| id.as_uuid()))
    .fetch_optional(connection)
    .await?;
    row.map(PlanMove::try_from).transpose()
}

/// Ends the lease of a run, `pause_s` seconds from now, and the run if no account of it is left.
/// Returns whether it has ended.
pub async fn release(
    connection: &mut PgConnection,
    id: PlanMoveId,
    pause_s: i32,
) -> Result<bool, StorageError> {
    let ended = sqlx::query_scalar(
        "update plan_move
            set leased_until = now() + make_interval(secs => $2::int),
                ended_at = case when exists (select from plan_move_account where plan_move_id = $1 and state in ('waiting', 'moving'))
                                then null else coalesce(ended_at, now()) end
          where id = $1 returning ended_at is not null",
    )
    .bind(id.as_uuid())
    .bind(pause_s)
    .fetch_one(connection)
    .await?;
    Ok(ended)
}

/// Locks accounts of a run that wait, the oldest first, until the transaction ends, and marks them
/// as moving. Accounts that others have locked wait on.
pub async fn take(
    connection: &mut PgConnection,
    id: PlanMoveId,
    limit: i64,
) -> Result<Vec<AccountId>, StorageError> {
    let taken: Vec<Uuid> = sqlx::query_scalar(
        "with taken as (
             select a.id from plan_move_account m join account a on a.id = m.account_id
              where m.plan_move_id = $1 and m.state = 'waiting' order by a.id limit $2 for no key update of a skip locked
         )
         update plan_move_account m set state = 'moving' from taken
          where m.plan_move_id = $1 and m.account_id = taken.id returning m.account_id",
    )
    .bind(id.as_uuid())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(taken.into_iter().map(AccountId::from_uuid).collect())
}

/// Returns accounts of a run in a state, the oldest first.
pub async fn accounts(
    connection: &mut PgConnection,
    id: PlanMoveId,
    state: MoveState,
    limit: i64,
) -> Result<Vec<AccountId>, StorageError> {
    let accounts: Vec<Uuid> = sqlx::query_scalar(
        "select account_id from plan_move_account where plan_move_id = $1 and state = $2 order by account_id limit $3",
    )
    .bind(id.as_uuid())
    .bind(state.as_str())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(accounts.into_iter().map(AccountId::from_uuid).collect())
}

/// Notes what became of accounts of a run.
pub async fn mark(
    connection: &mut PgConnection,
    id: PlanMoveId,
    accounts: &[AccountId],
    state: MoveState,
) -> Result<(), StorageError> {
    sqlx::query("update plan_move_account set state = $3 where plan_move_id = $1 and account_id = any($2)")
        .bind(id.as_uuid())
        .bind(accounts.iter().map(AccountId::as_uuid).collect::<Vec<_>>())
        .bind(state.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Stops a run: accounts that wait stay on their plan. Returns whether it was open.
pub async fn stop(connection: &mut PgConnection, id: PlanMoveId) -> Result<bool, StorageError> {
    let stopped = sqlx::query(
        "update plan_move set stopped_at = now() where id = $1 and ended_at is null and stopped_at is null",
    )
    .bind(id.as_uuid())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update plan_move_account set state = 'skipped' where plan_move_id = $1 and state = 'waiting'",
    )
    .bind(id.as_uuid())
    .execute(connection)
    .await?;
    Ok(stopped.rows_affected() > 0)
}

/// Deletes runs 30 days after their end. The audit log keeps what they did. Returns the number
/// deleted.
pub async fn delete_old(connection: &mut PgConnection) -> Result<u64, StorageError> {
    let deleted = sqlx::query("delete from plan_move where ended_at < now() - interval '30 days'")
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}
