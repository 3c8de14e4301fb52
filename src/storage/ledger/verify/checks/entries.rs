//! Batches and entries follow from each other without gaps.

use super::Check;

pub(super) const CHECKS: &[Check] = &[
    Check { statement: BATCHES, needs_whole_history: false, needs_all_accounts: true },
    Check { statement: ENTRY_BATCHES, needs_whole_history: false, needs_all_accounts: false },
    Check { statement: RUNNING_BALANCE, needs_whole_history: false, needs_all_accounts: false },
    Check { statement: LAST_ENTRY, needs_whole_history: false, needs_all_accounts: false },
];

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
