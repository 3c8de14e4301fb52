//! The invariants that the database can check: each is a statement that returns the violating rows.
//!
//! Every statement takes the account (or null) as `$1`, the first instant (or null) as `$2`, the
//! hold's life in seconds as `$3`, the most rows as `$4`, and as `$5` the instant (or null) before
//! which all entries were detached. It returns the invariant's name, the position of the row, and
//! what is wrong with it.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{FAULTS_LISTED, Fault, Invariant, Scope};
use crate::storage::error::{RowRef, StorageError};

/// A statement, and which scopes it needs.
struct Check {
    statement: &'static str,
    /// It adds up all of history, so it needs the whole.
    whole_history: bool,
    /// It covers all accounts together.
    all_accounts: bool,
}

const CHECKS: [Check; 14] = [
    Check { statement: BATCHES, whole_history: false, all_accounts: true },
    Check { statement: ENTRY_BATCHES, whole_history: false, all_accounts: false },
    Check { statement: RUNNING_BALANCE, whole_history: false, all_accounts: false },
    Check { statement: LAST_ENTRY, whole_history: false, all_accounts: false },
    Check { statement: SUMS, whole_history: true, all_accounts: false },
    Check { statement: BALANCE_IN_LOTS, whole_history: false, all_accounts: false },
    Check { statement: OPEN_LOT, whole_history: false, all_accounts: false },
    Check { statement: RENEWALS, whole_history: false, all_accounts: false },
    Check { statement: REQUESTS, whole_history: true, all_accounts: false },
    Check { statement: HOLDS, whole_history: false, all_accounts: false },
    Check { statement: IDEMPOTENCY, whole_history: false, all_accounts: false },
    Check { statement: USAGE, whole_history: true, all_accounts: false },
    Check { statement: GIVEN_BACK, whole_history: true, all_accounts: false },
    Check { statement: CONSERVATION, whole_history: true, all_accounts: true },
];

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
    for check in CHECKS {
        if (check.whole_history && scope.since.is_some())
            || (check.all_accounts && scope.account_id.is_some())
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

/// Batches are numbered without gaps within their epoch.
const BATCHES: &str = "
select 'batches' as rule, null::uuid as account_id, null::bigint as number, null::uuid as call_id, epoch,
       b.last_batch as batch, null::int as lot,
       format('%s batches are counted, %s are there, from %s to %s', e.batches, coalesce(b.there, 0), b.first_batch,
              b.last_batch) as found
  from ledger_epoch e
  left join (select epoch, count(*) as there, min(batch) as first_batch, max(batch) as last_batch
               from ledger_batch group by epoch) b using (epoch)
 where coalesce(b.there, 0) <> e.batches or b.first_batch <> 1 or b.last_batch <> e.batches
 order by epoch limit $4";

/// Every entry belongs to a batch of the same instant.
const ENTRY_BATCHES: &str = "
select 'batches' as rule, e.account_id, e.number, e.call_id, e.epoch, e.batch, e.lot,
       case when b.epoch is null then 'the entry belongs to no batch' else 'the entry and its batch differ in time' end
           as found
  from ledger_entry e left join ledger_batch b on b.epoch = e.epoch and b.batch = e.batch
 where ($1::uuid is null or e.account_id = $1) and ($2::timestamptz is null or e.at >= $2)
   and (b.epoch is null or b.at <> e.at)
 order by e.epoch, e.batch, e.account_id, e.number limit $4";

/// Each entry follows from the one before it. At the beginning of the scope, the one before may
/// have an earlier time and is looked up, or was the last of a detached month.
const RUNNING_BALANCE: &str = "
select 'running_balance' as rule, t.account_id, t.number, t.call_id, t.epoch, t.batch, t.lot,
       case when t.number_before = t.number then 'the number is there twice'
            when t.number > 1 and b.number is null then 'the entry before it is missing'
            else format('the balance is %s, but was %s before a change of %s', t.balance_after,
                        coalesce(b.balance_after, 0), t.amount) end as found
  from (select e.*, lag(e.number) over w as number_before, lag(e.balance_after) over w as balance_before
          from ledger_entry e
         where ($1::uuid is null or e.account_id = $1) and ($2::timestamptz is null or e.at >= $2)
        window w as (partition by e.account_id order by e.number)) t
  left join lateral (
       select t.number_before as number, t.balance_before as balance_after where t.number_before = t.number - 1
       union all
       (select p.number, p.balance_after from ledger_entry p
         where t.number_before is distinct from t.number - 1 and p.account_id = t.account_id and p.number = t.number - 1
         limit 1)
       union all
       (select max(c.last_entry), sum(c.came_in - c.went_out)::bigint from ledger_carried_lot c
         where t.number_before is null and c.account_id = t.account_id having max(c.last_entry) = t.number - 1)) b on true
 where t.number < 1 or t.number_before = t.number or (t.number > 1 and b.number is null)
    or t.balance_after <> coalesce(b.balance_after, 0) + t.amount
 order by t.account_id, t.number limit $4";

/// An account's balance is that of its last entry, which may be in a detached month.
const LAST_ENTRY: &str = "
select 'running_balance' as rule, a.account_id, a.last_entry as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, null::int as lot,
       format('the account has entry %s and balance %s, its last entry is %s with balance %s', a.last_entry, a.balance,
              e.number, e.balance_after) as found
  from ledger_account a
  left join lateral (select number, balance_after from (
                         (select number, balance_after from ledger_entry e
                           where e.account_id = a.account_id order by number desc limit 1)
                          union all
                         select max(last_entry), sum(came_in - went_out)::bigint from ledger_carried_lot c
                          where c.account_id = a.account_id) last
                      order by number desc nulls last limit 1) e on true
 where ($1::uuid is null or a.account_id = $1)
   and ($2::timestamptz is null or a.account_id in (select n.account_id from ledger_entry n where n.at >= $2))
   and (a.last_entry <> coalesce(e.number, 0) or a.balance <> coalesce(e.balance_after, 0))
 order by a.account_id limit $4";

/// Balances and lots are the sums of their entries, those of detached months included.
const SUMS: &str = "
with by_lot as (
    select account_id, lot, sum(amount) as amount, sum(entries) as entries, max(last_entry) as last_entry,
           sum(bought) as bought
      from (select account_id, lot, sum(amount) as amount, count(*) as entries, max(number) as last_entry,
                   coalesce(sum(amount) filter (where kind in (1, 2)), 0) as bought
              from ledger_entry where $1::uuid is null or account_id = $1 group by account_id, lot
             union all
            select account_id, lot, came_in - went_out, entries, last_entry, bought
              from ledger_carried_lot where $1::uuid is null or account_id = $1) part
     group by account_id, lot
), by_account as (
    select account_id, sum(amount) as amount, sum(entries) as entries, max(last_entry) as last_entry
      from by_lot group by account_id
), account as (
    select * from ledger_account where $1::uuid is null or account_id = $1
), lot as (
    select l.account_id, l.lot, l.source, l.granted, case when l.lot = a.open_lot then a.open_lot_left else l.left_in_lot end as left_now
      from ledger_lot l left join account a using (account_id) where $1::uuid is null or l.account_id = $1
)
(select 'balance_is_sum' as rule, account_id, null::bigint as number, null::uuid as call_id, null::int as epoch,
        null::int as batch, null::int as lot,
        format('the balance is %s, the sum of entries %s', a.balance, coalesce(s.amount, 0)) as found
   from account a full join by_account s using (account_id)
  where a.balance is distinct from coalesce(s.amount, 0) limit $4)
union all
(select 'running_balance', account_id, a.last_entry, null, null, null, null,
        format('the account counts %s entries; there are %s, the last has number %s', a.last_entry, coalesce(s.entries, 0),
               s.last_entry)
   from account a full join by_account s using (account_id)
  where a.last_entry is distinct from coalesce(s.entries, 0) or s.last_entry <> s.entries limit $4)
union all
(select 'lots', account_id, null, null, null, null, lot,
        format('%s of %s are left, the sum of entries is %s', l.left_now, l.granted, coalesce(s.amount, 0))
   from lot l full join by_lot s using (account_id, lot)
  where l.left_now is distinct from coalesce(s.amount, 0) or l.left_now not between 0 and l.granted limit $4)
union all
(select 'lots', account_id, null, null, null, null, lot,
        format('the lot says that %s were bought or given, its entry %s', l.granted, coalesce(s.bought, 0))
   from lot l left join by_lot s using (account_id, lot)
  where l.source <> 'plan' and l.granted <> coalesce(s.bought, 0) limit $4)";

/// A balance is the sum of what is left in the lots, and nothing is overdrawn.
const BALANCE_IN_LOTS: &str = "
select 'balance_in_lots' as rule, a.account_id, null::bigint as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, null::int as lot,
       format('the balance is %s, in the open lot are %s, in others %s', a.balance, a.open_lot_left,
              coalesce(l.left_in_lots, 0)) as found
  from ledger_account a
  left join (select account_id, sum(left_in_lot) as left_in_lots from ledger_lot
              where $1::uuid is null or account_id = $1 group by account_id) l using (account_id)
 where ($1::uuid is null or a.account_id = $1)
   and (a.balance <> a.open_lot_left + coalesce(l.left_in_lots, 0) or a.balance < 0 or a.open_lot_left < 0)
 order by a.account_id limit $4";

/// The account's row describes the open lot and the plan's lot correctly, and the open lot is the
/// next to spend from. The plan's lot may be skipped, and may stay open, once the period's requests
/// are used up.
const OPEN_LOT: &str = "
select 'open_lot' as rule, a.account_id, null::bigint as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, a.open_lot as lot, c.found
  from ledger_account a
  left join ledger_lot o on o.account_id = a.account_id and o.lot = a.open_lot
  left join ledger_lot p on p.account_id = a.account_id and p.lot = a.plan_lot
  cross join lateral (select case
       when a.open_lot = 0 and a.balance > 0 then 'there are credits, but no lot is open'
       when a.open_lot > 0 and o.lot is null then 'the open lot does not exist'
       when o.left_in_lot <> 0 then 'credits of the open lot stand in two places'
       when o.expires_at <> a.open_lot_expires_at then 'the account has another end of the open lot'
       when a.open_lot_is_plan <> (a.open_lot > 0 and a.open_lot = a.plan_lot) then 'the open lot is mistaken for the plan''s'
       when a.plan_left <> case when a.open_lot_is_plan then a.open_lot_left else coalesce(p.left_in_lot, 0) end
           then 'what is left of the plan is not what is left in its lot'
       when a.open_lot_left > 0 and exists (
           select from ledger_lot x
            where x.account_id = a.account_id and x.left_in_lot > 0
              and (x.lot <> a.plan_lot or a.requests_used < a.requests_limit)
              and (x.expires_at, array_position(array['plan', 'pack', 'grant'], x.source), x.lot)
                < (o.expires_at, array_position(array['plan', 'pack', 'grant'], o.source), o.lot))
           then 'another lot is to be spent before it'
       end as found) c
 where ($1::uuid is null or a.account_id = $1) and c.found is not null
 order by a.account_id limit $4";

/// Plan credits are granted once a period, into a lot of that period.
const RENEWALS: &str = "
select 'renewals' as rule, e.account_id, max(e.number) as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, max(e.lot) as lot,
       case when l.period is null then 'plan credits outside a plan''s lot'
            else format('period %s was renewed %s times', l.period, count(*)) end as found
  from ledger_entry e left join ledger_lot l on l.account_id = e.account_id and l.lot = e.lot and l.source = 'plan'
 where e.kind = 3 and ($1::uuid is null or e.account_id = $1) and ($2::timestamptz is null or e.at >= $2)
 group by e.account_id, l.period having count(*) > 1 or l.period is null
 order by e.account_id, number limit $4";

/// The requests used in the current period are its calls that used plan credits. Writers of epochs
/// without `requests_by_plan` counted every call: for those calls any number up to theirs is valid.
const REQUESTS: &str = "
with call as (
    select e.account_id, e.call_id, p.requests_by_plan, -sum(e.amount) > 0 as charged,
           coalesce(-sum(e.amount) filter (where l.source = 'plan'), 0) > 0 as charged_to_plan
      from ledger_account a
      join ledger_entry e on e.account_id = a.account_id and (e.at >= a.period_starts_at or a.period = 0) and e.kind in (4, 5)
      join ledger_lot l on l.account_id = e.account_id and l.lot = e.lot
      join ledger_epoch p on p.epoch = e.epoch
     where $1::uuid is null or a.account_id = $1
     group by e.account_id, e.call_id, p.requests_by_plan having bool_or(e.kind = 4)
), counted as (
    select account_id, count(*) filter (where case when requests_by_plan then charged_to_plan else charged end) as least,
           count(*) filter (where charged_to_plan or not requests_by_plan) as most
      from call group by account_id
)
select 'requests' as rule, a.account_id, null::bigint as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, null::int as lot,
       format('%s requests of the period are used, the plan pays for %s to %s calls of it', a.requests_used,
              coalesce(c.least, 0), coalesce(c.most, 0)) as found
  from ledger_account a left join counted c using (account_id)
 where ($1::uuid is null or a.account_id = $1)
   and a.requests_used not between coalesce(c.least, 0) and coalesce(c.most, 0)
 order by a.account_id limit $4";

/// Holds, from their entries and from the captures in the batches. `span` is the first batch of an
/// epoch whose calls are examined, and the first whose ends are new. Ends in detached months are
/// not new.
const HOLDS: &str = "
with span as (
    select e.epoch, e.closed_at, e.heartbeat_at, n.first_batch, coalesce(before.open_from, 0) as from_batch,
           last.open_from as last_open_from
      from ledger_epoch e
     cross join lateral (select coalesce(min(b.batch), e.batches + 1) as first_batch from ledger_batch b
                          where b.epoch = e.epoch
                            and b.at >= coalesce(greatest($2::timestamptz, $5::timestamptz), '-infinity')) n
      left join ledger_batch before on before.epoch = e.epoch and before.batch = n.first_batch - 1
      left join ledger_batch last on last.epoch = e.epoch and last.batch = e.batches
), by_lot as (
    select e.call_id, e.lot, sum(-e.amount) filter (where e.kind = 4) as held,
           coalesce(sum(e.amount) filter (where e.kind = 5), 0) as released,
           min(e.epoch) as epoch, max(e.epoch) as last_epoch,
           min(e.batch) filter (where e.kind = 4) as held_in, max(e.batch) filter (where e.kind = 4) as last_held_in,
           min(e.batch) filter (where e.kind = 5) as released_in, max(e.batch) filter (where e.kind = 5) as last_released_in,
           min(concat(e.account_id, e.key_id, e.route)) as payer, max(concat(e.account_id, e.key_id, e.route)) as last_payer,
           (array_agg(e.account_id))[1] as account_id, max(e.number) as number, min(e.at) as held_at
      from span s
      join (select * from ledger_entry union all select * from ledger_carried_entry) e
        on e.epoch = s.epoch and e.batch >= s.from_batch
     where e.kind in (4, 5) and ($1::uuid is null or e.account_id = $1)
     group by e.call_id, e.lot
), call as (
    select call_id, sum(held) as held, sum(released) as released, bool_or(released > coalesce(held, 0)) as lot_over,
           min(epoch) as epoch, max(last_epoch) as last_epoch, min(held_in) as held_in, max(last_held_in) as last_held_in,
           min(released_in) as released_in, max(last_released_in) as last_released_in, min(payer) as payer,
           max(last_payer) as last_payer, (array_agg(account_id))[1] as account_id, max(number) as number, min(held_at) as held_at
      from by_lot group by call_id
), captured as (
    select c.call_id, count(*) as times, min(b.epoch) as epoch, min(b.batch) as batch
      from span s join ledger_batch b on b.epoch = s.epoch and b.batch >= s.from_batch
     cross join unnest(b.captured) as c (call_id)
     group by c.call_id
), fault as (
    select call_id, call.account_id, call.number, coalesce(call.epoch, captured.epoch) as epoch,
           coalesce(captured.batch, call.released_in, call.held_in) as batch, case
        when call.call_id is null then
            case when $1 is null and captured.batch >= span.first_batch
                 then array['hold_references', 'a capture without a hold'] end
        when call.held is null then
            case when call.released_in >= span.first_batch
                 then array['hold_references', 'a release without a hold'] end
        when payer <> last_payer then array['hold_references', 'its entries differ in account, key or route']
        when call.epoch <> last_epoch or call.epoch <> captured.epoch or captured.batch < held_in or released_in < held_in
            then array['hold_references', 'it was held in one epoch and ended in another, or before it was held']
        when held_in <> last_held_in then array['holds', 'it was held twice']
        when captured.times > 1 then array['holds', format('it was captured %s times', captured.times)]
        when captured.batch <> released_in or released_in <> last_released_in
            then array['holds', 'it was ended twice']
        when released > held or lot_over then array['holds', format('%s came back of a hold of %s, or to another lot', released, held)]
        when captured.call_id is not null or released = held then null
        when released > 0 then array['holds', format('%s came back of a hold of %s, and the rest was not captured', released, held)]
        when span.closed_at is not null then array['open_holds', 'it is open, though its epoch is closed']
        when held_in < last_open_from then array['open_holds', 'it is open, and a recovery would not look for it']
        when span.heartbeat_at < now() - make_interval(secs => $3 + 60)
            then array['open_holds', format('it is open, and its gateway was last seen at %s', span.heartbeat_at)]
        when call.held_at < now() - make_interval(secs => $3 + 60)
            then array['open_holds', format('it has been open since %s', call.held_at)]
        end as fault
      from call full join captured using (call_id)
      left join span on span.epoch = coalesce(call.epoch, captured.epoch)
)
select fault[1] as rule, account_id, number, call_id, epoch, batch, null::int as lot, fault[2] as found
  from fault where fault is not null
 order by epoch, batch, call_id limit $4";

/// Idempotency records agree with their calls. Records live for a day, so only later batches are
/// read.
const IDEMPOTENCY: &str = "
with record as (
    select *, count(*) over (partition by call_id) as records
      from ledger_idempotency where $1::uuid is null or account_id = $1
), since as (
    select min(expires_at) - interval '25 hours' as at from record
), captured as (
    select c.call_id from since join ledger_batch b on b.at >= since.at cross join unnest(b.captured) as c (call_id)
), held as (
    select distinct e.call_id, e.account_id from since join ledger_entry e on e.at >= since.at and e.kind = 4
), fault as (
    select r.account_id, r.call_id, case
        when r.records > 1 then format('%s records name the call', r.records)
        when h.call_id is null then 'the record names a call that the account did not make'
        when r.state = 'captured' and c.call_id is null then 'the answer is kept, but the call was not captured'
        when r.state <> 'captured' and c.call_id is not null then 'the call was captured, but no answer is kept'
        when r.state = 'captured' and (r.status is null or r.body is null) then 'the answer is missing'
        when r.state = 'running' and r.lease_until < now() - interval '60 seconds'
            then format('the call still runs, though its lease ended at %s', r.lease_until)
        end as found
      from record r left join captured c using (call_id)
      left join held h on h.call_id = r.call_id and h.account_id = r.account_id
)
select 'idempotency' as rule, account_id, null::bigint as number, call_id, null::int as epoch, null::int as batch,
       null::int as lot, found
  from fault where found is not null
 order by call_id limit $4";

/// Usage by day equals the calls that ended in the batches that were added up, on days whose
/// entries are there.
const USAGE: &str = "
with ended as (
    select c.call_id, c.outcome from ledger_usage_cursor u
      join ledger_batch b on b.epoch = u.epoch and b.batch <= u.batch
     cross join unnest(b.captured, b.captured_outcomes) as c (call_id, outcome)
     union
    select e.call_id, e.outcome from ledger_usage_cursor u
      join ledger_entry e on e.epoch = u.epoch and e.batch <= u.batch
     where e.kind = 5 and ($1::uuid is null or e.account_id = $1)
), call as (
    select account_id, key_id, route, call_id, min(at) filter (where kind = 4) as at, -sum(amount) as credits
      from ledger_entry where kind in (4, 5) and ($1::uuid is null or account_id = $1)
     group by account_id, key_id, route, call_id
), counted as (
    select account_id, (at at time zone 'utc')::date as day, key_id, route, outcome, count(*) as calls,
           sum(credits) as credits
      from ended join call using (call_id)
     where $5::timestamptz is null or at >= $5 group by 1, 2, 3, 4, 5
), recorded as (
    select * from ledger_usage
     where ($1::uuid is null or account_id = $1)
       and ($5::timestamptz is null or day >= ($5 at time zone 'utc')::date)
)
select 'usage' as rule, account_id, null::bigint as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, null::int as lot,
       format('on %s, key %s, route %s, outcome %s: %s calls and %s credits are recorded, but %s and %s ended', day, key_id,
              route, outcome, coalesce(t.calls, 0), coalesce(t.credits, 0), coalesce(c.calls, 0), coalesce(c.credits, 0))
           as found
  from recorded t full join counted c using (account_id, day, key_id, route, outcome)
 where t.calls is distinct from c.calls or t.credits is distinct from c.credits
 order by account_id, day limit $4";

/// What was given back by day equals the releases of calls without a capture, on days whose entries
/// are there.
const GIVEN_BACK: &str = "
with released as (
    select e.account_id, (e.at at time zone 'utc')::date as day, sum(e.amount) as credits
      from ledger_usage_cursor u join ledger_entry e on e.epoch = u.epoch and e.batch <= u.given_back_batch
      join ledger_batch b on b.epoch = e.epoch and b.batch = e.batch
     where e.kind = 5 and ($1::uuid is null or e.account_id = $1) and ($5::timestamptz is null or e.at >= $5)
       and e.call_id <> all (b.captured)
     group by 1, 2
), recorded as (
    select * from ledger_given_back
     where ($1::uuid is null or account_id = $1)
       and ($5::timestamptz is null or day >= ($5 at time zone 'utc')::date)
)
select 'usage' as rule, account_id, null::bigint as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, null::int as lot,
       format('on %s, %s credits are recorded as given back, but %s were', day, coalesce(t.credits, 0),
              coalesce(e.credits, 0)) as found
  from recorded t full join released e using (account_id, day)
 where t.credits is distinct from e.credits
 order by account_id, day limit $4";

/// The credits in all balances are those that came in less those that went out.
const CONSERVATION: &str = "
select 'conservation' as rule, null::uuid as account_id, null::bigint as number, null::uuid as call_id, null::int as epoch,
       null::int as batch, null::int as lot,
       format('%s credits came in and %s went out, but the balances hold %s', came_in, went_out, there) as found
  from (select coalesce(sum(came_in), 0) as came_in, coalesce(sum(went_out), 0) as went_out
          from (select sum(amount) filter (where amount > 0) as came_in,
                       -sum(amount) filter (where amount < 0) as went_out from ledger_entry
                 union all
                select sum(c.came_in), sum(c.went_out) from ledger_carried_lot c) part) e,
       (select coalesce(sum(balance), 0) as there from ledger_account) a
 where came_in - went_out <> there
 limit $4";
