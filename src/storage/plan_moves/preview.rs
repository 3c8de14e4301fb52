//! What a run would change.

use serde::Serialize;
use sqlx::PgConnection;

use crate::domain::plan::PlanRef;
use crate::domain::plan_move::MAX_ACCOUNTS;
use crate::storage::error::StorageError;

/// What a run would change, as of now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct PlanMovePreview {
    /// Open accounts on the plan.
    pub on_plan: i64,
    /// Closed accounts on the plan. They never change, so they stay on it.
    pub closed: i64,
    /// Of these, those that one run moves: the oldest [`MAX_ACCOUNTS`].
    pub accounts: i64,
    /// Of these, suspended ones. They stay suspended.
    pub suspended: i64,
    /// Accounts whose balance rises.
    pub gaining: i64,
    pub credits_added: i64,
    /// Accounts whose balance falls.
    pub losing: i64,
    pub credits_removed: i64,
    /// Accounts that have no plan credits left afterwards.
    pub without_plan_credits: i64,
    /// Accounts that have already used the requests of the new plan.
    pub without_requests: i64,
    /// Environments with more keys than the new plan allows. Their keys go on working.
    pub environments_over: i64,
}

/// Returns what a run would change. The figures are those of
/// [`crate::ledger::rules::account::LedgerAccount::move_plan`]: what was used of a period stays
/// used, and an account whose period has ended gets its next one first.
pub async fn read(
    connection: &mut PgConnection,
    from: &PlanRef,
    to: &PlanRef,
) -> Result<PlanMovePreview, StorageError> {
    let preview = sqlx::query_as(
        "with chosen as (
             select a.id, a.state from account a
              where a.edition = $1 and a.plan = $2 and a.closed_at is null order by a.id limit $5
         ), moved as (
             select c.id, c.state, l.requests_used, l.period_ends_at > now() as is_running, p.requests, p.keys_per_environment,
                    l.plan_left as before,
                    greatest(0, p.credits - case when l.period_ends_at > now() then coalesce(t.granted - l.plan_left, 0)
                                                 else 0 end) as after
               from chosen c
               join ledger_account l on l.account_id = c.id
               join plan p on p.edition = $3 and p.plan = $4
               left join ledger_lot t on t.account_id = c.id and t.lot = l.plan_lot
         )
         select (select count(*) from account where edition = $1 and plan = $2 and closed_at is null) as on_plan,
                (select count(*) from account where edition = $1 and plan = $2 and closed_at is not null) as closed,
                count(*) as accounts,
                count(*) filter (where state = 'suspended') as suspended,
                count(*) filter (where after > before) as gaining,
                coalesce(sum(after - before) filter (where after > before), 0)::bigint as credits_added,
                count(*) filter (where after < before) as losing,
                coalesce(sum(before - after) filter (where after < before), 0)::bigint as credits_removed,
                count(*) filter (where after = 0) as without_plan_credits,
                count(*) filter (where is_running and requests_used >= requests) as without_requests,
                (select count(*) from environment e join moved m on m.id = e.account_id
                  where (select count(*) from api_key k where k.environment_id = e.id and k.state <> 'revoked'
                            and (k.expires_at is null or k.expires_at > now())) > m.keys_per_environment) as environments_over
           from moved",
    )
    .bind(&from.edition)
    .bind(&from.plan)
    .bind(&to.edition)
    .bind(&to.plan)
    .bind(MAX_ACCOUNTS)
    .fetch_one(connection)
    .await?;
    Ok(preview)
}
