//! The audit log of all accounts and of the service itself, newest first.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ids::AccountId;
use crate::storage::console::history::{HistoryLine, LineRow, select_lines};
use crate::storage::error::StorageError;

/// An entry with the account that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    /// By which pages go on.
    pub id: i64,
    /// `None`: the service itself.
    pub account: Option<(AccountId, String)>,
    pub entry: HistoryLine,
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    id: i64,
    account_id: Option<Uuid>,
    account_name: Option<String>,
    #[sqlx(flatten)]
    entry: LineRow,
}

/// Which entries are shown. `None`: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub account: Option<AccountId>,
    /// The name of an operator.
    pub operator: Option<String>,
    /// What was done, such as `account.suspended`.
    pub action: Option<&'static str>,
}

/// Returns the entries that match, with ids below `before`, at most `limit`.
pub async fn newest(
    connection: &mut PgConnection,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditLine>, StorageError> {
    let rows: Vec<AuditRow> = sqlx::query_as(select_lines!(
        "a.id, a.account_id, (select c.name from account c where c.id = a.account_id) as account_name, ",
        "($1::uuid is null or a.account_id = $1) and ($2::text is null or (a.actor = 'operator' and a.actor_id = $2))
         and ($3::text is null or a.action = $3) and ($4::bigint is null or a.id < $4) order by a.id desc limit $5"
    ))
    .bind(filter.account.map(|id| id.as_uuid()))
    .bind(filter.operator.as_deref())
    .bind(filter.action)
    .bind(before)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let line = |row: AuditRow| AuditLine {
        id: row.id,
        account: row.account_id.map(AccountId::from_uuid).zip(row.account_name),
        entry: row.entry.into(),
    };
    Ok(rows.into_iter().map(line).collect())
}
