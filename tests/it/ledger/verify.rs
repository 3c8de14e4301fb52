//! `ledger verify` finds nothing wrong with a ledger as it should be, and names every fault that is
//! planted in it.

use chrono::TimeDelta;
use fluence::clock::now;
use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::AnswerContent;
use fluence::ledger::store::{LedgerStore, Work};
use fluence::storage::ledger::usage::roll_up;
use fluence::storage::ledger::verify::{Fault, Invariant, Scope};

use super::fixture::{Customer, LedgerFixture, WHOLE};

/// A ledger with every kind of end a call can have, in two closed epochs.
async fn lived_in() -> (LedgerFixture, Customer) {
    let fixture = LedgerFixture::new(10, 50).await;
    let (customer, other) = (fixture.customer().await, fixture.customer().await);
    let mut manual = fixture.manual_writer("operator").await;
    manual.one(customer.grant(5, TimeDelta::days(300))).await;
    manual.one(customer.take(1)).await;
    manual.close().await;
    let writer = fixture.writer("a").await;
    let credits = Credits::from_u32;
    writer.hold(customer.request(2)).await.capture(credits(2), Outcome::Answered);
    writer.hold(other.request(3)).await.capture(credits(1), Outcome::ProfileNotFound);
    writer.hold(customer.request(9)).await.release(Outcome::Failed);
    writer.hold(customer.request(1)).await.capture(credits(1), Outcome::MultipleMatches);
    let kept = writer.hold(customer.request_once(2, 1, 1)).await;
    kept.capture_and_store(credits(1), Outcome::Answered, AnswerContent::json(200, "{}")).await.unwrap();
    writer.stop().await;
    (fixture, customer)
}

/// Plants a fault where neither triggers nor foreign keys are in the way, and returns what verify
/// finds.
async fn planted(fixture: &LedgerFixture, statements: &'static str) -> Vec<Fault> {
    let mut connection = fixture.pool().acquire().await.unwrap();
    sqlx::raw_sql("set session_replication_role = replica").execute(&mut *connection).await.unwrap();
    let changed = sqlx::raw_sql(statements).execute(&mut *connection).await.unwrap();
    assert!(changed.rows_affected() > 0, "nothing was planted");
    let report = fixture.verify(WHOLE).await;
    assert!(!report.clean);
    report.faults
}

#[track_caller]
fn find(faults: &[Fault], invariant: Invariant) -> &Fault {
    let found = faults.iter().find(|fault| fault.invariant == invariant);
    found.unwrap_or_else(|| panic!("{invariant:?} is not among {faults:#?}"))
}

#[tokio::test]
async fn a_ledger_as_it_should_be_is_clean_whole_by_account_and_in_part() {
    let (fixture, customer) = lived_in().await;
    let report = fixture.verify(WHOLE).await;
    assert!(report.clean, "{:#?}", report.faults);
    assert_eq!(report.accounts, 2);
    assert_eq!(report.entries as i64, fixture.value::<i64>("select count(*) from ledger_entry").await);
    assert_eq!(report.batches as i64, fixture.value::<i64>("select count(*) from ledger_batch").await);
    let of_account = fixture.verify(Scope { account_id: Some(customer.account_id), ..WHOLE }).await;
    assert!(of_account.clean, "{:#?}", of_account.faults);
    assert_eq!(of_account.accounts, 1);
    let middle = fixture.value("select at from ledger_batch order by at offset 4 limit 1").await;
    let part = fixture.verify(Scope { since: Some(middle), ..WHOLE }).await;
    assert!(part.clean, "{:#?}", part.faults);
    assert_eq!(part.batches, report.batches - 4);
}

#[tokio::test]
async fn a_gateway_at_work_is_clean() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let open = writer.hold(customer.request(1)).await;
    let kept = writer.hold(customer.request_once(2, 1, 1)).await;
    let report = fixture.verify(WHOLE).await;
    assert!(report.clean, "{:#?}", report.faults);
    drop((open, kept));
    writer.stop().await;
}

#[tokio::test]
async fn chain_an_entry_that_was_changed_is_found_by_its_batch() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_entry set outcome = 3 where kind = 5 and number = (select min(number) from ledger_entry where kind = 5)",
    )
    .await;
    let fault = find(&faults, Invariant::Chain);
    assert!(fault.epoch.is_some() && fault.batch.is_some());
    assert!(faults.iter().all(|fault| fault.invariant == Invariant::Chain), "{faults:#?}");
}

#[tokio::test]
async fn chain_a_capture_that_was_changed_is_found() {
    let (fixture, _) = lived_in().await;
    let faults =
        planted(&fixture, "update ledger_batch set captured_outcomes[1] = 2 where captured_outcomes[1] = 0")
            .await;
    find(&faults, Invariant::Chain);
}

