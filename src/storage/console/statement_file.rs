//! The entries of a filter as a file has them: oldest first, and counted before they are read.

use chrono::DateTime;
use sqlx::PgConnection;

use super::range::EntryRange;
use super::statement::{StatementFilter, far_away, lines_of};
use crate::domain::ids::AccountId;
use crate::domain::language::Language;
use crate::ledger::rules::entry::EntryKind;
use crate::storage::error::StorageError;
use crate::storage::ledger::statement::{LineRow, StatementLine, select_statement_lines};

/// Returns how many entries of a range the filter has; more than `most` count as `most`.
pub async fn count_up_to(
    connection: &mut PgConnection,
    account: AccountId,
    filter: &StatementFilter,
    range: EntryRange,
    most: i64,
) -> Result<i64, StorageError> {
    let count = sqlx::query_scalar(
        "select count(*) from (
             select 1 from ledger_entry e where e.account_id = $1 and e.number >= $2 and e.number < $3
                and (cardinality($4::smallint[]) = 0 or e.kind = any ($4))
                and ($5::uuid is null or e.key_id = $5) and e.at >= $6 and e.at < $7 limit $8) matching",
    )
    .bind(account.as_uuid())
    .bind(range.first)
    .bind(range.end)
    .bind(filter.kind_numbers())
    .bind(filter.key.map(|key| key.as_uuid()))
    .bind(filter.between.map_or(DateTime::UNIX_EPOCH, |(from, _)| from))
    .bind(filter.between.map_or_else(far_away, |(_, until)| until))
    .bind(most)
    .fetch_one(connection)
    .await?;
    Ok(count)
}

/// Returns the entries of a range that the filter has, oldest first, at most `limit`, with their
/// sentences in a language.
pub async fn page(
    connection: &mut PgConnection,
    account: AccountId,
    filter: &StatementFilter,
    (range, limit): (EntryRange, i64),
    language: Language,
) -> Result<Vec<StatementLine>, StorageError> {
    let rows: Vec<LineRow> = sqlx::query_as(select_statement_lines!(
        "e.number >= $4 and e.number < $5 and (cardinality($6::smallint[]) = 0 or e.kind = any ($6))
         and ($7::uuid is null or e.key_id = $7) and e.at >= $8 and e.at < $9 order by e.number limit $10"
    ))
    .bind(account.as_uuid())
    .bind(EntryKind::Grant.number())
    .bind(EntryKind::Pack.number())
    .bind(range.first)
    .bind(range.end)
    .bind(filter.kind_numbers())
    .bind(filter.key.map(|key| key.as_uuid()))
    .bind(filter.between.map_or(DateTime::UNIX_EPOCH, |(from, _)| from))
    .bind(filter.between.map_or_else(far_away, |(_, until)| until))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    lines_of(rows, language)
}
