//! Which accounts use most, and which fail most.

use chrono::NaiveDate;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::ledger::rules::entry::EntryKind;
use crate::storage::error::StorageError;

/// The most entries of the last hour that are read.
pub const MOST_ENTRIES: i64 = 200_000;
/// The most accounts of one list.
pub const MOST_ACCOUNTS: i64 = 25;

/// What an account did.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Busy {
    pub account_id: Uuid,
    pub name: String,
    pub calls: i64,
    pub credits: i64,
    /// Calls that ended without a charge.
    pub uncharged: i64,
    /// Calls that were refused before they began. `None` where they are counted by day alone.
    pub refused: Option<i64>,
    /// The error code of most of these.
    pub code: Option<String>,
}

/// By what accounts are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Most {
    Credits,
    Failures,
}

macro_rules! of_days {
    ($order:literal) => {
        concat!(
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
         ), most as (
             select * from both_kinds order by ",
            $order,
            " desc limit $3
         )
         select m.account_id, a.name, m.calls, m.credits, m.uncharged, m.refused,
                (select c.code from refused_call c where c.account_id = m.account_id and c.day between $1 and $2
                  group by c.code order by sum(c.calls) desc limit 1) as code
           from most m join account a on a.id = m.account_id where ",
            $order,
            " > 0 order by ",
            $order,
            " desc, m.account_id"
        )
    };
}

/// Returns the accounts with most on these UTC days, as far as they are added up.
pub async fn of_days(
    connection: &mut PgConnection,
    from: NaiveDate,
    to: NaiveDate,
    most: Most,
) -> Result<Vec<Busy>, StorageError> {
    let query = match most {
        Most::Credits => sqlx::query_as(of_days!("credits")),
        Most::Failures => sqlx::query_as(of_days!("uncharged + refused")),
    };
    Ok(query.bind(from).bind(to).bind(MOST_ACCOUNTS).fetch_all(connection).await?)
}

macro_rules! of_hour {
    ($order:literal) => {
        concat!(
            "with entry as (
             select account_id, kind, amount, call_id from ledger_entry
              where at > now() - interval '1 hour' and kind in ($1, $2) limit $3
         ), most as (
             select account_id, count(distinct call_id) filter (where kind = $1) as calls, -sum(amount)::bigint as credits,
                    count(distinct call_id) filter (where kind = $2) as uncharged
               from entry group by account_id order by ",
            $order,
            " desc limit $4
         )
         select m.account_id, a.name, m.calls, m.credits, m.uncharged, null::bigint as refused, null::text as code
           from most m join account a on a.id = m.account_id where ",
            $order,
            " > 0 order by ",
            $order,
            " desc, m.account_id"
        )
    };
}

/// Returns the accounts with most in the last hour, among [`MOST_ENTRIES`] entries.
pub async fn of_hour(connection: &mut PgConnection, most: Most) -> Result<Vec<Busy>, StorageError> {
    let query = match most {
        Most::Credits => sqlx::query_as(of_hour!("credits")),
        Most::Failures => sqlx::query_as(of_hour!("uncharged")),
    };
    Ok(query
        .bind(EntryKind::Hold.number())
        .bind(EntryKind::Release.number())
        .bind(MOST_ENTRIES)
        .bind(MOST_ACCOUNTS)
        .fetch_all(connection)
        .await?)
}
