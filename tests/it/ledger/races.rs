//! Many at once on the last credits, and gateways that die or are cut off in the middle.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use fluence::app::{App, Start};
use fluence::clock::DatabaseClock;
use fluence::config::{Sources, load};
use fluence::domain::credits::Credits;
use fluence::domain::plan::Plan;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::{AnswerContent, DeclineReason, Declined};
use fluence::ledger::store::{LedgerStore, StoreError, Work};
use fluence::ledger::writer::{Granted, HoldError, Ledger, OpenHold};
use fluence::storage::ledger::close_stale_epochs;
use futures_util::StreamExt;
use futures_util::future::join_all;
use uuid::Uuid;

use super::fixture::{Customer, LedgerFixture};
use crate::gate::people::marina;
use crate::support::gateway::{Answer, Gateway, answer};

/// Holds that were given, with their calls, out of `calls` of 1 credit asked for at once.
async fn hold_at_once(ledger: &Ledger, customer: Customer, calls: usize) -> Vec<(Uuid, OpenHold)> {
    let asked = (0..calls).map(|_| async {
        let request = customer.request(1);
        let id = request.call_id.as_uuid();
        match ledger.hold(request).await {
            Ok(Granted { hold, .. }) => Some((id, hold)),
            Err(HoldError::Declined(Declined { reason, .. })) => {
                assert!(matches!(reason, DeclineReason::InsufficientCredits { .. }), "{reason:?}");
                None
            }
            Err(other) => panic!("{other:?}"),
        }
    });
    join_all(asked).await.into_iter().flatten().collect()
}

