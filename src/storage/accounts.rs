//! Accounts and their environments.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{RowRef, StorageError};
use crate::domain::account::{Account, AccountDetail, AccountState, DEFAULT_ENVIRONMENT, EnvironmentView};
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
    create_environment(connection, new.environment_id, new.id, DEFAULT_ENVIRONMENT, Mode::Live).await?;
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

pub async fn create_environment(
    connection: &mut PgConnection,
    id: EnvironmentId,
    account_id: AccountId,
    name: &str,
    mode: Mode,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into environment (id, account_id, name, mode, created_at) values ($1, $2, $3, $4, now())",
    )
    .bind(id.as_uuid())
    .bind(account_id.as_uuid())
    .bind(name)
    .bind(mode.as_str())
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

/// Returns accounts whose name or e-mail address contains the text in any letter case, or whose id
/// begins with it. Oldest first, at most [`SEARCH_LIMIT`].
pub async fn search(connection: &mut PgConnection, text: &str) -> Result<Vec<Account>, StorageError> {
    // Lowercased here: the database's locale may know only the letter case of ASCII.
    let text = text.to_lowercase();
    let holds = |row: &AccountRow| {
        row.name.to_lowercase().contains(&text)
            || row.email.to_lowercase().contains(&text)
            || row.id.to_string().starts_with(&text)
    };
    let (mut found, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let page: Vec<AccountRow> = sqlx::query_as(
            "select a.*, l.balance from account a join ledger_account l on l.account_id = a.id
              where a.id > $1 order by a.id limit $2",
        )
        .bind(after)
        .bind(SEARCH_PAGE)
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.id;
        for row in page.into_iter().filter(holds) {
            if found.len() >= SEARCH_LIMIT {
                return Ok(found);
            }
            found.push(row.try_into()?);
        }
    }
}

/// Accounts that a search reads at once.
const SEARCH_PAGE: i64 = 1_000;
/// The most accounts that one search returns.
pub const SEARCH_LIMIT: usize = 100;

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

#[derive(sqlx::FromRow)]
struct PeriodRow {
    period_starts_at: DateTime<Utc>,
    period_ends_at: DateTime<Utc>,
    plan_credits: i64,
    plan_left: i64,
    requests_limit: i64,
    requests_used: i64,
}

/// Returns an account with its environments and its period, as last written.
pub async fn detail(
    connection: &mut PgConnection,
    id: AccountId,
) -> Result<Option<AccountDetail>, StorageError> {
    detail_counting(connection, id, i64::MAX).await
}

/// The same for pages, which count at most this many keys of each environment.
pub async fn detail_counting(
    connection: &mut PgConnection,
    id: AccountId,
    most_counted: i64,
) -> Result<Option<AccountDetail>, StorageError> {
    let Some(account) = find(connection, id).await? else { return Ok(None) };
    let period: PeriodRow = sqlx::query_as(
        "select period_starts_at, period_ends_at, plan_credits, plan_left, requests_limit, requests_used
           from ledger_account where account_id = $1",
    )
    .bind(id.as_uuid())
    .fetch_one(&mut *connection)
    .await?;
    let row = RowRef::new("ledger_account", id);
    Ok(Some(AccountDetail {
        period_starts_at: period.period_starts_at,
        renews_at: period.period_ends_at,
        plan_credits: row.convert("plan_credits", period.plan_credits)?,
        plan_credits_left: row.convert("plan_left", period.plan_left)?,
        requests_limit: period.requests_limit,
        requests_used: period.requests_used,
        environments: environments_counting(connection, id, most_counted).await?,
        account,
    }))
}

#[derive(sqlx::FromRow)]
struct EnvironmentRow {
    id: Uuid,
    name: String,
    mode: String,
    keys: i64,
    most_keys: i32,
    key_cap: Option<i32>,
}

/// Returns the environments of an account, oldest first.
pub async fn environments(
    connection: &mut PgConnection,
    id: AccountId,
) -> Result<Vec<EnvironmentView>, StorageError> {
    environments_counting(connection, id, i64::MAX).await
}

/// The same for pages, which count at most this many keys of each.
pub async fn environments_counting(
    connection: &mut PgConnection,
    id: AccountId,
    most_counted: i64,
) -> Result<Vec<EnvironmentView>, StorageError> {
    let rows: Vec<EnvironmentRow> = sqlx::query_as(
        "select e.id, e.name, e.mode, e.key_cap, least(e.key_cap, p.keys_per_environment) as most_keys,
                (select count(*) from (select from api_key k where k.environment_id = e.id and k.state <> 'revoked'
                                          and (k.expires_at is null or k.expires_at > now())
                                        order by k.id desc limit $2) living) as keys
           from environment e
           join account a on a.id = e.account_id
           join plan p on p.edition = a.edition and p.plan = a.plan
          where e.account_id = $1
          order by e.id",
    )
    .bind(id.as_uuid())
    .bind(most_counted)
    .fetch_all(connection)
    .await?;
    let view = |row: EnvironmentRow| {
        Ok(EnvironmentView {
            id: EnvironmentId::from_uuid(row.id),
            name: row.name,
            mode: RowRef::new("environment", row.id).read("mode", Mode::from_name(&row.mode))?,
            keys: row.keys,
            most_keys: row.most_keys,
            key_cap: row.key_cap,
        })
    };
    rows.into_iter().map(view).collect()
}

/// Returns the environments of an account with their names, oldest first.
pub async fn environment_names(
    connection: &mut PgConnection,
    id: AccountId,
) -> Result<Vec<(EnvironmentId, String)>, StorageError> {
    let rows: Vec<(Uuid, String)> =
        sqlx::query_as("select id, name from environment where account_id = $1 order by id")
            .bind(id.as_uuid())
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(|(id, name)| (EnvironmentId::from_uuid(id), name)).collect())
}

/// Limits the number of keys in an environment. `None` leaves the limit to the plan.
pub async fn set_key_cap(
    connection: &mut PgConnection,
    id: EnvironmentId,
    key_cap: Option<i32>,
) -> Result<(), StorageError> {
    sqlx::query("update environment set key_cap = $2 where id = $1")
        .bind(id.as_uuid())
        .bind(key_cap)
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
