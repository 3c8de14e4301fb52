//! A session that forgot its transaction holds one account locked: that account is closed, the
//! others notice nothing. A lock that goes soon is waited out.

use std::time::Duration;

use chrono::TimeDelta;
use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::caps::KeyCaps;
use fluence::ledger::rules::hold::{AnswerContent, HoldRequest};
use fluence::ledger::writer::{CaptureResult, Granted, HoldError, LedgerUnavailable, OpenHold};
use tokio::time::timeout;

use super::fixture::{ACCOUNT_ROW, Customer, LedgerFixture, Writer};
use crate::support::gateway::eventually;

/// Ends a test in which others wait for the lock; far less than they would wait.
const HANG: Duration = Duration::from_secs(15);

/// Caps that no test reaches.
const CAPS: KeyCaps = KeyCaps { daily: Some(Credits::from_u32(1_000)), monthly: None };

/// Two accounts, with their first credits.
async fn two_customers() -> (LedgerFixture, Customer, Customer) {
    let fixture = LedgerFixture::new(100, 100).await;
    let (one, other) = (fixture.customer().await, fixture.customer().await);
    let mut manual = fixture.manual_writer("manual").await;
    for customer in [&one, &other] {
        manual.one(customer.advance()).await;
    }
    manual.close().await;
    (fixture, one, other)
}

async fn is_closed(writer: &Writer, request: HoldRequest) -> bool {
    matches!(writer.ledger.hold(request).await, Err(HoldError::Unavailable(LedgerUnavailable::Locked)))
}

/// A hold that is made while a call of a locked account is refused.
async fn hold_beside(writer: &Writer, of_locked: HoldRequest, of_free: HoldRequest) -> OpenHold {
    let (closed, hold) = tokio::join!(is_closed(writer, of_locked), writer.hold(of_free));
    assert!(closed);
    hold
}

