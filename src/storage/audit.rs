//! The audit log: appended in the transaction of each change, numbered and dated by the database,
//! read in pages, never changed.

pub(super) mod past;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::error::StorageError;
use crate::domain::audit::{Actor, AuditEntry, Change};
use crate::domain::ids::{AccountId, CallId};

/// Records a change. Must run in the transaction of the change, after it: until that transaction
/// ends, other changes of the account wait here.
pub async fn append(
    connection: &mut PgConnection,
    actor: &Actor,
    change: &Change,
) -> Result<(), StorageError> {
    sqlx::query(
        "insert into audit_entry (account_id, actor, actor_id, action, subject, subject_id, before, after, address,
                                  request_id, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::inet, $10, $11)",
    )
    .bind(change.account_id.map(|id| id.as_uuid()))
    .bind(actor.who.kind())
    .bind(actor.who.to_string())
    .bind(change.action.as_str())
    .bind(change.subject.kind())
    .bind(change.subject.to_string())
    .bind(change.before.as_ref().map(Json))
    .bind(change.after.as_ref().map(Json))
    .bind(actor.address.map(|address: IpAddr| address.to_string()))
    .bind(actor.request_id.map(|id| id.as_uuid()))
    .bind(actor.reason.as_ref().map(|reason| reason.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    number: i64,
    account_id: Option<Uuid>,
    at: DateTime<Utc>,
    actor: String,
    actor_id: String,
    action: String,
    subject: String,
    subject_id: String,
    before: Option<Json<Value>>,
    after: Option<Json<Value>>,
    address: Option<String>,
    request_id: Option<Uuid>,
    reason: Option<String>,
}

macro_rules! select_entries {
    () => {
        "select number, account_id, at, actor, actor_id, action, subject, subject_id, before, after,
                host(address) as address, request_id, reason
           from audit_entry"
    };
}

/// Returns the entries of an account after number `after`, oldest first, at most `limit`.
pub async fn page(
    connection: &mut PgConnection,
    account: AccountId,
    after: i64,
    limit: i64,
) -> Result<Vec<AuditEntry>, StorageError> {
    let rows: Vec<EntryRow> = sqlx::query_as(concat!(
        select_entries!(),
        " where account_id = $1 and number > $2 order by number limit $3"
    ))
    .bind(account.as_uuid())
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}

/// Returns the latest entries of one account, or of all accounts and the service itself, oldest
/// first, at most `limit`.
pub async fn latest(
    connection: &mut PgConnection,
    account: Option<AccountId>,
    limit: i64,
) -> Result<Vec<AuditEntry>, StorageError> {
    let rows: Vec<EntryRow> = match account {
        Some(account) => {
            let query = concat!(select_entries!(), " where account_id = $1 order by number desc limit $2");
            sqlx::query_as(query).bind(account.as_uuid()).bind(limit).fetch_all(connection).await?
        }
        None => {
            let query = concat!(select_entries!(), " order by id desc limit $1");
            sqlx::query_as(query).bind(limit).fetch_all(connection).await?
        }
    };
    Ok(rows.into_iter().rev().map(AuditEntry::from).collect())
}

/// Returns the changes that a request made, oldest first.
pub async fn of_request(
    connection: &mut PgConnection,
    request: CallId,
) -> Result<Vec<AuditEntry>, StorageError> {
    let rows: Vec<EntryRow> =
        sqlx::query_as(concat!(select_entries!(), " where request_id = $1 order by id limit 100"))
            .bind(request.as_uuid())
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}

impl From<EntryRow> for AuditEntry {
    fn from(row: EntryRow) -> Self {
        Self {
            number: row.number,
            account_id: row.account_id.map(AccountId::from_uuid),
            at: row.at,
            actor: row.actor,
            actor_id: row.actor_id,
            action: row.action,
            subject: row.subject,
            subject_id: row.subject_id,
            before: row.before.map(|Json(value)| value),
            after: row.after.map(|Json(value)| value),
            address: row.address,
            request_id: row.request_id.map(CallId::from_uuid),
            reason: row.reason,
        }
    }
}
