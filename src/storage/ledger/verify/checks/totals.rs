//! Totals: usage and refunds by day, and all credits.

use super::Check;

pub(super) const CHECKS: &[Check] = &[
    Check { statement: USAGE, needs_whole_history: true, needs_all_accounts: false },
    Check { statement: GIVEN_BACK, needs_whole_history: true, needs_all_accounts: false },
    Check { statement: CONSERVATION, needs_whole_history: true, needs_all_accounts: true },
];

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