#[tokio::test]
async fn chain_a_resealed_batch_breaks_the_link_to_the_next() {
    let (fixture, _) = lived_in().await;
    let faults =
        planted(&fixture, "update ledger_batch set previous_hash = hash where epoch = 2 and batch = 3").await;
    let fault = find(&faults, Invariant::Chain);
    assert_eq!((fault.epoch, fault.batch), (Some(2), Some(3)));
}

/// What an entry or a batch says, with a change to it and the change back.
const SEALED: [(&str, &str, &str); 13] = [
    ("ledger_entry", "amount", "amount + 1 where kind = 5 / amount - 1 where kind = 5"),
    ("ledger_entry", "balance_after", "balance_after + 1 / balance_after - 1"),
    ("ledger_entry", "number", "number + 1000 / number - 1000"),
    ("ledger_entry", "at", "at + interval '1 microsecond' / at - interval '1 microsecond'"),
    ("ledger_entry", "lot", "lot + 1 / lot - 1"),
    ("ledger_entry", "kind", "2 where kind = 1 / 1 where kind = 2"),
    ("ledger_entry", "route", "route + 1 / route - 1"),
    ("ledger_entry", "outcome", "outcome + 1 where kind = 5 / outcome - 1 where kind = 5"),
    ("ledger_entry", "call_id", "swap"),
    ("ledger_entry", "key_id", "swap"),
    ("ledger_batch", "at", "at + interval '1 microsecond' / at - interval '1 microsecond'"),
    ("ledger_batch", "open_from", "open_from + 1 / open_from - 1"),
    ("ledger_batch", "captured_outcomes", "swap"),
];

#[tokio::test]
async fn chain_nothing_that_an_entry_or_a_batch_says_can_be_changed_unseen() {
    let (fixture, _) = lived_in().await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    sqlx::raw_sql("set session_replication_role = replica").execute(&mut *connection).await.unwrap();
    for (table, column, change) in SEALED {
        let (there, back) = match (change, column) {
            ("swap", "captured_outcomes") => {
                let by = |step: &str| format!("array(select o {step} 1 from unnest(captured_outcomes) o)");
                (by("+"), by("-"))
            }
            // The bits of a UUID turned over, twice.
            ("swap", _) => {
                let turned =
                    format!("translate({column}::text, '0123456789abcdef', 'fedcba9876543210')::uuid");
                (turned.clone(), turned)
            }
            (change, _) => change.split_once(" / ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap(),
        };
        for (what, is_clean) in [(there, false), (back, true)] {
            let change = format!("update {table} set {column} = {what}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&mut *connection).await.unwrap();
            let report = fixture.verify(WHOLE).await;
            let chain = report.faults.iter().filter(|fault| fault.invariant == Invariant::Chain).count();
            assert_eq!(chain == 0, is_clean, "{table}.{column}: {:#?}", report.faults);
        }
    }
}

#[tokio::test]
async fn a_batch_that_was_in_flight_during_one_verification_is_seen_by_the_next() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("slow").await;
    manual.one(customer.advance()).await;
    let mut other = fixture.pool().begin().await.unwrap();
    sqlx::query("select from ledger_account for update").execute(&mut *other).await.unwrap();
    let batch = manual.batch(Work::holds(vec![customer.request(1)]), Vec::new());
    let commit = manual.store.commit(&batch);
    tokio::pin!(commit);
    tokio::select! {
        biased;
        early = &mut commit => panic!("it did not wait: {early:?}"),
        () = fixture.until_a_session_waits() => {}
    }
    let first = fixture.verify(WHOLE).await;
    assert!(first.clean);
    other.rollback().await.unwrap();
    commit.await.unwrap();
    assert!(
        fixture.value::<chrono::DateTime<chrono::Utc>>("select max(at) from ledger_batch").await
            < first.checked_at
    );
    planted(&fixture, "update ledger_entry set route = 99 where kind = 4").await;
    let from_then = fixture.verify(Scope { since: Some(first.checked_at), ..WHOLE }).await;
    assert!(from_then.clean, "the instant of the first verification is too late to go on from");
    let next = fixture.verify(Scope { since: Some(first.seen_until), ..WHOLE }).await;
    find(&next.faults, Invariant::Chain);
}

#[tokio::test]
async fn batches_one_that_is_missing_is_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "delete from ledger_batch where epoch = 2 and batch = 2").await;
    assert_eq!(find(&faults, Invariant::Batches).epoch, Some(2));
}