#[tokio::test]
async fn of_300_calls_at_once_on_100_credits_100_are_held() {
    let fixture = LedgerFixture::new(100, 1_000).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("a").await;
    let held = hold_at_once(&writer.ledger, customer, 300).await;
    assert_eq!(held.len(), 100);
    assert_eq!(fixture.books(&customer).await, (0, 0, 100));
    for (_, hold) in held {
        hold.capture(Credits::from_u32(1), Outcome::Answered);
    }
    writer.stop().await;
    fixture.assert_verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_10_000_calls_at_three_gateways_on_1_000_credits_1_000_are_held() {
    let fixture = LedgerFixture::new(900, 100_000).await;
    let customer = fixture.customer().await;
    // A second lot, so that some holds have to take from both.
    let mut manual = fixture.manual_writer("operator").await;
    manual.one(customer.grant(100, TimeDelta::days(300))).await;
    manual.close().await;
    let writers = [fixture.writer("a").await, fixture.writer("b").await, fixture.writer("c").await];
    let asked = writers.iter().zip([3_334, 3_333, 3_333]).map(|(writer, calls)| {
        let ledger = writer.ledger.clone();
        tokio::spawn(async move { hold_at_once(&ledger, customer, calls).await })
    });
    let held: Vec<_> = join_all(asked).await.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(held.len(), 1_000);
    assert_eq!(fixture.books(&customer).await, (0, 0, 900), "only the plan's calls took requests");
    // What the callers wrote down for themselves.
    let served: BTreeSet<Uuid> = held.iter().map(|(id, _)| *id).collect();
    assert_eq!(served.len(), 1_000);
    for (_, hold) in held {
        hold.capture(Credits::from_u32(1), Outcome::Answered);
    }
    for writer in writers {
        writer.stop().await;
    }
    let charged =
        "select call_id, sum(-amount)::bigint from ledger_entry where kind in (4, 5) group by call_id";
    let charged: Vec<(Uuid, i64)> = sqlx::query_as(charged).fetch_all(fixture.pool()).await.unwrap();
    assert!(charged.iter().all(|(_, credits)| *credits == 1));
    assert_eq!(charged.into_iter().map(|(id, _)| id).collect::<BTreeSet<_>>(), served);
    assert_eq!(fixture.value::<i64>(CAPTURED).await, 1_000);
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_epoch where batches > 0").await, 4);
    fixture.assert_verified().await;
}

/// Calls that were captured, each once.
const CAPTURED: &str = "select count(distinct c) from ledger_batch b cross join unnest(b.captured) as c";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_600_requests_to_three_gateways_on_60_credits_60_are_answered_and_540_told_to_buy() {
    let first = Gateway::start().await;
    first.with_sample_people().await;
    let mut others = Vec::new();
    for _ in 0..2 {
        let sources = Sources { overrides: vec![("listen", "127.0.0.1:0".into())], ..Sources::default() };
        let (settings, database) = (load(&sources).unwrap(), first.database.options());
        let (peppers, clock) = (first.peppers.clone(), DatabaseClock::default());
        let start = Start { settings, database, peppers, clock, dev: false };
        others.push(App::start(start).await.unwrap());
    }
    let unlimited = |plan: &mut Plan| {
        (plan.rate_per_s, plan.burst, plan.concurrency, plan.requests) = (10_000, 10_000, 10_000, 10_000);
    };
    let customer = first.customer_on(unlimited).await;
    first.leave(customer.account, 60).await;
    let elsewhere = |app: &App| {
        let request = first.client.post(format!("http://{}/analyze", app.address));
        answer(request.header("x-api-key", &customer.key).json(&marina()))
    };
    let answers: Vec<Answer> = futures_util::stream::iter(0..600)
        .map(|call| {
            let others = &others;
            let (first, customer) = (&first, &customer);
            async move {
                match call % 3 {
                    0 => first.post("/analyze", &customer.key, &marina()).await,
                    other => elsewhere(&others[other - 1]).await,
                }
            }
        })
        .buffer_unordered(64)
        .collect()
        .await;
    let paid = answers.iter().filter(|answer| answer.status == 200);
    let shown: i64 = paid.map(|answer| answer.billing()["creditos_utilizados"].as_i64().unwrap()).sum();
    assert_eq!(shown, 60);
    let refused = answers.iter().filter(|answer| answer.outcome() == (402, "INSUFFICIENT_CREDITS")).count();
    assert_eq!(refused, 540);
    for app in others {
        app.stop().await;
    }
    first.assert_books_are_right().await;
    assert_eq!((first.balance(customer.account).await, first.requests_used(customer.account).await), (0, 60));
    let spent: i64 = sqlx::query_scalar("select sum(-amount)::bigint from ledger_entry where kind in (4, 5)")
        .fetch_one(first.database.pool())
        .await
        .unwrap();
    assert_eq!(spent, shown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_accounts_at_three_gateways_never_wait_in_a_circle() {
    let fixture = LedgerFixture::new(1_000, 100_000).await;
    let mut customers = Vec::new();
    for _ in 0..40 {
        customers.push(fixture.customer().await);
    }
    let writers = [fixture.writer("a").await, fixture.writer("b").await, fixture.writer("c").await];
    let tasks = writers.iter().enumerate().flat_map(|(node, writer)| {
        let customers = &customers;
        (0..40).map(move |task| {
            let (ledger, customers) = (writer.ledger.clone(), customers.clone());
            tokio::spawn(async move {
                for step in 0..20 {
                    let customer = customers[(node * 17 + task * 7 + step * 3) % customers.len()];
                    let Granted { hold, .. } = ledger.hold(customer.request(2)).await.unwrap();
                    match step % 4 {
                        0 => hold.release(Outcome::Failed),
                        1 => hold.capture(Credits::from_u32(1), Outcome::Answered),
                        _ => hold.capture(Credits::from_u32(2), Outcome::Answered),
                    };
                }
            })
        })
    });
    join_all(tasks).await.into_iter().for_each(Result::unwrap);
    for writer in writers {
        writer.stop().await;
    }
    // Of every 20 calls, 5 cost nothing, 5 cost 1 and 10 cost 2.
    let spent: i64 = 3 * 40 * (5 + 20);
    assert_eq!(fixture.value::<i64>("select sum(balance)::bigint from ledger_account").await, 40_000 - spent);
    fixture.assert_verified().await;
}

#[tokio::test]
async fn of_two_nodes_that_close_an_epoch_at_once_one_does() {
    let fixture = LedgerFixture::new(100, 1_000).await;
    let customer = fixture.customer().await;
    let mut dead = fixture.manual_writer("dead").await;
    dead.one(customer.advance()).await;
    dead.commit(Work::holds((0..10).map(|_| customer.request(1)).collect()), Vec::new()).await;
    let released = Arc::new(AtomicU32::new(0));
    let sweeps = (0..4).map(|_| {
        let (pool, released) = (fixture.pool().clone(), released.clone());
        tokio::spawn(async move {
            let mut connection = pool.acquire().await.unwrap();
            let count = close_stale_epochs(&mut connection, TimeDelta::seconds(-1)).await.unwrap();
            released.fetch_add(count as u32, Ordering::Relaxed);
        })
    });
    join_all(sweeps).await.into_iter().for_each(Result::unwrap);
    assert_eq!(released.load(Ordering::Relaxed), 10);
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
    fixture.assert_verified().await;
}

#[tokio::test]
async fn a_writer_whose_epoch_was_closed_opens_a_new_one_and_its_old_calls_are_void() {
    let fixture = LedgerFixture::new(100, 1_000).await;
    let customer = fixture.customer().await;
    let writer = fixture.writer("paused").await;
    let captured_late = writer.hold(customer.request(5)).await;
    let kept_late = writer.hold(customer.request_once(7, 1, 1)).await;
    let mut connection = fixture.pool().acquire().await.unwrap();
    assert_eq!(close_stale_epochs(&mut connection, TimeDelta::seconds(-1)).await.unwrap(), 2);
    captured_late.capture(Credits::from_u32(5), Outcome::Answered);
    let kept = kept_late
        .capture_and_store(Credits::from_u32(7), Outcome::Answered, AnswerContent::json(200, ""))
        .await
        .unwrap();
    assert_eq!(kept, fluence::ledger::writer::CaptureResult::Superseded);
    writer.hold(customer.request(1)).await.capture(Credits::from_u32(1), Outcome::Answered);
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (99, 99, 1));
    assert_eq!(
        fixture.value::<i64>("select count(*) from ledger_epoch where closed_at is not null").await,
        2
    );
    fixture.assert_verified().await;
}

#[tokio::test]
async fn a_batch_that_waits_for_its_epoch_to_be_closed_is_fenced() {
    let fixture = LedgerFixture::new(100, 1_000).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("slow").await;
    manual.one(customer.advance()).await;
    let mut closer = fixture.pool().begin().await.unwrap();
    sqlx::query("update ledger_epoch set closed_at = now()").execute(&mut *closer).await.unwrap();
    for work in [Work::holds(vec![customer.request(1)]), Work::Ordered(vec![customer.advance()])] {
        let batch = manual.batch(work, Vec::new());
        let commit = manual.store.commit(&batch);
        tokio::pin!(commit);
        tokio::select! {
            biased;
            early = &mut commit => panic!("it did not wait: {early:?}"),
            () = fixture.until_a_session_waits() => {}
        }
        drop(closer.commit().await);
        let Err(StoreError::Fenced) = commit.await else { panic!() };
        // A fenced writer must not keep the epoch's row locked.
        let in_transaction = "select count(*) from pg_stat_activity where datname = current_database()
            and application_name = 'fluence-ledger' and state like 'idle in transaction%'";
        assert_eq!(fixture.value::<i64>(in_transaction).await, 0);
        closer = fixture.pool().begin().await.unwrap();
        sqlx::query("update ledger_epoch set closed_at = null").execute(fixture.pool()).await.unwrap();
        sqlx::query("update ledger_epoch set closed_at = now()").execute(&mut *closer).await.unwrap();
    }
}

/// A customer's client for the test below: makes calls of 3 credits and returns what it was
/// charged. Every fifth call carries an idempotency key, every fifth fails, and of the others 2
/// credits are used.
async fn spend(ledger: Ledger, customer: Customer, calls: u8) -> i64 {
    let mut spent = 0;
    for call in 0..calls {
        let request = if call % 5 == 0 { customer.request_once(3, call, 1) } else { customer.request(3) };
        // Refused for want of a store: nothing may be charged.
        let hold = match ledger.hold(request).await {
            Ok(Granted { hold, .. }) => hold,
            Err(HoldError::Unavailable(_)) => continue,
            Err(other) => panic!("{other:?}"),
        };
        match call % 5 {
            0 => {
                hold.capture_and_store(Credits::from_u32(3), Outcome::Answered, AnswerContent::json(200, ""))
                    .await
                    .unwrap();
                spent += 3;
            }
            1 => {
                hold.release(Outcome::Failed);
            }
            _ => {
                hold.capture(Credits::from_u32(2), Outcome::Answered);
                spent += 2;
            }
        }
    }
    spent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_whose_connections_are_killed_under_load_loses_and_doubles_nothing() {
    let fixture = LedgerFixture::new(100_000, 100_000).await;
    let writer = fixture.writer("a").await;
    let mut clients = Vec::new();
    for _ in 0..24 {
        let (ledger, customer) = (writer.ledger.clone(), fixture.customer().await);
        clients.push(tokio::spawn(spend(ledger, customer, 40)));
    }
    let clients = join_all(clients);
    tokio::pin!(clients);
    let mut kills = 0;
    let spent: i64 = loop {
        tokio::select! {
            spent = &mut clients => break spent.into_iter().map(Result::unwrap).sum(),
            // A few batches go through between two kills.
            () = fixture.kill_writers_after_batches(3) => kills += 1,
        }
    };
    writer.stop().await;
    assert!(kills >= 5, "only {kills} connections were killed");
    let left = fixture.value::<i64>("select sum(balance)::bigint from ledger_account").await;
    assert_eq!(24 * 100_000 - left, spent);
    assert_eq!(fixture.value::<i64>("select count(*) from ledger_epoch").await, 1);
    fixture.assert_verified().await;
}
