//! Calls: the requests they use, their holds and their idempotency records.

use super::Check;

pub(super) const CHECKS: &[Check] = &[
    Check { statement: REQUESTS, needs_whole_history: true, needs_all_accounts: false },
    Check { statement: HOLDS, needs_whole_history: false, needs_all_accounts: false },
    Check { statement: IDEMPOTENCY, needs_whole_history: false, needs_all_accounts: false },
];

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