/// Asks until the account is open again.
async fn hold_again(writer: &Writer, ask: impl Fn() -> HoldRequest) -> OpenHold {
    let mut tries = tokio::time::interval(Duration::from_millis(10));
    loop {
        tries.tick().await;
        match writer.ledger.hold(ask()).await {
            Ok(Granted { hold, .. }) => return hold,
            Err(HoldError::Unavailable(LedgerUnavailable::Locked)) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// While another session has locked rows of an account, its calls are refused and those of other
/// accounts do not wait.
async fn others_do_not_wait(query: &'static str, ask_locked: impl Fn(&Customer) -> HoldRequest) {
    let (fixture, locked, free) = two_customers().await;
    let mut manual = fixture.manual_writer("pack").await;
    manual.one(locked.grant(100, TimeDelta::days(365))).await;
    manual.close().await;
    let writer = fixture.writer("a").await;
    // Leaves an idempotency record, and what the key has spent.
    let before = HoldRequest { caps: CAPS, ..locked.request_once(1, 1, 1) };
    writer.hold(before).await.release(Outcome::Failed);
    eventually("it has ended", async || fixture.books(&locked).await == (200, 100, 0)).await;
    let stray = fixture.lock_rows(&locked, query).await;
    let calls = timeout(HANG, async {
        // Only the first call waits for the lock, until its account is closed: thirty waits would
        // take too long.
        for _ in 0..31 {
            let hold = hold_beside(&writer, ask_locked(&locked), free.request(1)).await;
            hold.capture(Credits::from_u32(1), Outcome::Answered);
        }
    });
    calls.await.expect("the others wait");
    stray.rollback().await.unwrap();
    let again = hold_again(&writer, || ask_locked(&locked));
    timeout(HANG, again).await.expect("never opened").release(Outcome::Failed);
    writer.stop().await;
    assert_eq!(fixture.books(&locked).await, (200, 100, 0));
    assert_eq!(fixture.books(&free).await, (69, 69, 31));
}

#[tokio::test]
async fn other_accounts_do_not_wait_while_one_account_is_locked() {
    others_do_not_wait(ACCOUNT_ROW, |customer| customer.request(1)).await;
}

#[tokio::test]
async fn other_accounts_do_not_wait_while_calls_of_a_locked_account_are_decided_in_order() {
    others_do_not_wait(ACCOUNT_ROW, |customer| customer.request_once(1, 2, 1)).await;
}

#[tokio::test]
async fn other_accounts_do_not_wait_while_a_lot_is_locked() {
    let lot = "select from ledger_lot where account_id = $1 for update";
    // More than the open lot has: the next is opened.
    others_do_not_wait(lot, |customer| customer.request_once(150, 2, 1)).await;
}

#[tokio::test]
async fn other_accounts_do_not_wait_while_an_idempotency_record_is_locked() {
    let record = "select from ledger_idempotency where account_id = $1 for update";
    others_do_not_wait(record, |customer| customer.request_once(1, 1, 1)).await;
}

#[tokio::test]
async fn other_accounts_do_not_wait_while_a_key_spend_row_is_locked() {
    let spent = "select from ledger_key_spend s join api_key k on k.id = s.key_id where k.account_id = $1 for update of s";
    others_do_not_wait(spent, |customer| HoldRequest { caps: CAPS, ..customer.request(1) }).await;
}

#[tokio::test]
async fn other_accounts_do_not_wait_while_an_unused_key_is_locked() {
    let (fixture, locked, free) = two_customers().await;
    let writer = fixture.writer("a").await;
    let stray = fixture.lock_rows(&locked, "select from api_key where account_id = $1 for update").await;
    let first_spending = HoldRequest { caps: CAPS, ..locked.request(1) };
    let calls = timeout(HANG, async {
        let hold = hold_beside(&writer, first_spending, free.request_once(1, 1, 1)).await;
        hold.release(Outcome::Failed);
    });
    calls.await.expect("the others wait");
    stray.rollback().await.unwrap();
    writer.stop().await;
    assert_eq!(fixture.books(&locked).await, (100, 100, 0));
}

/// A lock on a row that no batch needs closes no account.
#[tokio::test]
async fn locked_lots_do_not_block_holds_that_need_none() {
    let (fixture, one, other) = two_customers().await;
    let writer = fixture.writer("a").await;
    let lots = fixture.lock_rows(&one, "select from ledger_lot where account_id = $1 for update").await;
    let stray = fixture.lock(&other).await;
    let calls = timeout(HANG, async {
        for _ in 0..3 {
            let hold = hold_beside(&writer, other.request(1), one.request(1)).await;
            hold.capture(Credits::from_u32(1), Outcome::Answered);
        }
    });
    calls.await.expect("the others wait");
    stray.rollback().await.unwrap();
    lots.rollback().await.unwrap();
    writer.stop().await;
    assert_eq!(fixture.books(&one).await, (97, 97, 3));
}

#[tokio::test]
async fn an_ending_waits_for_its_account_and_for_nothing_else() {
    let (fixture, locked, free) = two_customers().await;
    let writer = fixture.writer("a").await;
    let (released, kept) =
        (writer.hold(locked.request(5)).await, writer.hold(locked.request_once(2, 1, 1)).await);
    let stray = fixture.lock(&locked).await;
    released.release(Outcome::Failed);
    let keep =
        kept.capture_and_store(Credits::from_u32(2), Outcome::Answered, AnswerContent::json(200, "{}"));
    let others = async {
        for _ in 0..10 {
            writer.hold(free.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
        }
        stray.rollback().await.unwrap();
    };
    let (kept, ()) = timeout(HANG, async { tokio::join!(keep, others) }).await.expect("the others wait");
    assert!(matches!(kept, Ok(CaptureResult::Stored(_))), "{kept:?}");
    assert_eq!(fixture.books(&locked).await, (98, 98, 1));
    writer.stop().await;
    assert_eq!(fixture.books(&free).await, (90, 90, 10));
}

/// A call does not fail because another gateway's commit, or a change of the schema, holds its
/// account for a moment.
#[tokio::test]
async fn a_call_waits_out_a_lock_that_goes_within_a_second() {
    let (fixture, locked, free) = two_customers().await;
    let writer = fixture.writer("a").await;
    let stray = fixture.lock(&locked).await;
    let stray_ends = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        stray.rollback().await.unwrap();
    };
    let calls = async {
        tokio::join!(
            writer.hold(locked.request(5)),
            writer.hold(locked.request_once(2, 1, 1)),
            writer.hold(free.request(1)),
            stray_ends
        )
    };
    let (fast, in_order, other, ()) = timeout(HANG, calls).await.expect("they wait for ever");
    for hold in [fast, in_order, other] {
        hold.capture(Credits::from_u32(1), Outcome::Answered);
    }
    writer.stop().await;
    assert_eq!(fixture.books(&locked).await, (98, 98, 2));
    assert_eq!(fixture.books(&free).await, (99, 99, 1));
}

/// A writer that stops does not make calls that wait for a lock wait longer.
#[tokio::test]
async fn a_call_that_waits_for_a_lock_is_refused_when_its_writer_stops() {
    let (fixture, locked, _) = two_customers().await;
    let writer = fixture.writer("a").await;
    let stray = fixture.lock(&locked).await;
    let ledger = writer.ledger.clone();
    let waiting = tokio::spawn(async move { ledger.hold(locked.request(1)).await });
    fixture.until_a_session_waits().await;
    timeout(HANG, writer.stop()).await.expect("the stop waits");
    let refused = timeout(HANG, waiting).await.expect("the call waits").unwrap();
    assert!(matches!(refused, Err(HoldError::Unavailable(_))), "{refused:?}");
    stray.rollback().await.unwrap();
    assert_eq!(fixture.books(&locked).await, (100, 100, 0));
}

/// Answers that are to be kept wait as long as calls wait, however often their account is found
/// locked meanwhile.
#[tokio::test]
async fn kept_answers_outlast_a_lock_that_is_looked_at_often() {
    let (fixture, locked, _) = two_customers().await;
    let writer = fixture.writer("a").await;
    let (before, after) =
        (writer.hold(locked.request_once(1, 1, 1)).await, writer.hold(locked.request_once(2, 2, 2)).await);
    let stray = fixture.lock(&locked).await;
    let keep = |hold: OpenHold, used| {
        hold.capture_and_store(Credits::from_u32(used), Outcome::Answered, AnswerContent::json(200, "{}"))
    };
    let later = async {
        // Closed by the first answer, before the second arrives.
        while !is_closed(&writer, locked.request(1)).await {}
        let stray_ends = async {
            // Five looks.
            tokio::time::sleep(Duration::from_millis(500)).await;
            stray.rollback().await.unwrap();
        };
        tokio::join!(keep(after, 2), stray_ends).0
    };
    let both = timeout(HANG, async { tokio::join!(keep(before, 1), later) });
    for kept in <[_; 2]>::from(both.await.expect("they wait for ever")) {
        assert!(matches!(kept, Ok(CaptureResult::Stored(_))), "{kept:?}");
    }
    assert_eq!(fixture.books(&locked).await, (97, 97, 2));
    writer.stop().await;
}

#[tokio::test]
async fn a_writer_that_stops_waits_a_little_for_a_lock_to_go() {
    let (fixture, locked, _) = two_customers().await;
    let writer = fixture.writer("a").await;
    let (released, captured) =
        (writer.hold(locked.request(5)).await, writer.hold(locked.request_once(2, 1, 1)).await);
    let stray = fixture.lock(&locked).await;
    released.release(Outcome::Failed);
    while !is_closed(&writer, locked.request(1)).await {}
    let keep =
        captured.capture_and_store(Credits::from_u32(2), Outcome::Answered, AnswerContent::json(200, "{}"));
    let stray_ends = async {
        // Longer than closing the epoch would wait.
        tokio::time::sleep(Duration::from_secs(1)).await;
        stray.rollback().await.unwrap();
    };
    let stopping = timeout(HANG, async { tokio::join!(keep, writer.stop(), stray_ends).0 });
    let kept = stopping.await.expect("the stop waits");
    assert!(matches!(kept, Ok(CaptureResult::Stored(_))), "{kept:?}");
    assert_eq!(fixture.books(&locked).await, (98, 98, 1));
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_epoch where closed_at is null").await, 0);
}

#[tokio::test]
async fn a_writer_that_gives_up_beside_a_locked_account_leaves_its_endings_to_the_sweep() {
    let (fixture, locked, _) = two_customers().await;
    let writer = fixture.writer("a").await;
    let hold = writer.hold(locked.request(5)).await;
    let stray = fixture.lock(&locked).await;
    hold.release(Outcome::Failed);
    timeout(HANG, writer.stop_without_patience()).await.expect("the stop waits");
    stray.rollback().await.unwrap();
    let mut connection = fixture.pool().acquire().await.unwrap();
    fluence::storage::ledger::close_stale_epochs(&mut connection, chrono::TimeDelta::seconds(-1))
        .await
        .unwrap();
    assert_eq!(fixture.books(&locked).await, (100, 100, 0));
}
