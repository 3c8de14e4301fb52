//! The books after the money has moved: every hold has ended, once, and every sum is right.

use super::gateway::{Gateway, eventually};

/// Holds that have neither been captured nor released.
const OPEN_HOLDS: &str = "
select count(*) from ledger_entry held
 where held.kind = 4
   and not exists (select from ledger_batch b where held.call_id = any(b.captured))
   and not exists (select from ledger_entry r where r.kind = 5 and r.call_id = held.call_id)";

/// Accounts whose row does not follow from their entries and lots.
const WRONG_SUMS: &str = "
select count(*) from ledger_account a
 where a.balance <> (select coalesce(sum(e.amount), 0) from ledger_entry e where e.account_id = a.account_id)
    or a.balance <> a.open_lot_left
         + (select coalesce(sum(l.left_in_lot), 0) from ledger_lot l where l.account_id = a.account_id)
    or a.last_entry <> (select count(*) from ledger_entry e where e.account_id = a.account_id)
    or a.requests_used <>
         (select count(*) from (
            select e.call_id from ledger_entry e join ledger_lot l using (account_id, lot)
             where e.account_id = a.account_id and e.kind in (4, 5) and l.source = 'plan'
             group by e.call_id having sum(e.amount) < 0) charged)";

/// Entries whose number or balance does not follow from the entry before.
const WRONG_STEPS: &str = "
select count(*) from (
    select number - row_number() over w as gap, balance_after - sum(amount) over w as error
      from ledger_entry window w as (partition by account_id order by number)
) step where gap <> 0 or error <> 0";

/// Calls that ended twice, or got back more than they held.
const ENDED_TWICE: &str = "
select count(*) from (
    select e.call_id, sum(e.amount) as spent,
           (select count(*) from ledger_batch b, unnest(b.captured) as c where c = e.call_id) as captures
      from ledger_entry e where e.kind in (4, 5) group by e.call_id
) call where captures > 1 or spent > 0 or (captures = 0 and spent <> 0)";

impl Gateway {
    /// Waits until every hold has ended, then checks the whole ledger.
    pub(crate) async fn assert_books_are_right(&self) {
        self.settled().await;
        for (what, query) in
            [("sums", WRONG_SUMS), ("steps", WRONG_STEPS), ("ends", ENDED_TWICE), ("holds", OPEN_HOLDS)]
        {
            let wrong: i64 = sqlx::query_scalar(query).fetch_one(self.database.pool()).await.unwrap();
            assert_eq!(wrong, 0, "wrong {what} in the ledger");
        }
    }

    /// Waits until every hold has ended.
    pub(crate) async fn settled(&self) {
        eventually("every hold has ended", async || {
            let open: i64 = sqlx::query_scalar(OPEN_HOLDS).fetch_one(self.database.pool()).await.unwrap();
            open == 0
        })
        .await;
    }
}
