//! Which accounts use most, and which fail most.

use chrono::NaiveDate;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::ledger::rules::entry::EntryKind;
use crate::storage::error::StorageError;

/// The most entries of the last hour that are read.
pub const MAX_ENTRIES: i64 = 200_000;
/// The most accounts of one list.
pub const MAX_ACCOUNTS: i64 = 25;

/// What an account did.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Busy {
    pub account_id: Uuid,
    pub name: String,
    pub calls: i64,
    pub credits: i64,
    /// Calls that ended without a charge.
    pub uncharged: i64,
    /// Calls that were refused before they began. `None` where they are counted only by day.
    pub refused: Option<i64>,
    /// The error code of most of these.
    pub code: Option<String>,
}

/// Accounts in two orders, at most [`MAX_ACCOUNTS`] in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busiest {
    pub by_credits: Vec<Busy>,
    /// By calls that ended without a charge or were refused.
    pub by_failures: Vec<Busy>,
}

#[derive(sqlx::FromRow)]
struct RankedRow {
    #[sqlx(flatten)]
    busy: Busy,
    by_credits: i64,
    by_failures: i64,
}

impl Busiest {
    fn of(mut rows: Vec<RankedRow>) -> Self {
        let fails = |busy: &Busy| busy.uncharged + busy.refused.unwrap_or(0) > 0;
        rows.sort_by_key(|row| row.by_credits);
        let within = rows.iter().filter(|row| row.by_credits <= MAX_ACCOUNTS && row.busy.credits > 0);
        let by_credits = within.map(|row| row.busy.clone()).collect();
        rows.sort_by_key(|row| row.by_failures);
        let within = rows.into_iter().filter(|row| row.by_failures <= MAX_ACCOUNTS && fails(&row.busy));
        Self { by_credits, by_failures: within.map(|row| row.busy).collect() }
    }
}

/// Returns the accounts with most on these UTC days, as far as they are added up.
pub async fn of_days(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Busiest, StorageError> {
    let rows = sqlx::query_as(
        "with used as (
             select account_id, sum(calls)::bigint as calls, sum(credits)::bigint as credits,
                    coalesce(sum(calls) filter (where credits = 0), 0)::bigint as uncharged
               from ledger_usage where day between $1 and $2 group by account_id
         ), refused as (
             select account_id, sum(calls)::bigint as refused from refused_call where day between $1 and $2 group by account_id
         ), both_kinds as (
             select coalesce(u.account_id, r.account_id) as account_id, coalesce(u.calls, 0) as calls,
                    coalesce(u.credits, 0) as credits, coalesce(u.uncharged, 0) as uncharged, coalesce(r.refused, 0) as refused
               from used u full join refused r on r.account_id = u.account_id
         ), ranked as (
             select *, row_number() over (order by credits desc, account_id) as by_credits,
                    row_number() over (order by uncharged + refused desc, account_id) as by_failures
               from both_kinds
         )
         select m.account_id, a.name, m.calls, m.credits, m.uncharged, m.refused, m.by_credits, m.by_failures,
                (select c.code from refused_call c where c.account_id = m.account_id and c.day between $1 and $2
                  group by c.code order by sum(c.calls) desc limit 1) as code
           from ranked m join account a on a.id = m.account_id where m.by_credits <= $3 or m.by_failures <= $3",
    );
    Ok(Busiest::of(rows.bind(from).bind(to).bind(MAX_ACCOUNTS).fetch_all(connection).await?))
}

/// Returns the accounts with most among calls that began in the last hour, among [`MAX_ENTRIES`]
/// entries. `oldest_call` is an id of a little more than an hour ago: by it the index of calls is
/// used. A call that is charged in part is charged.
pub async fn of_hour(connection: &mut PgConnection, oldest_call: Uuid) -> Result<Busiest, StorageError> {
    let rows = sqlx::query_as(
        "with entry as (
             select account_id, kind, amount, call_id from ledger_entry
              where call_id >= $5 and at > now() - interval '1 hour' and kind in ($1, $2) limit $3
         ), call as (
             select account_id, call_id, -sum(amount) as credits from entry group by account_id, call_id having bool_or(kind = $1)
         ), used as (
             select account_id, count(*) as calls, sum(credits)::bigint as credits, count(*) filter (where credits = 0) as uncharged
               from call group by account_id
         ), ranked as (
             select *, row_number() over (order by credits desc, account_id) as by_credits,
                    row_number() over (order by uncharged desc, account_id) as by_failures
               from used
         )
         select m.account_id, a.name, m.calls, m.credits, m.uncharged, m.by_credits, m.by_failures,
                null::bigint as refused, null::text as code
           from ranked m join account a on a.id = m.account_id where m.by_credits <= $4 or m.by_failures <= $4",
    );
    Ok(Busiest::of(
        rows.bind(EntryKind::Hold.number())
            .bind(EntryKind::Release.number())
            .bind(MAX_ENTRIES)
            .bind(MAX_ACCOUNTS)
            .bind(oldest_call)
            .fetch_all(connection)
            .await?,
    ))
}
