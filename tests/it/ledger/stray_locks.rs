//! A session that forgot its transaction holds one account locked: that account is closed, the others notice nothing.

use std::time::Duration;

use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::handle::{Granted, Kept, LedgerUnavailable, OpenHold};
use fluence::ledger::hold::HoldRequest;
use sqlx::{Postgres, Transaction};
use tokio::time::timeout;

use super::world::{Customer, World, Writer};

/// Ends a test in which others wait for the lock; far less than they would wait.
const HANG: Duration = Duration::from_secs(5);

/// Two accounts, with their first credits.
async fn two_customers() -> (World, Customer, Customer) {
    let world = World::new(100, 100).await;
    let (one, other) = (world.customer().await, world.customer().await);
    let mut hand = world.hand("hand").await;
    for customer in [&one, &other] {
        hand.one(customer.advance()).await;
    }
    hand.close().await;
    (world, one, other)
}

async fn lock(world: &World, customer: &Customer) -> Transaction<'static, Postgres> {
    let mut stray = world.pool().begin().await.unwrap();
    sqlx::query("select from ledger_account where account_id = $1 for update")
        .bind(customer.account_id.as_uuid())
        .execute(&mut *stray)
        .await
        .unwrap();
    stray
}

async fn is_closed(writer: &Writer, request: HoldRequest) -> bool {
    matches!(writer.ledger.hold(request).await, Err(LedgerUnavailable::Locked))
}

/// Asks until the account is open again.
async fn hold_again(writer: &Writer, customer: &Customer) -> OpenHold {
    let mut tries = tokio::time::interval(Duration::from_millis(10));
    loop {
        tries.tick().await;
        match writer.ledger.hold(customer.request(1)).await {
            Ok(Granted::Held { hold, .. }) => return hold,
            Err(LedgerUnavailable::Locked) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn others_go_on(ask_locked: impl Fn(&Customer) -> HoldRequest) {
    let (world, locked, free) = two_customers().await;
    let writer = world.writer("a").await;
    let stray = lock(&world, &locked).await;
    let calls = timeout(HANG, async {
        let (closed, hold) =
            tokio::join!(is_closed(&writer, ask_locked(&locked)), writer.hold(free.request(1)));
        assert!(closed);
        hold.capture(Credits::from_u32(1), Outcome::Answered);
        // From now on nobody waits for the lock: thirty waits would be too long.
        for _ in 0..30 {
            let (closed, hold) =
                tokio::join!(is_closed(&writer, ask_locked(&locked)), writer.hold(free.request(1)));
            assert!(closed);
            hold.capture(Credits::from_u32(1), Outcome::Answered);
        }
    });
    calls.await.expect("the others wait");
    stray.rollback().await.unwrap();
    timeout(HANG, hold_again(&writer, &locked)).await.expect("never opened").release(Outcome::Failed);
    writer.stop().await;
    assert_eq!(world.books(&locked).await, (100, 100, 0));
    assert_eq!(world.books(&free).await, (69, 69, 31));
}

#[tokio::test]
async fn others_go_on_at_once_while_one_account_is_locked() {
    others_go_on(|customer| customer.request(1)).await;
}

#[tokio::test]
async fn others_go_on_at_once_when_calls_of_the_locked_account_are_decided_in_order() {
    others_go_on(|customer| customer.request_once(1, rand::random(), 1)).await;
}

#[tokio::test]
async fn an_ending_waits_for_its_account_and_for_nothing_else() {
    let (world, locked, free) = two_customers().await;
    let writer = world.writer("a").await;
    let (released, kept) =
        (writer.hold(locked.request(5)).await, writer.hold(locked.request_once(2, 1, 1)).await);
    let stray = lock(&world, &locked).await;
    released.release(Outcome::Failed);
    let keep = kept.keep(Credits::from_u32(2), Outcome::Answered, 200, b"{}".to_vec());
    let others = async {
        for _ in 0..10 {
            writer.hold(free.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
        }
        stray.rollback().await.unwrap();
    };
    let (kept, ()) = timeout(HANG, async { tokio::join!(keep, others) }).await.expect("the others wait");
    assert!(matches!(kept, Ok(Kept::Stored(_))), "{kept:?}");
    assert_eq!(world.books(&locked).await, (98, 98, 1));
    writer.stop().await;
    assert_eq!(world.books(&free).await, (90, 90, 10));
}

/// Answers that are to be kept wait as long as calls wait, however often their account is found locked meanwhile.
#[tokio::test]
async fn kept_answers_outlast_a_lock_that_is_looked_at_often() {
    let (world, locked, _) = two_customers().await;
    let writer = world.writer("a").await;
    let (before, after) =
        (writer.hold(locked.request_once(1, 1, 1)).await, writer.hold(locked.request_once(2, 2, 2)).await);
    let stray = lock(&world, &locked).await;
    let keep =
        |hold: OpenHold, used| hold.keep(Credits::from_u32(used), Outcome::Answered, 200, b"{}".to_vec());
    let later = async {
        // Closed by the first answer, before the second arrives.
        while !is_closed(&writer, locked.request(1)).await {}
        let stray_ends = async {
            // Ten looks.
            tokio::time::sleep(Duration::from_secs(1)).await;
            stray.rollback().await.unwrap();
        };
        tokio::join!(keep(after, 2), stray_ends).0
    };
    let both = timeout(HANG, async { tokio::join!(keep(before, 1), later) });
    for kept in <[_; 2]>::from(both.await.expect("they wait for ever")) {
        assert!(matches!(kept, Ok(Kept::Stored(_))), "{kept:?}");
    }
    assert_eq!(world.books(&locked).await, (97, 97, 2));
    writer.stop().await;
}

#[tokio::test]
async fn a_writer_that_stops_beside_a_locked_account_leaves_its_endings_to_the_sweep() {
    let (world, locked, _) = two_customers().await;
    let writer = world.writer("a").await;
    let hold = writer.hold(locked.request(5)).await;
    let stray = lock(&world, &locked).await;
    hold.release(Outcome::Failed);
    timeout(HANG, writer.stop()).await.expect("the stop waits");
    stray.rollback().await.unwrap();
    let mut connection = world.pool().acquire().await.unwrap();
    fluence::storage::ledger::close_stale_epochs(&mut connection, chrono::TimeDelta::seconds(-1))
        .await
        .unwrap();
    assert_eq!(world.books(&locked).await, (100, 100, 0));
}
