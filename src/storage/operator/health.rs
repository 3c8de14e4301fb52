//! The state of the ledger's writers, of e-mails and of today's calls.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

use crate::ledger::rules::entry::EntryKind;
use crate::storage::error::StorageError;

/// The most holds that are counted for one writer.
pub const MAX_HOLDS: i64 = 20_000;

/// A writer whose epoch is open.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct OpenWriter {
    pub epoch: i32,
    pub node: String,
    pub started_at: DateTime<Utc>,
    /// Seconds since its last heartbeat.
    pub silent_s: f64,
    pub batches: i32,
    /// Holds that are neither captured nor released, at most [`MAX_HOLDS`].
    pub holds: i64,
    pub held_credits: i64,
    /// When the oldest of them was made.
    pub oldest_hold_at: Option<DateTime<Utc>>,
}

/// Returns the writers whose epoch is open, with their open holds, at most 50.
pub async fn open_writers(connection: &mut PgConnection) -> Result<Vec<OpenWriter>, StorageError> {
    let writers = sqlx::query_as(
        "select e.epoch, e.node, e.started_at, extract(epoch from clock_timestamp() - e.heartbeat_at)::float8 as silent_s, e.batches,
                coalesce(h.holds, 0) as holds, coalesce(h.credits, 0) as held_credits, h.oldest_at as oldest_hold_at
           from ledger_epoch e
           left join ledger_batch b on b.epoch = e.epoch and b.batch = e.batches
           left join lateral (
                with ended as materialized (
                    select unnest(c.captured) as call_id from ledger_batch c where c.epoch = e.epoch and c.batch >= b.open_from
                    union all
                    select r.call_id from ledger_entry r
                     where r.epoch = e.epoch and r.batch >= b.open_from and r.kind = $2 and r.at > now() - interval '2 days')
                select count(distinct x.call_id) as holds, -sum(x.amount)::bigint as credits, min(x.at) as oldest_at
                  from (select o.call_id, o.amount, o.at from ledger_entry o
                         where o.epoch = e.epoch and o.batch >= b.open_from and o.kind = $1 and o.at > now() - interval '2 days'
                           and not exists (select from ended where ended.call_id = o.call_id)
                         limit $3) x) h on true
          where e.closed_at is null order by e.node, e.epoch limit 50",
    );
    Ok(writers
        .bind(EntryKind::Hold.number())
        .bind(EntryKind::Release.number())
        .bind(MAX_HOLDS)
        .fetch_all(connection)
        .await?)
}

/// The last verification of the ledger by `fluence ledger verify`, with the most wrong rows since
/// all batches were verified.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Verification {
    pub verified_at: DateTime<Utc>,
    /// From when on batches were verified. `None`: from the first.
    pub since: Option<DateTime<Utc>>,
    pub batches: i64,
    pub entries: i64,
    /// Wrong rows.
    pub faults: i64,
    pub verified_by: String,
}

pub async fn last_verification(connection: &mut PgConnection) -> Result<Option<Verification>, StorageError> {
    Ok(sqlx::query_as(
        // A run over only the new batches does not see the faults of old ones.
        "select verified_at, since, batches, entries, verified_by,
                (select max(v.faults) from ledger_verification v
                  where v.id >= coalesce((select max(w.id) from ledger_verification w where w.since is null), 0)) as faults
           from ledger_verification order by id desc limit 1",
    )
    .fetch_optional(connection)
    .await?)
}

/// Stores a verification of all accounts.
pub async fn add_verification(
    connection: &mut PgConnection,
    verification: &Verification,
    seen_until: DateTime<Utc>,
) -> Result<(), StorageError> {
    let Verification { verified_at, since, batches, entries, faults, verified_by } = verification;
    sqlx::query(
        "insert into ledger_verification (verified_at, seen_until, since, batches, entries, faults, verified_by)
         values ($1, $2, $3, $4, $5, $6, left($7, 200))",
    )
    .bind(verified_at)
    .bind(seen_until)
    .bind(since)
    .bind(batches)
    .bind(entries)
    .bind(faults)
    .bind(verified_by)
    .execute(connection)
    .await?;
    Ok(())
}

/// The outbox of e-mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Outbox {
    pub waiting: i64,
    pub failed: i64,
    /// When the oldest that waits was made.
    pub oldest_at: Option<DateTime<Utc>>,
}

pub async fn outbox(connection: &mut PgConnection) -> Result<Outbox, StorageError> {
    Ok(sqlx::query_as(
        "select (select count(*) from email_outbox where state = 'waiting') as waiting,
                (select count(*) from email_outbox where state = 'failed') as failed,
                (select created_at from email_outbox where state = 'waiting' order by id limit 1) as oldest_at",
    )
    .fetch_one(connection)
    .await?)
}

/// What all accounts called on a day, as far as it is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DayTotal {
    pub calls: i64,
    pub credits: i64,
    /// Calls that ended without a charge.
    pub uncharged: i64,
    /// Calls that were refused before they began.
    pub refused: i64,
}

pub async fn day_total(connection: &mut PgConnection, day: NaiveDate) -> Result<DayTotal, StorageError> {
    let total = sqlx::query_as(
        "select coalesce(sum(calls), 0)::bigint as calls, coalesce(sum(credits), 0)::bigint as credits,
                coalesce(sum(calls) filter (where credits = 0), 0)::bigint as uncharged,
                (select coalesce(sum(r.calls), 0)::bigint from refused_call r where r.day = $1) as refused
           from ledger_usage where day = $1",
    );
    Ok(total.bind(day).fetch_one(connection).await?)
}
