//! The statement newest first, filtered, and what proves it whole.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::range::{self, EntryRange};
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::language::Language;
use crate::ledger::rules::entry::EntryKind;
use crate::storage::error::{RowRef, StorageError};
use crate::storage::ledger::statement::{LineRow, StatementLine, select_statement_lines};

/// Entries that one page looks through for those of its filter.
pub const LOOKED_THROUGH: i64 = 20_000;
/// The most entries that are added up for one page.
pub const ADDED_UP: i64 = 2_000_000;

/// Which entries are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementFilter {
    /// Empty: all kinds.
    pub kinds: Vec<EntryKind>,
    pub key: Option<KeyId>,
    /// From an instant to before another.
    pub between: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl StatementFilter {
    /// The numbers of its kinds in the store.
    pub(super) fn kind_numbers(&self) -> Vec<i16> {
        self.kinds.iter().map(|kind| kind.number()).collect()
    }
}

/// One page.
#[derive(Debug)]
pub struct StatementPage {
    /// Newest first.
    pub lines: Vec<StatementLine>,
    /// Where older entries go on, if there may be any.
    pub older: Option<i64>,
}

/// Returns the newest entries before number `before`, at most `limit`. It looks through at most
/// [`LOOKED_THROUGH`] entries.
pub async fn newest(
    connection: &mut PgConnection,
    account: AccountId,
    filter: &StatementFilter,
    (before, limit): (Option<i64>, i64),
    language: Language,
) -> Result<StatementPage, StorageError> {
    let all = range_of(connection, account, filter).await?;
    let end = before.map_or(all.end, |before| before.min(all.end));
    let first = all.first.max(end - LOOKED_THROUGH);
    let rows: Vec<LineRow> = sqlx::query_as(select_statement_lines!(
        "e.number >= $4 and e.number < $5 and (cardinality($6::smallint[]) = 0 or e.kind = any ($6))
         and ($7::uuid is null or e.key_id = $7) and e.at >= $8 and e.at < $9 order by e.number desc limit $10"
    ))
    .bind(account.as_uuid())
    .bind(EntryKind::Grant.number())
    .bind(EntryKind::Pack.number())
    .bind(first)
    .bind(end)
    .bind(filter.kind_numbers())
    .bind(filter.key.map(|key| key.as_uuid()))
    .bind(filter.between.map_or(DateTime::UNIX_EPOCH, |(from, _)| from))
    .bind(filter.between.map_or_else(far_away, |(_, until)| until))
    .bind(limit.saturating_add(1))
    .fetch_all(connection)
    .await?;
    let mut lines = lines_of(rows, language)?;
    lines.reverse();
    let limit = usize::try_from(limit).unwrap_or(0);
    let older = if lines.len() > limit {
        lines.truncate(limit);
        lines.last().map(|line| line.number)
    } else {
        (first > all.first).then_some(first)
    };
    Ok(StatementPage { lines, older })
}

pub(super) fn lines_of(rows: Vec<LineRow>, language: Language) -> Result<Vec<StatementLine>, StorageError> {
    rows.into_iter().map(|row| StatementLine::of(row, language)).collect()
}

