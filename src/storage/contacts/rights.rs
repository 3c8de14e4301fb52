//! Data protection requests about the contacts of one account, which is responsible for them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::domain::ids::AccountId;
use crate::domain::person::Post;
use crate::storage::directory::rights::{MAX_RECORDS, PersonSelector, bounds};
use crate::storage::error::StorageError;

/// Everything that an account stores about one person as a contact.
#[derive(Clone, Debug, PartialEq, Serialize, FromRow)]
pub struct ExportedContact {
    pub id: Uuid,
    pub account_id: Uuid,
    pub mode: String,
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub title: Option<String>,
    pub email: Option<String>,
    pub bio: Option<String>,
    pub posts: Json<Vec<Post>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An account that has the person as a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct Keeper {
    pub account_id: Uuid,
    /// How many of its contacts are the person: one for each mode.
    pub contacts: i64,
}

/// Returns the account's contacts that are the person, live and test.
pub async fn export(
    pool: &PgPool,
    account: AccountId,
    who: &PersonSelector,
) -> Result<Vec<ExportedContact>, StorageError> {
    let (id, _, _, name_key, company_key) = bounds(who);
    let rows = sqlx::query_as(
        "select id, account_id, mode, first_name, last_name, company, title, email, bio, posts, created_at, updated_at
           from contact
          where account_id = $1 and (id = $2 or (name_key = $3 and company_key = $4))
          order by id limit $5",
    )
    .bind(account.as_uuid())
    .bind(id)
    .bind(name_key)
    .bind(company_key)
    .bind(MAX_RECORDS)
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// Deletes the account's contacts that are the person and returns how many there were.
pub async fn erase(
    connection: &mut PgConnection,
    account: AccountId,
    who: &PersonSelector,
) -> Result<u64, StorageError> {
    let (id, _, _, name_key, company_key) = bounds(who);
    let done = sqlx::query(
        "delete from contact where account_id = $1 and (id = $2 or (name_key = $3 and company_key = $4))",
    )
    .bind(account.as_uuid())
    .bind(id)
    .bind(name_key)
    .bind(company_key)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Which accounts keep the person, so that the request can be passed on to them.
pub async fn keepers(pool: &PgPool, who: &PersonSelector) -> Result<Vec<Keeper>, StorageError> {
    let (id, _, _, name_key, company_key) = bounds(who);
    let rows = sqlx::query_as(
        "select account_id, count(*) as contacts
           from contact where id = $1 or (name_key = $2 and company_key = $3)
          group by account_id order by account_id limit $4",
    )
    .bind(id)
    .bind(name_key)
    .bind(company_key)
    .bind(MAX_RECORDS)
    .fetch_all(pool)
    .await?;
    Ok(rows)
}
