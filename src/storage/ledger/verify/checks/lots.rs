//! Balances and lots are what their entries add up to.

use super::Check;

pub(super) const CHECKS: &[Check] = &[
    Check { statement: SUMS, needs_whole_history: true, needs_all_accounts: false },
    Check { statement: BALANCE_IN_LOTS, needs_whole_history: false, needs_all_accounts: false },
    Check { statement: OPEN_LOT, needs_whole_history: false, needs_all_accounts: false },
    Check { statement: RENEWALS, needs_whole_history: false, needs_all_accounts: false },
];

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