#[tokio::test]
async fn batches_an_entry_without_one_is_named() {
    let (fixture, customer) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_entry set batch = 999
          where account_id = (select min(account_id::text)::uuid from ledger_entry) and number = 2",
    )
    .await;
    let named: Vec<_> =
        faults.iter().filter(|f| f.invariant == Invariant::Batches && f.number == Some(2)).collect();
    assert_eq!(named[0].account_id, Some(customer.account_id.as_uuid()));
}

#[tokio::test]
async fn running_balance_one_wrong_balance_is_named() {
    let (fixture, _) = lived_in().await;
    let faults =
        planted(&fixture, "update ledger_entry set balance_after = balance_after + 1 where number = 4").await;
    assert_eq!(find(&faults, Invariant::RunningBalance).number, Some(4));
}

#[tokio::test]
async fn running_balance_a_missing_entry_is_named_by_the_one_after_it() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "delete from ledger_entry where number = 2").await;
    assert_eq!(find(&faults, Invariant::RunningBalance).number, Some(3));
}

#[tokio::test]
async fn running_balance_a_number_that_is_there_twice_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "insert into ledger_entry select account_id, number, at - interval '1 microsecond', amount, balance_after, call_id,
                key_id, epoch, batch, lot, kind, route, outcome from ledger_entry where number = 3",
    )
    .await;
    assert_eq!(find(&faults, Invariant::RunningBalance).number, Some(3));
}

#[tokio::test]
async fn running_balance_a_last_entry_that_is_missing_is_found_in_a_part_too() {
    let (fixture, customer) = lived_in().await;
    planted(
        &fixture,
        "delete from ledger_entry e where number = (select last_entry from ledger_account a where a.account_id = e.account_id)",
    )
    .await;
    let since = now() - TimeDelta::hours(1);
    let report =
        fixture.verify(Scope { since: Some(since), account_id: Some(customer.account_id), ..WHOLE }).await;
    find(&report.faults, Invariant::RunningBalance);
}

#[tokio::test]
async fn balance_is_sum_credits_out_of_nothing_are_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_account set balance = balance + 1, open_lot_left = open_lot_left + 1 where open_lot = 1",
    )
    .await;
    assert!(find(&faults, Invariant::BalanceIsSum).account_id.is_some());
    find(&faults, Invariant::Lots);
    find(&faults, Invariant::Conservation);
}

#[tokio::test]
async fn balance_in_lots_an_open_lot_that_does_not_fit_is_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "update ledger_account set open_lot_left = open_lot_left + 1").await;
    find(&faults, Invariant::BalanceInLots);
}

#[tokio::test]
async fn balance_in_lots_an_overdrawn_account_is_found_even_where_all_sums_agree() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "alter table ledger_account drop constraint ledger_balance_not_negative;
         alter table ledger_account drop constraint ledger_open_lot_not_negative;
         alter table ledger_lot drop constraint ledger_lot_left_not_negative;
         update ledger_account a set open_lot_left = open_lot_left - 100, balance = balance - 100;
         update ledger_lot set left_in_lot = -1 where source = 'grant'",
    )
    .await;
    assert!(faults.iter().filter(|fault| fault.invariant == Invariant::BalanceInLots).count() >= 2);
    find(&faults, Invariant::Lots);
}

#[tokio::test]
async fn lots_credits_in_the_wrong_lot_are_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_account a set open_lot_left = open_lot_left + 1, plan_left = plan_left + 1
           from ledger_lot l where l.account_id = a.account_id and l.source = 'grant';
         update ledger_lot set left_in_lot = left_in_lot - 1 where source = 'grant'",
    )
    .await;
    assert!(faults.iter().filter(|fault| fault.invariant == Invariant::Lots).count() >= 2, "{faults:#?}");
}

#[tokio::test]
async fn lots_more_than_was_put_in_is_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "alter table ledger_lot drop constraint ledger_lot_within_grant;
         update ledger_lot set granted = 1 where source = 'grant'",
    )
    .await;
    find(&faults, Invariant::Lots);
}

#[tokio::test]
async fn lots_one_that_was_enlarged_after_its_purchase_is_found() {
    let (fixture, customer) = lived_in().await;
    let faults = planted(&fixture, "update ledger_lot set granted = 50 where source = 'grant'").await;
    let fault = find(&faults, Invariant::Lots);
    assert_eq!((fault.account_id, fault.lot), (Some(customer.account_id.as_uuid()), Some(2)));
}

#[tokio::test]
async fn open_lot_one_that_is_not_the_first_to_end_is_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_lot set expires_at = now() + interval '1 minute' where source = 'grant'",
    )
    .await;
    find(&faults, Invariant::OpenLot);
}

