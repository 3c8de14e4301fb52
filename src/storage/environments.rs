//! The environments of accounts.

use sqlx::PgConnection;
use uuid::Uuid;

use super::error::{RowRef, StorageError};
use crate::domain::account::EnvironmentView;
use crate::domain::ids::{AccountId, EnvironmentId};
use crate::domain::key::Mode;

pub async fn create(
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
struct EnvironmentRow {
    id: Uuid,
    name: String,
    mode: String,
    keys: i64,
    most_keys: i32,
    key_cap: Option<i32>,
}

/// Returns the environments of an account, oldest first.
pub async fn list(
    connection: &mut PgConnection,
    id: AccountId,
) -> Result<Vec<EnvironmentView>, StorageError> {
    list_counting(connection, id, i64::MAX).await
}

/// The same for pages of the console, which count at most this many keys of each.
pub async fn list_counting(
    connection: &mut PgConnection,
    id: AccountId,
    most_counted: i64,
) -> Result<Vec<EnvironmentView>, StorageError> {
    read(connection, id, most_counted, None, i64::MAX).await
}

/// Returns a page of the environments of an account, oldest first, behind this one.
pub async fn page(
    connection: &mut PgConnection,
    id: AccountId,
    after: Option<EnvironmentId>,
    limit: i64,
) -> Result<Vec<EnvironmentView>, StorageError> {
    read(connection, id, i64::MAX, after, limit).await
}

async fn read(
    connection: &mut PgConnection,
    id: AccountId,
    most_counted: i64,
    after: Option<EnvironmentId>,
    limit: i64,
) -> Result<Vec<EnvironmentView>, StorageError> {
    let rows: Vec<EnvironmentRow> = sqlx::query_as(
        "select e.id, e.name, e.mode, e.key_cap, least(e.key_cap, p.keys_per_environment) as most_keys,
                (select count(*) from (select from api_key k where k.environment_id = e.id and k.state <> 'revoked'
                                          and (k.expires_at is null or k.expires_at > now())
                                        order by k.id desc limit $2) living) as keys
           from environment e
           join account a on a.id = e.account_id
           join plan p on p.edition = a.edition and p.plan = a.plan
          where e.account_id = $1 and e.id > $3
          order by e.id limit $4",
    )
    .bind(id.as_uuid())
    .bind(most_counted)
    .bind(after.map_or(Uuid::nil(), |id| id.as_uuid()))
    .bind(limit)
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
pub async fn names(
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
