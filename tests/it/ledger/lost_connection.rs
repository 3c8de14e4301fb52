//! What becomes of a batch whose connection was lost around its commit.

use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::{AnswerContent, Held};
use fluence::ledger::rules::operation::{Effect, Operation, Settle};
use fluence::ledger::store::{LedgerStore, Resolution, StoreError, Work};
use fluence::ledger::writer::CaptureResult;

use super::fixture::{LedgerFixture, ManualWriter};
use crate::support::proxy::{Fault, Proxy};

async fn world_and_proxy() -> (LedgerFixture, Proxy) {
    let fixture = LedgerFixture::new(100, 50).await;
    let proxy = Proxy::start(fixture.database.options()).await;
    (fixture, proxy)
}

/// A store whose fast statement is prepared, so that the next bytes it sends are a batch.
async fn warm_manual_writer(
    fixture: &LedgerFixture,
    proxy: &Proxy,
    customer: &super::fixture::Customer,
) -> ManualWriter {
    let mut manual = fixture.manual_writer_through("a", proxy.options()).await;
    manual.one(customer.advance()).await;
    manual.commit(Work::holds(vec![customer.request(1)]), Vec::new()).await;
    manual
}

#[tokio::test]
async fn a_statement_that_arrives_after_its_batch_was_resolved_commits_nothing() {
    let (fixture, proxy) = world_and_proxy().await;
    let customer = fixture.customer().await;
    let mut manual = warm_manual_writer(&fixture, &proxy, &customer).await;
    let batch = manual.batch(Work::holds(vec![customer.request(2)]), Vec::new());
    proxy.arm(Fault::HoldBack(""));
    let Err(StoreError::Unknown(_)) = manual.store.commit(&batch).await else { panic!() };
    assert_eq!(manual.store.resolve(&batch).await.unwrap(), Resolution::NotCommitted);
    proxy.deliver().await;
    assert_eq!(fixture.books(&customer).await, (99, 99, 1), "the late statement must find its session over");
    manual.store.commit(&batch).await.unwrap();
    assert_eq!(fixture.books(&customer).await, (97, 97, 2));
}

#[tokio::test]
async fn a_fast_batch_whose_answer_was_lost_is_found_with_its_effects() {
    let (fixture, proxy) = world_and_proxy().await;
    let (customer, poor) = (fixture.customer().await, fixture.customer().await);
    let mut manual = warm_manual_writer(&fixture, &proxy, &customer).await;
    let holds = vec![customer.request(2), poor.request(1), customer.request(3)];
    let batch = manual.batch(Work::holds(holds.clone()), Vec::new());
    proxy.arm(Fault::LoseAnswer(""));
    let Err(StoreError::Unknown(_)) = manual.store.commit(&batch).await else { panic!() };
    let Resolution::Committed(effects) = manual.store.resolve(&batch).await.unwrap() else { panic!() };
    let amounts: Vec<_> = effects.iter().map(|effect| effect.as_ref().map(held_amount)).collect();
    // The account that the fast path left aside is to be asked again.
    assert_eq!(amounts, [Some(2), None, Some(3)]);
    manual.next += 1;
    manual.commit(Work::holds(vec![customer.request(1)]), vec![(holds[0].call_id, Outcome::Answered)]).await;
    assert_eq!(fixture.books(&customer).await, (93, 93, 4));
}

#[tokio::test]
async fn a_hold_that_is_found_after_a_renewal_returns_no_request_of_the_new_period() {
    let (fixture, proxy) = world_and_proxy().await;
    let customer = fixture.customer().await;
    let mut manual = warm_manual_writer(&fixture, &proxy, &customer).await;
    let batch = manual.batch(Work::holds(vec![customer.request(2)]), Vec::new());
    proxy.arm(Fault::LoseAnswer(""));
    let Err(StoreError::Unknown(_)) = manual.store.commit(&batch).await else { panic!() };
    fixture
        .run(
            "update account set anchored_at = now() - interval '1 month';
             update ledger_lot set expires_at = now();
             update ledger_account set period_starts_at = now() - interval '1 month', period_ends_at = now(),
                    open_lot_expires_at = now()",
        )
        .await;
    let mut other = fixture.manual_writer("b").await;
    other.one(Operation::Hold(customer.request(5))).await;
    let Resolution::Committed(effects) = manual.store.resolve(&batch).await.unwrap() else { panic!() };
    let Some(Effect::Held(Held { hold, .. })) = &effects[0] else { panic!("{effects:?}") };
    assert_eq!(hold.period, None);
    let release = Settle::release(hold.clone(), Outcome::Failed, None);
    manual.next += 1;
    manual.one(Operation::Settle(release)).await;
    assert_eq!(fixture.books(&customer).await.2, 1, "the request of the call that runs stays used");
}

