//! The invariants that the database can check: each is a statement that returns the violating rows.
//!
//! Every statement takes the account (or null) as `$1`, the first instant (or null) as `$2`, the
//! hold's life in seconds as `$3`, the most rows as `$4`, and as `$5` the instant (or null) before
//! which all entries were detached. It returns the invariant's name, the position of the row, and
//! what is wrong with it.

mod calls;
mod entries;
mod lots;
mod totals;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{FAULTS_LISTED, Fault, Invariant, Scope};
use crate::storage::error::{RowRef, StorageError};

/// A statement, and which scopes it needs.
struct Check {
    statement: &'static str,
    /// It adds up all of history, so it needs the whole.
    needs_whole_history: bool,
    /// It covers all accounts together.
    needs_all_accounts: bool,
}

/// All checks, in the order of the report.
const CHECKS: [&[Check]; 4] = [entries::CHECKS, lots::CHECKS, calls::CHECKS, totals::CHECKS];

#[derive(sqlx::FromRow)]
struct FaultRow {
    rule: String,
    account_id: Option<Uuid>,
    number: Option<i64>,
    call_id: Option<Uuid>,
    epoch: Option<i32>,
    batch: Option<i32>,
    lot: Option<i32>,
    found: String,
}

/// Runs every check that the scope allows.
pub(super) async fn run(
    connection: &mut PgConnection,
    scope: Scope,
    archived_until: Option<DateTime<Utc>>,
) -> Result<Vec<Fault>, StorageError> {
    let mut faults = Vec::new();
    for check in CHECKS.into_iter().flatten() {
        if (check.needs_whole_history && scope.since.is_some())
            || (check.needs_all_accounts && scope.account_id.is_some())
        {
            continue;
        }
        let rows: Vec<FaultRow> = sqlx::query_as(check.statement)
            .bind(scope.account_id.map(|id| id.as_uuid()))
            .bind(scope.since)
            .bind(scope.hold_life.as_seconds_f64())
            .bind(FAULTS_LISTED)
            .bind(archived_until)
            .fetch_all(&mut *connection)
            .await?;
        for row in rows {
            let invariant =
                RowRef::new("ledger_verify", &row.rule).read("rule", Invariant::from_name(&row.rule))?;
            faults.push(Fault {
                account_id: row.account_id,
                number: row.number,
                call_id: row.call_id,
                epoch: row.epoch,
                batch: row.batch,
                lot: row.lot,
                ..Fault::new(invariant, &row.found)
            });
        }
    }
    Ok(faults)
}