#[tokio::test]
async fn open_lot_plan_credits_that_are_not_in_the_plans_lot_are_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "update ledger_account set plan_left = plan_left + 1").await;
    find(&faults, Invariant::OpenLot);
}

#[tokio::test]
async fn renewals_a_period_renewed_twice_is_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "alter table ledger_lot drop constraint ledger_lot_once_per_period;
         update ledger_lot set source = 'plan', period = 0 where source = 'grant';
         update ledger_entry set kind = 3 where kind = 1",
    )
    .await;
    assert!(find(&faults, Invariant::Renewals).found.contains("2 times"));
}

#[tokio::test]
async fn holds_one_captured_twice_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_batch b set captured = b.captured || c.id, captured_outcomes = b.captured_outcomes || 0::smallint
           from (select captured[1] as id from ledger_batch where cardinality(captured) > 0 order by at limit 1) c
          where epoch = 2 and batch = 6",
    )
    .await;
    assert!(find(&faults, Invariant::Holds).call_id.is_some());
}

#[tokio::test]
async fn holds_one_released_and_captured_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_batch b set captured = b.captured || r.call_id, captured_outcomes = b.captured_outcomes || 0::smallint
           from (select e.call_id, e.epoch, e.batch from ledger_entry e
                  where e.kind = 5 and not exists (select from ledger_batch b where e.call_id = any (b.captured)) limit 1) r
          where b.epoch = r.epoch and b.batch = r.batch + 1",
    )
    .await;
    assert_eq!(find(&faults, Invariant::Holds).found, "it was ended twice");
}

#[tokio::test]
async fn holds_a_release_of_more_than_was_held_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "update ledger_entry set amount = amount + 20 where kind = 5").await;
    assert!(find(&faults, Invariant::Holds).call_id.is_some());
}

#[tokio::test]
async fn hold_references_a_release_under_another_key_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "update ledger_entry set key_id = gen_random_uuid() where kind = 5").await;
    assert!(find(&faults, Invariant::HoldReferences).found.contains("differ"));
}

#[tokio::test]
async fn hold_references_a_release_to_another_account_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_entry e set account_id = (select a.account_id from ledger_account a where a.account_id <> e.account_id),
                number = number + 1000
          where kind = 5 and account_id = (select account_id from ledger_lot where source = 'grant')",
    )
    .await;
    assert!(find(&faults, Invariant::HoldReferences).found.contains("differ in account"));
}

#[tokio::test]
async fn hold_references_a_capture_of_nothing_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_batch set captured[1] = gen_random_uuid() where cardinality(captured) = 1 and epoch = 2",
    )
    .await;
    assert_eq!(find(&faults, Invariant::HoldReferences).found, "a capture without a hold");
    find(&faults, Invariant::OpenHolds);
}

#[tokio::test]
async fn open_holds_one_left_open_by_a_closed_epoch_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_batch set captured = '{}', captured_outcomes = '{}' where epoch = 2",
    )
    .await;
    assert_eq!(find(&faults, Invariant::OpenHolds).found, "it is open, though its epoch is closed");
}

#[tokio::test]
async fn open_holds_one_that_recovery_would_miss_is_named() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let _open = writer.hold(customer.request(1)).await;
    writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    // Its answer comes after every batch before it: none follows the fault that is planted.
    let _last = writer.hold(customer.request(1)).await;
    let faults = planted(
        &fixture,
        "update ledger_batch set open_from = batch where batch = (select max(batches) from ledger_epoch)",
    )
    .await;
    assert!(find(&faults, Invariant::OpenHolds).found.contains("recovery"));
}

#[tokio::test]
async fn open_holds_one_of_a_silent_gateway_is_named() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut silent = fixture.manual_writer("silent").await;
    silent.one(fluence::ledger::rules::operation::Operation::Hold(customer.request(1))).await;
    let faults = planted(&fixture, "update ledger_epoch set heartbeat_at = now() - interval '1 day'").await;
    assert!(find(&faults, Invariant::OpenHolds).found.contains("last seen at"));
}

#[tokio::test]
async fn open_holds_one_that_no_call_can_need_any_more_is_named() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let mut forgetful = fixture.manual_writer("forgetful").await;
    forgetful.one(fluence::ledger::rules::operation::Operation::Hold(customer.request(1))).await;
    let faults =
        planted(&fixture, "update ledger_entry set at = at - interval '1 hour' where kind = 4").await;
    assert!(find(&faults, Invariant::OpenHolds).found.contains("open since"));
}

