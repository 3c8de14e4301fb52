//! Usage by day, key, endpoint and outcome.

use chrono::TimeDelta;
use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::AnswerContent;
use fluence::storage::ledger::usage::roll_up;
use fluence::storage::ledger::{close_stale_epochs, delete_empty_epochs};

use super::fixture::{LedgerFixture, WHOLE};

async fn roll_up_all(fixture: &LedgerFixture, limit: i32) -> usize {
    let mut connection = fixture.pool().acquire().await.unwrap();
    let mut batches = 0;
    loop {
        match roll_up(&mut connection, limit).await.unwrap() {
            0 => return batches,
            more => batches += more,
        }
    }
}

/// Outcome, calls and credits, by outcome.
async fn usage(fixture: &LedgerFixture) -> Vec<(i16, i64, i64)> {
    sqlx::query_as("select outcome, calls, credits from ledger_usage order by account_id, outcome")
        .fetch_all(fixture.pool())
        .await
        .unwrap()
}

/// Credits that calls without a capture gave back.
async fn given_back(fixture: &LedgerFixture) -> i64 {
    fixture.value("select coalesce(sum(credits), 0)::bigint from ledger_given_back").await
}

#[tokio::test]
async fn each_end_of_a_call_counts_under_its_outcome_with_the_credits_that_stayed_taken() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let credits = Credits::from_u32;
    writer.hold(customer.request(2)).await.capture(credits(2), Outcome::Answered);
    writer.hold(customer.request(2)).await.capture(credits(1), Outcome::Answered);
    writer.hold(customer.request(1)).await.capture(credits(1), Outcome::ProfileNotFound);
    writer.hold(customer.request(1)).await.release(Outcome::Failed);
    let kept = writer.hold(customer.request_once(2, 1, 1)).await;
    kept.capture_and_store(credits(2), Outcome::MultipleMatches, AnswerContent::json(409, "")).await.unwrap();
    writer.stop().await;
    let batches = roll_up_all(&fixture, 1_000).await;
    assert_eq!(batches as i64, fixture.value::<i64>("select count(*) from ledger_batch").await);
    assert_eq!(usage(&fixture).await, [(0, 2, 3), (1, 1, 1), (2, 1, 2), (4, 1, 0)]);
    assert_eq!(given_back(&fixture).await, 1, "the rest of the half captured hold is none");
}

/// The version before adds usage up, and leaves what was given back.
#[tokio::test]
async fn what_was_given_back_is_caught_up_piece_by_piece() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let (a, b) = (fixture.writer("a").await, fixture.writer("b").await);
    for _ in 0..4 {
        a.hold(customer.request(2)).await.release(Outcome::Failed);
        b.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    }
    b.hold(customer.request(1)).await.release(Outcome::TimedOut);
    a.stop().await;
    b.stop().await;
    roll_up_all(&fixture, 1_000).await;
    assert_eq!(given_back(&fixture).await, 9);
    let before = usage(&fixture).await;
    fixture.run("delete from ledger_given_back").await;
    fixture.run("update ledger_usage_cursor set given_back_batch = 0").await;
    assert!(fixture.verify(WHOLE).await.clean, "what is not added up yet is no fault");
    let batches = roll_up_all(&fixture, 1).await;
    assert!(batches > 4, "{batches} batches, one at a time");
    assert_eq!((given_back(&fixture).await, usage(&fixture).await), (9, before));
    fixture.assert_verified().await;
}

#[tokio::test]
async fn a_call_that_runs_counts_once_it_has_ended_however_few_batches_are_added_up_at_a_time() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let slow = writer.hold(customer.request(2)).await;
    for _ in 0..5 {
        writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
        roll_up_all(&fixture, 1).await;
    }
    drop(slow);
    writer.stop().await;
    roll_up_all(&fixture, 1).await;
    assert_eq!(usage(&fixture).await, [(0, 5, 5), (6, 1, 0)]);
    assert_eq!(given_back(&fixture).await, 2);
    fixture.assert_verified().await;
}

#[tokio::test]
async fn what_a_dead_gateway_left_counts_as_abandoned() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let mut dead = fixture.manual_writer("dead").await;
    dead.one(customer.advance()).await;
    let work = fluence::ledger::store::Work::holds(vec![customer.request(2), customer.request(1)]);
    dead.commit(work, Vec::new()).await;
    roll_up_all(&fixture, 10).await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    close_stale_epochs(&mut connection, TimeDelta::seconds(-1)).await.unwrap();
    roll_up_all(&fixture, 10).await;
    assert_eq!((usage(&fixture).await, given_back(&fixture).await), (vec![(6, 2, 0)], 3));
}

#[tokio::test]
async fn several_nodes_add_each_batch_up_once() {
    let fixture = LedgerFixture::new(1_000, 500).await;
    let (one, other) = (fixture.customer().await, fixture.customer().await);
    let (a, b) = (fixture.writer("a").await, fixture.writer("b").await);
    for _ in 0..30 {
        a.hold(one.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
        b.hold(other.request(2)).await.capture(Credits::from_u32(1), Outcome::Answered);
    }
    a.stop().await;
    b.stop().await;
    let nodes: Vec<_> = (0..3).map(|_| roll_up_all(&fixture, 2)).collect();
    futures_util::future::join_all(nodes).await;
    // A node that found everything taken may have stopped before the others were done.
    roll_up_all(&fixture, 1_000).await;
    assert_eq!(usage(&fixture).await, [(0, 30, 30), (0, 30, 30)]);
    fixture.assert_verified().await;
}

#[tokio::test]
async fn an_epoch_that_has_ended_and_is_added_up_is_not_looked_at_again() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let (ended, running) = (fixture.writer("a").await, fixture.writer("b").await);
    for writer in [&ended, &running] {
        writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    }
    ended.stop().await;
    roll_up_all(&fixture, 1).await;
    let behind = "select string_agg(node, ' ' order by epoch) from ledger_epoch where not is_added_up";
    assert_eq!(fixture.value::<String>(behind).await, "b");
    running.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    running.stop().await;
    roll_up_all(&fixture, 1_000).await;
    assert_eq!(usage(&fixture).await, [(0, 3, 3)]);
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_epoch where not is_added_up").await, 0);
}

#[tokio::test]
async fn epochs_in_which_nothing_was_committed_are_forgotten_after_a_day() {
    let fixture = LedgerFixture::new(100, 50).await;
    let customer = fixture.customer().await;
    let (idle, busy, running) =
        (fixture.writer("idle").await, fixture.writer("busy").await, fixture.writer("running").await);
    busy.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    idle.stop().await;
    busy.stop().await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    assert_eq!(delete_empty_epochs(&mut connection).await.unwrap(), 0, "none is a day old");
    fixture
        .run("update ledger_epoch set closed_at = now() - interval '25 hours' where closed_at is not null")
        .await;
    assert_eq!(delete_empty_epochs(&mut connection).await.unwrap(), 1);
    let left = "select string_agg(node, ' ' order by epoch) from ledger_epoch";
    assert_eq!(fixture.value::<String>(left).await, "busy running");
    running.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    running.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 2));
    assert!(fixture.verify(WHOLE).await.clean);
}
