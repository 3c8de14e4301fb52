//! Callers who stop waiting.

use std::time::Duration;

use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::rules::hold::{AnswerContent, DeclineReason, Declined, HoldRequest};
use fluence::ledger::settings::LedgerSettings;
use fluence::ledger::writer::{self, CaptureResult, Granted, HoldError, Ledger, LedgerUnavailable, OpenHold};
use fluence::storage::ledger::PgLedgerStore;
use sqlx::{Postgres, Transaction};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fixture::{Customer, LEASE, LedgerFixture};
use crate::support::gateway::{eventually, settings};

/// A writer whose callers soon lose patience.
struct Impatient {
    ledger: Ledger,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Impatient {
    async fn start(fixture: &LedgerFixture) -> Self {
        let limits = LedgerSettings {
            max_wait: Duration::from_secs(1),
            heartbeat_every: Duration::from_secs(1),
            ..settings(&[]).ledger
        };
        let (store, stop) =
            (PgLedgerStore::new(fixture.database.options(), "a".into(), LEASE), CancellationToken::new());
        let (ledger, task) = writer::start(store, limits, stop.clone()).await.unwrap();
        Self { ledger, stop, task }
    }

    async fn hold(&self, request: HoldRequest) -> OpenHold {
        self.ledger.hold(request).await.unwrap().hold
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

async fn world_and_customer() -> (LedgerFixture, Customer) {
    let fixture = LedgerFixture::new(100, 100).await;
    let customer = fixture.customer().await;
    let mut manual = fixture.manual_writer("manual").await;
    manual.one(customer.advance()).await;
    manual.close().await;
    (fixture, customer)
}

/// Blocks commits while the gate is closed.
async fn with_gate(fixture: &LedgerFixture) {
    fixture
        .run(
            "create function pass_gate() returns trigger language plpgsql as $$
             begin
                 perform set_config('lock_timeout', '0', true), pg_advisory_xact_lock_shared(1);
                 return new;
             end $$;
             create trigger gate before insert on ledger_batch for each row execute function pass_gate();",
        )
        .await;
}

async fn close_gate(fixture: &LedgerFixture) -> Transaction<'static, Postgres> {
    let mut gate = fixture.pool().begin().await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(1)").execute(&mut *gate).await.unwrap();
    gate
}

/// Ends a test in which a call waits for ever.
const HANG: Duration = Duration::from_secs(20);

async fn keep(hold: OpenHold) -> Result<CaptureResult, LedgerUnavailable> {
    let keep =
        hold.capture_and_store(Credits::from_u32(2), Outcome::Answered, AnswerContent::json(200, "{}"));
    tokio::time::timeout(HANG, keep).await.expect("it waits for ever")
}

fn is_replay(answer: &Result<Granted, HoldError>) -> bool {
    matches!(answer, Err(HoldError::Declined(Declined { reason: DeclineReason::Replay(_), .. })))
}

#[tokio::test]
async fn a_hold_whose_caller_left_during_its_commit_is_released() {
    let (fixture, customer) = world_and_customer().await;
    with_gate(&fixture).await;
    let writer = fixture.writer("a").await;
    let gate = close_gate(&fixture).await;
    tokio::select! {
        answer = writer.ledger.hold(customer.request(2)) => panic!("{answer:?}"),
        () = fixture.until_a_session_waits() => {}
    }
    gate.rollback().await.unwrap();
    eventually("it was made, and given back", async || {
        fixture.value::<i64>("select count(*) from ledger_entry where kind in (4, 5)").await == 2
    })
    .await;
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
    writer.stop().await;
}

#[tokio::test]
async fn a_hold_that_comes_too_late_is_released_with_the_answer_that_its_call_got() {
    let (fixture, customer) = world_and_customer().await;
    with_gate(&fixture).await;
    let writer = Impatient::start(&fixture).await;
    let gate = close_gate(&fixture).await;
    let answer = writer.ledger.hold(customer.request(2)).await;
    assert!(matches!(answer, Err(HoldError::Unavailable(LedgerUnavailable::TooSlow))), "{answer:?}");
    gate.rollback().await.unwrap();
    eventually("its receipt says 503", async || {
        fixture.value::<i64>("select count(*) from call_status where status = 503").await == 1
    })
    .await;
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
    writer.stop().await;
}

#[tokio::test]
async fn a_call_that_gives_up_while_the_store_takes_nothing_is_released_and_its_key_runs_again() {
    let (fixture, customer) = world_and_customer().await;
    let writer = Impatient::start(&fixture).await;
    let hold = writer.hold(customer.request_once(2, 1, 1)).await;
    fixture
        .run(
            "create function fault() returns trigger language plpgsql as $$
             begin raise exception 'disk full' using errcode = '53100'; end $$;
             create trigger fault before insert on ledger_batch for each row execute function fault();",
        )
        .await;
    assert_eq!(keep(hold).await, Err(LedgerUnavailable::TooSlow));
    fixture.run("drop trigger fault on ledger_batch").await;
    eventually("its key is free", async || {
        fixture.value::<String>("select state from ledger_idempotency").await == "released"
    })
    .await;
    assert_eq!(fixture.books(&customer).await, (100, 100, 0));
    let again = writer.hold(customer.request_once(2, 1, 1)).await;
    assert!(matches!(keep(again).await, Ok(CaptureResult::Stored(_))));
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 1));
}

#[tokio::test]
async fn a_call_that_gives_up_during_the_commit_does_not_know_and_its_key_gets_the_stored_answer() {
    let (fixture, customer) = world_and_customer().await;
    with_gate(&fixture).await;
    let writer = Impatient::start(&fixture).await;
    let hold = writer.hold(customer.request_once(2, 1, 1)).await;
    let gate = close_gate(&fixture).await;
    assert_eq!(keep(hold).await, Err(LedgerUnavailable::Unknown));
    gate.rollback().await.unwrap();
    eventually("its answer is stored", async || {
        fixture.value::<String>("select state from ledger_idempotency").await == "captured"
    })
    .await;
    let again = writer.ledger.hold(customer.request_once(2, 1, 1)).await;
    assert!(is_replay(&again), "{again:?}");
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 1));
}

#[tokio::test]
async fn a_call_that_gives_up_while_the_store_is_away_pays_once_at_most() {
    let (fixture, customer) = world_and_customer().await;
    let writer = Impatient::start(&fixture).await;
    let hold = writer.hold(customer.request_once(2, 1, 1)).await;
    fixture.database.close_doors().await;
    assert_eq!(keep(hold).await, Err(LedgerUnavailable::Unknown));
    fixture.database.open_doors().await;
    eventually("its key is decided", async || {
        fixture.value::<String>("select state from ledger_idempotency").await != "running"
    })
    .await;
    match writer.ledger.hold(customer.request_once(2, 1, 1)).await {
        Ok(Granted { hold, .. }) => assert!(matches!(keep(hold).await, Ok(CaptureResult::Stored(_)))),
        answer => assert!(is_replay(&answer), "{answer:?}"),
    }
    writer.stop().await;
    assert_eq!(fixture.books(&customer).await, (98, 98, 1));
}
