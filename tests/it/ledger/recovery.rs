//! What a dead gateway leaves behind.

use chrono::{DateTime, TimeDelta, Utc};
use fluence::domain::credits::Credits;
use fluence::domain::ids::CallId;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::hold::{AnswerContent, HoldRequest};
use fluence::ledger::rules::operation::{Operation, Settle};
use fluence::ledger::store::{LedgerStore, StoreError, Work};
use fluence::storage::ledger::close_stale_epochs;

use super::fixture::{LedgerFixture, held};

/// Closes every epoch, as a sweep does with silent ones.
async fn sweep(fixture: &LedgerFixture) -> usize {
    let mut connection = fixture.pool().acquire().await.unwrap();
    // The sweep waits for locks for a limited time.
    sqlx::query("set lock_timeout = '200ms'").execute(&mut *connection).await.unwrap();
    close_stale_epochs(&mut connection, TimeDelta::seconds(-1)).await.unwrap()
}

#[tokio::test]
async fn what_was_neither_captured_nor_released_is_released() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut dead = fixture.manual_writer("dead").await;
    dead.one(customer.advance()).await;
    let holds: Vec<_> = (0..4).map(|_| customer.request(2)).collect();
    let effects = dead.commit(Work::holds(holds.clone()), Vec::new()).await;
    dead.commit(Work::Ordered(Vec::new()), vec![(holds[0].call_id, Outcome::Answered)]).await;
    let capture = |at: usize, captured: u32| {
        let (hold, captured) = (held(&effects[at]), Credits::from_u32(captured));
        Operation::Settle(Settle {
            hold,
            captured,
            outcome: Outcome::Failed,
            claim: None,
            response: None,
            price: None,
            status: None,
        })
    };
    dead.one(capture(1, 0)).await;
    dead.one(capture(2, 1)).await;
    assert_eq!(sweep(&fixture).await, 1);
    assert_eq!(fixture.books(&customer).await, (97, 97, 2));
    assert_eq!(sweep(&fixture).await, 0);
}

#[tokio::test]
async fn the_dead_writer_commits_nothing_any_more() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut dead = fixture.manual_writer("dead").await;
    dead.one(customer.advance()).await;
    let held = dead.commit(Work::holds(vec![customer.request(2)]), Vec::new()).await;
    assert!(held[0].is_some());
    sweep(&fixture).await;
    for work in [Work::holds(vec![customer.request(1)]), Work::Ordered(vec![customer.advance()])] {
        let batch = dead.batch(work, vec![(CallId::from_uuid(fluence::clock::new_id()), Outcome::Answered)]);
        let Err(StoreError::Fenced) = dead.store.commit(&batch).await else { panic!() };
        let Err(StoreError::Fenced) = dead.store.resolve(&batch).await else { panic!() };
    }
    let Err(StoreError::Fenced) = dead.store.heartbeat(dead.epoch).await else { panic!() };
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
}

#[tokio::test]
async fn the_idempotency_key_of_a_dead_call_is_free_at_once() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut dead = fixture.manual_writer("dead").await;
    dead.one(Operation::Hold(customer.request_once(2, 1, 1))).await;
    sweep(&fixture).await;
    assert_eq!(fixture.value::<String>("select state from ledger_idempotency").await, "released");
    let writer = fixture.writer("a").await;
    let hold = writer.hold(customer.request_once(2, 1, 1)).await;
    hold.capture_and_store(Credits::from_u32(2), Outcome::Answered, AnswerContent::json(200, "{}"))
        .await
        .unwrap();
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 1));
}

#[tokio::test]
async fn a_hold_over_two_lots_goes_back_to_both() {
    let fixture = LedgerFixture::new(3, 50).await;
    let customer = fixture.customer().await;
    let mut dead = fixture.manual_writer("dead").await;
    dead.one(customer.grant(10, TimeDelta::days(300))).await;
    dead.one(Operation::Hold(customer.request(5))).await;
    assert_eq!(fixture.books(&customer).await, (8, 0, 1));
    assert_eq!(sweep(&fixture).await, 1);
    assert_eq!(fixture.books(&customer).await, (13, 3, 0));
}

#[tokio::test]
async fn an_epoch_that_cannot_be_closed_keeps_no_other_open() {
    let fixture = LedgerFixture::new(100, 50).await;
    let (locked, free) = (fixture.customer().await, fixture.customer().await);
    for (node, customer) in [("first", &locked), ("second", &free)] {
        let mut dead = fixture.manual_writer(node).await;
        dead.one(customer.advance()).await;
        dead.one(Operation::Hold(customer.request(5))).await;
    }
    let stray = fixture.lock(&locked).await;
    assert_eq!(sweep(&fixture).await, 1);
    assert_eq!(fixture.books(&free).await, (100, 100, 0));
    stray.rollback().await.unwrap();
    assert_eq!(sweep(&fixture).await, 1);
    assert_eq!(fixture.books(&locked).await, (100, 100, 0));
}

/// What a call held before its key had a cap never counted against the cap.
#[tokio::test]
async fn a_dead_call_gives_back_to_the_cap_only_what_it_took_from_it() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut dead = fixture.manual_writer("dead").await;
    dead.one(customer.advance()).await;
    dead.commit(Work::holds(vec![customer.request(2)]), Vec::new()).await;
    fixture.set_daily_cap(&customer, Some(10)).await;
    let capped = KeyCaps { daily: Some(Credits::from_u32(10)), monthly: None };
    let under_cap = |amount| HoldRequest { caps: capped, ..customer.request(amount) };
    let answered = under_cap(7);
    dead.one(Operation::Hold(answered.clone())).await;
    dead.commit(Work::Ordered(Vec::new()), vec![(answered.call_id, Outcome::Answered)]).await;
    dead.one(Operation::Hold(under_cap(3))).await;
    let spent = "select day_spent from ledger_key_spend";
    assert_eq!(fixture.value::<i64>(spent).await, 10);
    assert_eq!(sweep(&fixture).await, 2);
    assert_eq!(fixture.value::<i64>(spent).await, 7);
}

/// A cap that was taken away and set again counts from the second time.
#[tokio::test]
async fn a_key_is_capped_since_its_newest_first_cap() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let since = "select capped_since from api_key";
    fixture.set_daily_cap(&customer, Some(10)).await;
    let first = fixture.value::<Option<DateTime<Utc>>>(since).await;
    assert!(first.is_some());
    fixture.set_daily_cap(&customer, Some(20)).await;
    assert_eq!(fixture.value::<Option<DateTime<Utc>>>(since).await, first);
    fixture.set_daily_cap(&customer, None).await;
    assert_eq!(fixture.value::<Option<DateTime<Utc>>>(since).await, None);
    fixture.set_daily_cap(&customer, Some(10)).await;
    assert!(fixture.value::<Option<DateTime<Utc>>>(since).await > first);
}
