//! A server that vanishes without a word: no answer, and no end of the connection.

use std::time::Duration;

use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::lock_set::LockSet;
use fluence::ledger::rules::hold::AnswerContent;
use fluence::ledger::rules::operation::Operation;
use fluence::ledger::store::{LedgerStore, Resolution, StoreError, Work};
use fluence::ledger::writer::CaptureResult;
use fluence::storage::ledger::PgLedgerStore;
use tokio::time::timeout;

use super::fixture::{Customer, LEASE, LedgerFixture, ManualWriter, WHOLE};
use crate::support::proxy::{Fault, Proxy};

/// How long the writers of these tests wait for an answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// Ends a test in which a call waits for TCP to give up.
const HANG: Duration = Duration::from_secs(20);

fn store(proxy: &Proxy) -> PgLedgerStore {
    PgLedgerStore::new(proxy.options(), "a".into(), LEASE).with_answer_timeout(PATIENCE)
}

async fn world_proxy_and_customer() -> (LedgerFixture, Proxy, Customer) {
    let fixture = LedgerFixture::new(100, 50).await;
    let proxy = Proxy::start(fixture.database.options()).await;
    let customer = fixture.customer().await;
    (fixture, proxy, customer)
}

/// A store with an open epoch and a prepared fast statement.
async fn warm_manual_writer(proxy: &Proxy, customer: &Customer) -> ManualWriter {
    let mut store = store(proxy);
    let epoch = store.open_epoch().await.unwrap();
    let mut manual = ManualWriter { store, epoch, next: 1 };
    manual.one(customer.advance()).await;
    manual.commit(Work::holds(vec![customer.request(1)]), Vec::new()).await;
    manual
}

fn is_unknown<T: std::fmt::Debug>(called: Result<T, StoreError>) -> bool {
    matches!(called, Err(StoreError::Unknown(_)))
}

#[tokio::test]
async fn the_outcome_of_a_batch_that_is_never_answered_is_found_on_a_new_connection() {
    for (is_fast, fault, is_committed) in [
        (true, Fault::Swallow(""), false),
        (true, Fault::SwallowAnswer(""), true),
        (false, Fault::Swallow("BEGIN"), false),
        (false, Fault::SwallowAnswer("COMMIT"), true),
    ] {
        let (fixture, proxy, customer) = world_proxy_and_customer().await;
        let mut manual = warm_manual_writer(&proxy, &customer).await;
        let request = customer.request(2);
        let work =
            if is_fast { Work::holds(vec![request]) } else { Work::Ordered(vec![Operation::Hold(request)]) };
        let batch = manual.batch(work, Vec::new());
        proxy.arm(fault);
        let committed = timeout(HANG, manual.store.commit(&batch)).await.expect("it waits for ever");
        assert!(is_unknown(committed), "{fault:?}");
        match manual.store.resolve(&batch).await.unwrap() {
            Resolution::Committed(effects) => assert!(is_committed && effects[0].is_some(), "{fault:?}"),
            Resolution::NotCommitted => assert!(!is_committed, "{fault:?}"),
        }
        assert_eq!(fixture.books(&customer).await.2, if is_committed { 2 } else { 1 }, "{fault:?}");
    }
}

#[tokio::test]
async fn no_call_to_the_store_waits_for_ever() {
    let (_world, proxy, customer) = world_proxy_and_customer().await;
    let mut manual = warm_manual_writer(&proxy, &customer).await;
    let all = timeout(HANG, async {
        proxy.arm(Fault::Swallow(""));
        assert!(is_unknown(manual.store.heartbeat(manual.epoch).await));
        manual.store.heartbeat(manual.epoch).await.unwrap();

        proxy.arm(Fault::Swallow(""));
        let lock_set = LockSet::of_operations(&[customer.advance()]);
        assert!(is_unknown(manual.store.locked(&lock_set).await));
        assert!(manual.store.locked(&lock_set).await.unwrap().is_empty());

        let batch = manual.batch(Work::holds(vec![customer.request(1)]), Vec::new());
        proxy.arm(Fault::Swallow(""));
        assert!(is_unknown(manual.store.resolve(&batch).await));
        assert_eq!(manual.store.resolve(&batch).await.unwrap(), Resolution::NotCommitted);

        proxy.arm(Fault::Swallow("BEGIN"));
        assert!(is_unknown(manual.store.close_epoch(manual.epoch).await));
        manual.store.close_epoch(manual.epoch).await.unwrap();

        proxy.arm(Fault::Swallow(""));
        assert!(is_unknown(manual.store.open_epoch().await));
        manual.store.open_epoch().await.unwrap();
    });
    all.await.expect("a call waits for ever");
}

#[tokio::test]
async fn calls_are_decided_once_the_writer_has_another_connection() {
    let (fixture, proxy, customer) = world_proxy_and_customer().await;
    let writer = fixture.writer_with(store(&proxy)).await;
    writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    let faults = [Fault::SwallowAnswer("COMMIT"), Fault::Swallow("BEGIN"), Fault::SwallowAnswer("COMMIT")];
    for (number, fault) in (1..).zip(faults) {
        proxy.arm(fault);
        let call = async {
            let hold = writer.hold(customer.request_once(2, number, 1)).await;
            hold.capture_and_store(Credits::from_u32(2), Outcome::Answered, AnswerContent::json(200, "{}"))
                .await
        };
        let kept = timeout(HANG, call).await.expect("it waits for ever");
        assert!(matches!(kept, Ok(CaptureResult::Stored(_))), "{kept:?}");
        assert!(proxy.has_struck());
    }
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (93, 93, 4));
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_epoch").await, 1);
    let verified = fixture.verify(WHOLE).await;
    assert!(verified.clean, "{verified:?}");
}
