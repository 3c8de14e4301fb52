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

/// The columns of an entry, and which entries: `$of` by one index, the others among these.
macro_rules! audit_lines {
    ($of:literal, $order:literal) => {
        select_lines!(
            "a.id, a.account_id, (select c.name from account c where c.id = a.account_id) as account_name, ",
            concat!(
                $of,
                " and ($2::text is null or (a.actor = 'operator' and a.actor_id = $2))
                  and ($3::text is null or a.action = $3) order by ",
                $order,
                " desc limit $5"
            )
        )
    };
}

const ALL: &str = audit_lines!("$1::uuid is null and a.id < $4", "a.id");
// By their numbers: in the order of ids, entries of all other accounts would be passed over.
const OF_ACCOUNT: &str = audit_lines!(
    "a.account_id = $1
     and a.number < coalesce((select b.number from audit_entry b where b.id = $4 and b.account_id = $1), 9223372036854775807)",
    "a.number"
);
const OF_OPERATOR: &str =
    audit_lines!("a.actor = 'operator' and a.actor_id = $2 and $1::uuid is null and a.id < $4", "a.id");
const OF_ACTION: &str = audit_lines!("a.action = $3 and $1::uuid is null and a.id < $4", "a.id");

/// Returns the entries that match, with ids below `before`, at most `limit`.
pub async fn newest(
    connection: &mut PgConnection,
    filter: &AuditFilter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditLine>, StorageError> {
    let query = match (filter.account, &filter.operator, filter.action) {
        (Some(_), _, _) => OF_ACCOUNT,
        (None, Some(_), _) => OF_OPERATOR,
        (None, None, Some(_)) => OF_ACTION,
        (None, None, None) => ALL,
    };
    let rows: Vec<AuditRow> = sqlx::query_as(query)
        .bind(filter.account.map(|id| id.as_uuid()))
        .bind(filter.operator.as_deref())
        .bind(filter.action)
        .bind(before.unwrap_or(i64::MAX))
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
