//! A call from hold to end, each way it can end.

use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::{AnswerContent, DeclineReason, Declined};
use fluence::ledger::rules::operation::Effect;
use fluence::ledger::writer::{CaptureResult, Granted};

use super::fixture::LedgerFixture;

fn credits(amount: u32) -> Credits {
    Credits::from_u32(amount)
}

#[tokio::test]
async fn advancing_a_new_account_brings_its_first_plan_credits_once() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("a").await;
    for _ in 0..2 {
        let Effect::Done(balance) = manual.one(customer.advance()).await else { panic!() };
        assert_eq!((balance.remaining, balance.plan_credits), (credits(100), credits(100)));
        assert_eq!(balance.requests_remaining(), 50);
    }
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_entry").await, 1);
}

#[tokio::test]
async fn the_first_hold_of_a_new_account_brings_its_plan_credits() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let Granted { hold, balance } = writer.ledger.hold(customer.request(2)).await.unwrap();
    assert_eq!((hold.amount(), balance.remaining), (credits(2), credits(98)));
    assert_eq!((balance.plan_credits_used, balance.requests_remaining()), (credits(2), 49));
    hold.capture(credits(2), Outcome::Answered);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 1));
}

#[tokio::test]
async fn a_capture_keeps_credits_and_quota_unit_and_writes_no_entry() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    for _ in 0..3 {
        writer.hold(customer.request(2)).await.capture(credits(2), Outcome::Answered);
    }
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (94, 94, 3));
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_entry").await, 4);
    assert_eq!(
        fixture.value::<i64>("select count(*) from (select unnest(captured) from ledger_batch) c").await,
        3
    );
}

#[tokio::test]
async fn a_release_gives_credits_and_quota_unit_back() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(2)).await.release(Outcome::Failed);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
}

#[tokio::test]
async fn a_capture_of_a_part_gives_the_rest_back_and_keeps_the_quota_unit() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request(2)).await.capture(credits(1), Outcome::Answered);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (99, 99, 1));
    assert_eq!(
        fixture.value::<i64>("select count(*) from (select unnest(captured) from ledger_batch) c").await,
        1
    );
}

#[tokio::test]
async fn a_hold_that_is_dropped_is_released() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    drop(writer.hold(customer.request(2)).await);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
}

#[tokio::test]
async fn closing_the_epoch_releases_what_is_open() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let open = writer.hold(customer.request(2)).await;
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_epoch where closed_at is null").await, 0);
    drop(open);
}

#[tokio::test]
async fn a_kept_answer_is_replayed_and_charged_once() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let hold = writer.hold(customer.request_once(2, 1, 1)).await;
    assert!(hold.has_idempotency_key());
    let in_progress = writer.decline_reason(customer.request_once(2, 1, 1)).await;
    assert!(matches!(in_progress, DeclineReason::InProgress { .. }));
    assert_eq!(writer.decline_reason(customer.request_once(2, 1, 2)).await, DeclineReason::KeyReused);
    let CaptureResult::Stored(balance) =
        hold.capture_and_store(credits(1), Outcome::Answered, AnswerContent::json(200, "{}")).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(balance.remaining, credits(99));
    let Declined { reason: DeclineReason::Replay(answer), balance } =
        writer.declined(customer.request_once(2, 1, 1)).await
    else {
        panic!()
    };
    assert_eq!(answer.content, Some(AnswerContent::json(200, "{}")));
    assert_eq!(balance.remaining, credits(99));
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (99, 99, 1));
}

#[tokio::test]
async fn a_released_idempotency_key_may_be_tried_again() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    writer.hold(customer.request_once(2, 1, 1)).await.release(Outcome::Failed);
    // The release goes first in the round that decides the next hold.
    let hold = writer.hold(customer.request_once(2, 1, 1)).await;
    hold.capture_and_store(credits(2), Outcome::Answered, AnswerContent::json(200, "{}")).await.unwrap();
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 1));
}

#[tokio::test]
async fn too_few_credits_and_a_spent_quota_are_distinct() {
    let fixture = LedgerFixture::new(3, 2).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let Declined { reason, balance } = writer.declined(customer.request(4)).await;
    assert_eq!(reason, DeclineReason::InsufficientCredits { available: credits(3) });
    assert_eq!(balance.remaining, credits(3));
    let (_first, _second) = (writer.hold(customer.request(1)).await, writer.hold(customer.request(1)).await);
    let reason = writer.decline_reason(customer.request(1)).await;
    assert_eq!(reason, DeclineReason::QuotaExhausted { limit: 2 });
    writer.stop().await;
}