/// Later than every entry.
pub(super) fn far_away() -> DateTime<Utc> {
    DateTime::from_timestamp(32_503_680_000, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Returns the range that has every entry of a filter.
pub async fn range_of(
    connection: &mut PgConnection,
    account: AccountId,
    filter: &StatementFilter,
) -> Result<EntryRange, StorageError> {
    if let Some((from, until)) = filter.between {
        return range::around(connection, account, from, until).await;
    }
    let last: Option<i64> = sqlx::query_scalar("select last_entry from ledger_account where account_id = $1")
        .bind(account.as_uuid())
        .fetch_optional(connection)
        .await?;
    Ok(EntryRange { first: 1, end: last.unwrap_or(0).saturating_add(1) })
}

/// The account's row beside its newest entry: the balance of both is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct NewestEntry {
    pub number: i64,
    /// The balance of the account's row.
    pub balance: i64,
    /// The balance after the entry. `None` if the account has no entries, or the entry is missing.
    pub balance_after: Option<i64>,
}

impl NewestEntry {
    /// Whether the statement ends with the account's balance.
    pub fn is_balance(&self) -> bool {
        self.balance_after.unwrap_or(0) == self.balance && (self.balance_after.is_some() || self.number == 0)
    }
}

pub async fn newest_entry(
    connection: &mut PgConnection,
    account: AccountId,
) -> Result<Option<NewestEntry>, StorageError> {
    let newest = sqlx::query_as(
        "select a.last_entry as number, a.balance, e.balance_after
           from ledger_account a
           left join lateral ((select balance_after from ledger_entry
                                where account_id = a.account_id and number = a.last_entry)
                               union all
                              (select sum(came_in - went_out)::bigint from ledger_carried_lot
                                where account_id = a.account_id having max(last_entry) = a.last_entry)
                              limit 1) e on true
          where a.account_id = $1",
    );
    Ok(newest.bind(account.as_uuid()).fetch_optional(connection).await?)
}

/// Adds up all entries of an account, those of detached months included: their count and their sum,
/// which is the balance.
pub async fn add_up(connection: &mut PgConnection, account: AccountId) -> Result<(i64, i64), StorageError> {
    let sum = sqlx::query_as(
        "select coalesce(sum(entries), 0)::bigint, coalesce(sum(amount), 0)::bigint
           from (select count(*) as entries, sum(amount) as amount from ledger_entry where account_id = $1
                  union all
                 select entries, came_in - went_out from ledger_carried_lot where account_id = $1) part",
    );
    Ok(sum.bind(account.as_uuid()).fetch_one(connection).await?)
}

/// What some days did to the balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movements {
    /// The balance before the first entry of these days, and after the last.
    pub opening: i64,
    pub closing: i64,
    /// Number of entries and credits of each kind that occurs.
    pub by_kind: Vec<(EntryKind, i64, i64)>,
}

impl Movements {
    /// Whether the entries lead from the one balance to the other.
    pub fn adds_up(&self) -> bool {
        self.by_kind.iter().map(|(_, _, credits)| credits).sum::<i64>() == self.closing - self.opening
    }

    pub fn of(&self, kind: EntryKind) -> i64 {
        self.by_kind.iter().filter(|(known, ..)| *known == kind).map(|(_, _, credits)| credits).sum()
    }
}

/// The first and the last entry of some days.
#[derive(sqlx::FromRow)]
struct Bounds {
    first: Option<i64>,
    last: Option<i64>,
    opening: Option<i64>,
    closing: Option<i64>,
}

/// Adds up the entries of some days by kind. `None` if there are none. The range is theirs.
pub async fn movements(
    connection: &mut PgConnection,
    account: AccountId,
    range: EntryRange,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Option<Movements>, StorageError> {
    let bounds: Bounds = sqlx::query_as(
        "with bound as (select min(number) as first, max(number) as last from ledger_entry
                         where account_id = $1 and number >= $2 and number < $3 and at >= $4 and at < $5)
         select b.first, b.last, f.balance_after - f.amount as opening, l.balance_after as closing
           from bound b
           left join ledger_entry f on f.account_id = $1 and f.number = b.first and f.at >= $4 and f.at < $5
           left join ledger_entry l on l.account_id = $1 and l.number = b.last and l.at >= $4 and l.at < $5",
    )
    .bind(account.as_uuid())
    .bind(range.first)
    .bind(range.end)
    .bind(from)
    .bind(until)
    .fetch_one(&mut *connection)
    .await?;
    let Bounds { first: Some(first), last: Some(last), opening: Some(opening), closing: Some(closing) } =
        bounds
    else {
        return Ok(None);
    };
    let rows: Vec<(i16, i64, i64)> = sqlx::query_as(
        "select kind, count(*)::bigint, sum(amount)::bigint from ledger_entry
          where account_id = $1 and number between $2 and $3 group by kind order by kind",
    )
    .bind(account.as_uuid())
    .bind(first)
    .bind(last)
    .fetch_all(connection)
    .await?;
    let account = RowRef::new("ledger_entry", account.as_uuid());
    let kind = |(number, entries, credits)| {
        Ok((account.read("kind", EntryKind::from_number(number))?, entries, credits))
    };
    let by_kind = rows.into_iter().map(kind).collect::<Result<Vec<_>, StorageError>>()?;
    Ok(Some(Movements { opening, closing, by_kind }))
}