#[tokio::test]
async fn the_outcome_of_a_lost_commit_is_found_even_if_its_account_is_locked() {
    let (fixture, proxy) = world_and_proxy().await;
    let customer = fixture.customer().await;
    let mut manual = warm_manual_writer(&fixture, &proxy, &customer).await;
    let batch = manual.batch(Work::Ordered(vec![Operation::Hold(customer.request(2))]), Vec::new());
    proxy.arm(Fault::LoseAnswer("COMMIT"));
    let Err(StoreError::Unknown(_)) = manual.store.commit(&batch).await else { panic!() };
    let stray = fixture.lock(&customer).await;
    let Resolution::Committed(effects) = manual.store.resolve(&batch).await.unwrap() else { panic!() };
    assert_eq!(held_amount(effects[0].as_ref().unwrap()), 2);
    stray.rollback().await.unwrap();
}

fn held_amount(effect: &Effect) -> i64 {
    let Effect::Held(Held { hold, .. }) = effect else { panic!("{effect:?}") };
    hold.amount().as_i64()
}

#[tokio::test]
async fn an_ordered_batch_whose_commit_was_lost_is_found_with_its_effects() {
    let (fixture, proxy) = world_and_proxy().await;
    let customer = fixture.customer().await;
    let mut manual = warm_manual_writer(&fixture, &proxy, &customer).await;
    let operations = vec![Operation::Hold(customer.request_once(2, 1, 1)), customer.advance()];
    let batch = manual.batch(Work::Ordered(operations), Vec::new());
    proxy.arm(Fault::LoseAnswer("COMMIT"));
    let Err(StoreError::Unknown(_)) = manual.store.commit(&batch).await else { panic!() };
    let Resolution::Committed(effects) = manual.store.resolve(&batch).await.unwrap() else { panic!() };
    assert_eq!(held_amount(effects[0].as_ref().unwrap()), 2);
    let Some(Effect::Done(balance)) = &effects[1] else { panic!() };
    assert_eq!(balance.remaining, Credits::from_u32(97));
}

#[tokio::test]
async fn a_connection_lost_before_the_commit_leaves_nothing() {
    let (fixture, proxy) = world_and_proxy().await;
    let customer = fixture.customer().await;
    let mut manual = warm_manual_writer(&fixture, &proxy, &customer).await;
    let batch = manual.batch(Work::Ordered(vec![Operation::Hold(customer.request(2))]), Vec::new());
    proxy.arm(Fault::HoldBack("COMMIT"));
    let Err(StoreError::Unknown(_)) = manual.store.commit(&batch).await else { panic!() };
    // The server still has the transaction open, and its locks: to resolve is to wait for it.
    let resolve = manual.store.resolve(&batch);
    let deliver = proxy.deliver();
    let (resolution, ()) = tokio::join!(resolve, deliver);
    match resolution.unwrap() {
        Resolution::Committed(effects) => assert_eq!(held_amount(effects[0].as_ref().unwrap()), 2),
        Resolution::NotCommitted => panic!("the late commit was not waited for"),
    }
    assert_eq!(fixture.books(&customer).await, (97, 97, 2));
}

#[tokio::test]
async fn callers_notice_nothing_of_a_lost_answer() {
    let (fixture, proxy) = world_and_proxy().await;
    let customer = fixture.customer().await;
    let writer = fixture.writer_through("a", proxy.options()).await;
    writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    for fault in [Fault::LoseAnswer("COMMIT"), Fault::HoldBack("BEGIN"), Fault::LoseAnswer("COMMIT")] {
        proxy.arm(fault);
        let hold = writer.hold(customer.request_once(2, 1, 1)).await;
        let kept = hold
            .capture_and_store(Credits::from_u32(2), Outcome::Answered, AnswerContent::json(200, "{}"))
            .await
            .unwrap();
        assert!(matches!(kept, CaptureResult::Stored(_)));
        assert!(proxy.has_struck());
        fixture.run("delete from ledger_idempotency").await;
    }
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (93, 93, 4));
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_epoch").await, 1);
}