#[tokio::test]
async fn idempotency_a_stuck_record_is_named() {
    let fixture = LedgerFixture::new(10, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let _running = writer.hold(customer.request_once(1, 1, 1)).await;
    let faults =
        planted(&fixture, "update ledger_idempotency set lease_until = now() - interval '61 seconds'").await;
    assert!(find(&faults, Invariant::Idempotency).found.contains("still runs"));
}

#[tokio::test]
async fn idempotency_a_kept_answer_without_a_capture_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_idempotency set call_id = (select e.call_id from ledger_entry e where e.kind = 5
           and e.account_id = ledger_idempotency.account_id
           and not exists (select from ledger_batch b where e.call_id = any (b.captured)) limit 1)",
    )
    .await;
    assert!(find(&faults, Invariant::Idempotency).found.contains("not captured"));
}

#[tokio::test]
async fn idempotency_a_captured_call_whose_key_is_free_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "update ledger_idempotency set state = 'released'").await;
    assert!(find(&faults, Invariant::Idempotency).found.contains("no answer is kept"));
}

#[tokio::test]
async fn idempotency_a_record_of_another_account_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "update ledger_idempotency i set account_id =
            (select account_id from ledger_account a where a.account_id <> i.account_id)",
    )
    .await;
    assert!(find(&faults, Invariant::Idempotency).found.contains("did not make"));
}

#[tokio::test]
async fn idempotency_a_call_under_two_keys_is_named() {
    let (fixture, _) = lived_in().await;
    let faults = planted(
        &fixture,
        "insert into ledger_idempotency
         select account_id, environment_id, decode(repeat('77', 32), 'hex'), fingerprint, call_id, state, lease_until,
                expires_at, status, body from ledger_idempotency",
    )
    .await;
    assert!(find(&faults, Invariant::Idempotency).found.contains("2 records"));
}

#[tokio::test]
async fn requests_one_that_no_plan_credit_pays_for_is_found() {
    for change in [
        "update ledger_account set requests_used = requests_used + 1 where last_lot > 1",
        "update ledger_account set requests_used = requests_used - 1 where last_lot > 1",
        // A pack's credits were the plan's after all, or the other way about.
        "update ledger_lot set source = 'pack' where source = 'plan'",
    ] {
        let (fixture, customer) = lived_in().await;
        let faults = planted(&fixture, change).await;
        let found = faults.iter().filter(|fault| fault.invariant == Invariant::Requests);
        let accounts: Vec<_> = found.filter_map(|fault| fault.account_id).collect();
        assert!(accounts.contains(&customer.account_id.as_uuid()), "{change}: {faults:#?}");
    }
}

#[tokio::test]
async fn usage_a_day_that_was_left_out_is_found() {
    let (fixture, _) = lived_in().await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    roll_up(&mut connection, 1_000).await.unwrap();
    drop(connection);
    let faults = planted(&fixture, "delete from ledger_usage where outcome = 0").await;
    assert!(find(&faults, Invariant::Usage).found.contains("0 calls"));
}

#[tokio::test]
async fn usage_a_figure_that_does_not_follow_from_the_entries_is_found() {
    let (fixture, customer) = lived_in().await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    roll_up(&mut connection, 1_000).await.unwrap();
    drop(connection);
    let report = fixture.verify(WHOLE).await;
    assert!(report.clean, "{:#?}", report.faults);
    let faults = planted(
        &fixture,
        "update ledger_usage set credits = credits + 1 where account_id = (select min(account_id::text)::uuid from ledger_usage)",
    )
    .await;
    assert_eq!(find(&faults, Invariant::Usage).account_id, Some(customer.account_id.as_uuid()));
}

#[tokio::test]
async fn usage_what_was_given_back_and_does_not_follow_from_the_entries_is_found() {
    for (change, found) in [
        ("update ledger_given_back set credits = credits + 1", "are recorded as given back"),
        ("delete from ledger_given_back", ", 0 credits are recorded as given back"),
    ] {
        let (fixture, customer) = lived_in().await;
        let mut connection = fixture.pool().acquire().await.unwrap();
        roll_up(&mut connection, 1_000).await.unwrap();
        drop(connection);
        let faults = planted(&fixture, change).await;
        let fault = find(&faults, Invariant::Usage);
        assert!(fault.account_id == Some(customer.account_id.as_uuid()) && fault.found.contains(found));
    }
}

#[tokio::test]
async fn conservation_an_account_that_vanished_with_its_credits_is_found() {
    let (fixture, _) = lived_in().await;
    let faults = planted(&fixture, "delete from ledger_account where open_lot = 1").await;
    find(&faults, Invariant::Conservation);
    find(&faults, Invariant::BalanceIsSum);
}
