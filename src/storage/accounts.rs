//! Accounts.

pub mod detail;
pub mod search;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::environments;
use super::error::{RowRef, StorageError};
use crate::domain::account::{Account, AccountState, DEFAULT_ENVIRONMENT};
use crate::domain::ids::{AccountId, EnvironmentId};
use crate::domain::key::Mode;
use crate::domain::plan::PlanRef;

#[derive(Clone, Debug)]
pub struct NewAccount {
    pub id: AccountId,
    /// The id of its `default` environment.
    pub environment_id: EnvironmentId,
    pub name: String,
    pub email: String,
    pub plan: PlanRef,
}

/// Creates an account with its `default` environment and an empty ledger. Must run inside a
/// transaction. The first plan credits come when the ledger first advances the account.
pub async fn create(connection: &mut PgConnection, new: &NewAccount) -> Result<(), StorageError> {
    sqlx::query(
        "insert into account (id, name, email, edition, plan, anchored_at, created_at)
         values ($1, $2, $3, $4, $5, date_trunc('second', now()), now())",
    )
    .bind(new.id.as_uuid())
    .bind(&new.name)
    .bind(&new.email)
    .bind(&new.plan.edition)
    .bind(&new.plan.plan)
    .execute(&mut *connection)
    .await?;
    environments::create(connection, new.environment_id, new.id, DEFAULT_ENVIRONMENT, Mode::Live).await?;
    sqlx::query(
        "insert into ledger_account (account_id, balance, open_lot, open_lot_is_plan, open_lot_left, open_lot_expires_at,
                last_lot, last_entry, period, period_starts_at, period_ends_at, plan_lot, plan_credits, plan_left,
                requests_limit, requests_used)
         select a.id, 0, 0, false, 0, a.anchored_at, 0, 0, 0, a.anchored_at, a.anchored_at + interval '1 month', 0, 0, 0,
                p.requests, 0
           from account a join plan p on p.edition = a.edition and p.plan = a.plan
          where a.id = $1",
    )
    .bind(new.id.as_uuid())
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: Uuid,
    name: String,
    email: String,
    edition: String,
    plan: String,
    state: String,
    balance: i64,
    anchored_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
}

impl TryFrom<AccountRow> for Account {
    type Error = StorageError;
    fn try_from(row: AccountRow) -> Result<Self, StorageError> {
        let account = RowRef::new("account", row.id);
        Ok(Self {
            id: AccountId::from_uuid(row.id),
            name: row.name,
            email: row.email,
            plan: PlanRef { edition: row.edition, plan: row.plan },
            state: account.read("state", AccountState::from_name(&row.state))?,
            balance: account.convert("balance", row.balance)?,
            anchored_at: row.anchored_at,
            created_at: row.created_at,
            closed_at: row.closed_at,
        })
    }
}

/// The most accounts in one listing.
pub const LIST_LIMIT: i64 = 10_000;

/// Returns all accounts, oldest first, at most [`LIST_LIMIT`].
pub async fn list(connection: &mut PgConnection) -> Result<Vec<Account>, StorageError> {
    let rows: Vec<AccountRow> = sqlx::query_as(
        "select a.*, l.balance from account a join ledger_account l on l.account_id = a.id order by a.id limit $1",
    )
    .bind(LIST_LIMIT)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// Returns the open accounts on a plan after this one, oldest first.
pub async fn on_plan(
    connection: &mut PgConnection,
    plan: &PlanRef,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<Account>, StorageError> {
    let rows: Vec<AccountRow> = sqlx::query_as(
        "select a.*, l.balance from account a join ledger_account l on l.account_id = a.id
          where a.edition = $1 and a.plan = $2 and a.closed_at is null and a.id > $3 order by a.id limit $4",
    )
    .bind(&plan.edition)
    .bind(&plan.plan)
    .bind(after.map_or(Uuid::nil(), |id| id.as_uuid()))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Account::try_from).collect()
}

pub async fn find(connection: &mut PgConnection, id: AccountId) -> Result<Option<Account>, StorageError> {
    let row: Option<AccountRow> = sqlx::query_as(
        "select a.*, l.balance from account a join ledger_account l on l.account_id = a.id where a.id = $1",
    )
    .bind(id.as_uuid())
    .fetch_optional(connection)
    .await?;
    row.map(Account::try_from).transpose()
}

/// Returns the oldest open account with this e-mail address, in any letter case. Until the
/// transaction ends, other calls for the same address wait.
pub async fn with_email(
    connection: &mut PgConnection,
    email: &str,
) -> Result<Option<AccountId>, StorageError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('account e-mail ' || lower($1), 0))")
        .bind(email)
        .execute(&mut *connection)
        .await?;
    let found: Option<(Uuid,)> = sqlx::query_as(
        "select id from account where lower(email) = lower($1) and closed_at is null order by id limit 1",
    )
    .bind(email)
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(id,)| AccountId::from_uuid(id)))
}

/// Changes an account's name and e-mail address.
pub async fn set_contact(
    connection: &mut PgConnection,
    id: AccountId,
    name: &str,
    email: &str,
) -> Result<(), StorageError> {
    sqlx::query("update account set name = $2, email = $3 where id = $1")
        .bind(id.as_uuid())
        .bind(name)
        .bind(email)
        .execute(connection)
        .await?;
    Ok(())
}

/// Closes an account: it is suspended and can never be resumed.
pub async fn close(connection: &mut PgConnection, id: AccountId) -> Result<(), StorageError> {
    sqlx::query("update account set state = 'suspended', closed_at = now() where id = $1")
        .bind(id.as_uuid())
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// The account may be changed.
    Open,
    /// The account may never be changed again.
    Closed,
}

/// Locks the account, its environments, keys and members against other changes until the
/// transaction ends. Returns `None` for an unknown account.
pub async fn lock(connection: &mut PgConnection, id: AccountId) -> Result<Option<Life>, StorageError> {
    let locked: Option<(bool,)> =
        sqlx::query_as("select closed_at is not null from account where id = $1 for no key update")
            .bind(id.as_uuid())
            .fetch_optional(connection)
            .await?;
    Ok(locked.map(|(is_closed,)| if is_closed { Life::Closed } else { Life::Open }))
}

/// Moves an account to another plan. The caller must then move it in the ledger too, in the same
/// transaction or the next.
pub async fn set_plan(
    connection: &mut PgConnection,
    id: AccountId,
    plan: &PlanRef,
) -> Result<bool, StorageError> {
    let moved = sqlx::query("update account set edition = $2, plan = $3 where id = $1")
        .bind(id.as_uuid())
        .bind(&plan.edition)
        .bind(&plan.plan)
        .execute(connection)
        .await?;
    Ok(moved.rows_affected() > 0)
}

pub async fn set_state(
    connection: &mut PgConnection,
    id: AccountId,
    state: AccountState,
) -> Result<bool, StorageError> {
    let changed = sqlx::query("update account set state = $2 where id = $1")
        .bind(id.as_uuid())
        .bind(state.as_str())
        .execute(connection)
        .await?;
    Ok(changed.rows_affected() > 0)
}
