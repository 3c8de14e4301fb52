//! Whether a month of the ledger is still needed.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::file::Export;
use super::partition;
use crate::domain::month::Month;
use crate::storage::error::StorageError;

/// Why the entries of a month must stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StillNeeded {
    #[error("it has already been detached")]
    Detached,
    #[error("the ledger has no partition of this month")]
    NoPartition,
    #[error("ledger.keep_months is {keep_months}: the entries of this month are kept until {until}")]
    Kept { keep_months: u32, until: Month },
    #[error("an earlier month is still attached: detach the oldest first")]
    EarlierMonth,
    #[error("entries of this month or of earlier ones are in ledger_entry_other, which has no month")]
    StrayEntries,
    #[error("periods that began before its end and are still current: {0}")]
    CurrentPeriods(i64),
    #[error("its usage is not added up yet: a gateway does that while it runs")]
    UsageBehind,
    #[error("a call of this month is still open")]
    OpenCalls,
    #[error("entries of this month: {there} in the ledger, {exported} in the export. Export it again")]
    OtherEntries { there: i64, exported: u64 },
}

/// What decides whether a month may go.
#[derive(sqlx::FromRow)]
pub(super) struct Facts {
    now: DateTime<Utc>,
    is_detached: bool,
    has_partition: bool,
    has_earlier: bool,
    has_strays: bool,
    current_periods: i64,
    is_behind: bool,
    has_open_calls: bool,
    pub(super) entries: i64,
    pub(super) bytes: i64,
}

impl Facts {
    pub(super) fn still_needed(&self, export: &Export, keep_months: u32) -> Option<StillNeeded> {
        let kept_until = export.month.plus(keep_months.saturating_add(1));
        [
            (self.is_detached, StillNeeded::Detached),
            (!self.has_partition, StillNeeded::NoPartition),
            (kept_until.begins_at() > self.now, StillNeeded::Kept { keep_months, until: kept_until }),
            (self.has_earlier, StillNeeded::EarlierMonth),
            (self.has_strays, StillNeeded::StrayEntries),
            (self.current_periods > 0, StillNeeded::CurrentPeriods(self.current_periods)),
            (self.is_behind, StillNeeded::UsageBehind),
            (self.has_open_calls, StillNeeded::OpenCalls),
            (
                self.entries.unsigned_abs() != export.entries,
                StillNeeded::OtherEntries { there: self.entries, exported: export.entries },
            ),
        ]
        .into_iter()
        .find_map(|(holds, reason)| holds.then_some(reason))
    }
}

/// Reads the facts of a month. A call is open as long as its epoch's last batch says that a hold as
/// old is.
pub(super) async fn facts(connection: &mut PgConnection, month: Month) -> Result<Facts, StorageError> {
    let facts = sqlx::query_as(
        "select now() as now,
                exists (select from ledger_archived_month a where a.month = $1) as is_detached,
                to_regclass($4) is not null as has_partition,
                exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
                         where i.inhparent = 'ledger_entry'::regclass and c.relname < $4) as has_earlier,
                exists (select from ledger_entry where tableoid = 'ledger_entry_other'::regclass and at < $3) as has_strays,
                (select count(*) from ledger_account a
                  where a.period_starts_at < $3
                     or (a.period = 0 and exists (select from ledger_entry e where e.account_id = a.account_id and e.at < $3)))
                    as current_periods,
                exists (select from ledger_epoch p left join ledger_usage_cursor c using (epoch)
                          join ledger_batch b on b.epoch = p.epoch and b.batch > coalesce(c.batch, 0)
                         where not p.is_added_up and b.at < $3)
                    or exists (select from ledger_usage_cursor where given_back_batch < batch) as is_behind,
                exists (select from ledger_open_at($3) o join ledger_epoch p using (epoch)
                          join ledger_batch b on b.epoch = p.epoch and b.batch = p.batches
                         where p.closed_at is null and b.open_from <= o.batch) as has_open_calls,
                (select count(*) from ledger_entry e where e.at >= $2 and e.at < $3) as entries,
                coalesce(pg_total_relation_size(to_regclass($4)), 0) as bytes",
    )
    .bind(month.first_day())
    .bind(month.begins_at())
    .bind(month.ends_at())
    .bind(partition(month))
    .fetch_one(connection)
    .await?;
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED_BY_NOTHING: Facts = Facts {
        now: DateTime::UNIX_EPOCH,
        is_detached: false,
        has_partition: true,
        has_earlier: false,
        has_strays: false,
        current_periods: 0,
        is_behind: false,
        has_open_calls: false,
        entries: 7,
        bytes: 0,
    };

    fn export() -> Export {
        Export { month: "2025-01".parse().unwrap(), batches: 1, entries: 7, digest: [0; 32] }
    }

    fn at(instant: &str, facts: Facts) -> Option<StillNeeded> {
        Facts { now: instant.parse().unwrap(), ..facts }.still_needed(&export(), 1)
    }

    #[test]
    fn a_month_is_kept_for_whole_months_after_its_end() {
        let until = "2025-03".parse().unwrap();
        let kept = at("2025-02-28T23:59:59Z", NEEDED_BY_NOTHING);
        assert_eq!(kept, Some(StillNeeded::Kept { keep_months: 1, until }));
        assert_eq!(at("2025-03-01T00:00:00Z", NEEDED_BY_NOTHING), None);
    }

    #[test]
    fn each_fact_keeps_it() {
        let later = "2026-01-01T00:00:00Z";
        for (facts, reason) in [
            (Facts { is_detached: true, has_partition: false, ..NEEDED_BY_NOTHING }, StillNeeded::Detached),
            (Facts { has_partition: false, ..NEEDED_BY_NOTHING }, StillNeeded::NoPartition),
            (Facts { has_earlier: true, ..NEEDED_BY_NOTHING }, StillNeeded::EarlierMonth),
            (Facts { has_strays: true, ..NEEDED_BY_NOTHING }, StillNeeded::StrayEntries),
            (Facts { current_periods: 2, ..NEEDED_BY_NOTHING }, StillNeeded::CurrentPeriods(2)),
            (Facts { is_behind: true, ..NEEDED_BY_NOTHING }, StillNeeded::UsageBehind),
            (Facts { has_open_calls: true, ..NEEDED_BY_NOTHING }, StillNeeded::OpenCalls),
            (Facts { entries: 8, ..NEEDED_BY_NOTHING }, StillNeeded::OtherEntries { there: 8, exported: 7 }),
        ] {
            assert_eq!(at(later, facts), Some(reason));
        }
    }
}
