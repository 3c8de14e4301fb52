//! What becomes of answered calls when a gateway stops while its store takes nothing.

use std::time::Duration;

use fluence::domain::credits::Credits;
use fluence::domain::settlement::Outcome;
use fluence::ledger::writer::{self, OpenHold, WriterStop};
use fluence::storage::ledger::PgLedgerStore;
use tokio::time::sleep;

use super::fixture::{Customer, LEASE, LedgerFixture, limits};
use crate::support::lines::Lines;

/// What ends a batch as a full disk does.
const FULL_DISK: &str = "create function fault() returns trigger language plpgsql as $$
     begin raise exception 'disk full' using errcode = '53100'; end $$;
     create trigger fault before insert or update on ledger_epoch for each row execute function fault();";

async fn world() -> (LedgerFixture, Customer) {
    let fixture = LedgerFixture::new(100, 100).await;
    let customer = fixture.customer().await;
    (fixture, customer)
}

fn capture(holds: Vec<OpenHold>) {
    for hold in holds {
        let used = hold.amount();
        hold.capture(used, Outcome::Answered);
    }
}

#[tokio::test]
async fn a_stopping_writer_commits_what_was_answered_as_soon_as_its_store_is_back() {
    let (fixture, customer) = world().await;
    let stop = WriterStop::default();
    let store = PgLedgerStore::new(fixture.database.options(), "a".into(), LEASE);
    let (ledger, task) = writer::start(store, limits(), stop.clone()).await.unwrap();
    let hold = ledger.hold(customer.request(3)).await.unwrap().hold;
    fixture.run(FULL_DISK).await;
    capture(vec![hold]);
    stop.finish.cancel();
    sleep(Duration::from_secs(4)).await;
    assert!(!task.is_finished(), "it waits for its store");
    fixture.run("drop trigger fault on ledger_epoch").await;
    task.await.unwrap();
    assert_eq!(fixture.books(&customer).await, (97, 97, 1));
}

#[tokio::test]
async fn a_writer_that_gives_up_logs_how_many_answered_calls_are_not_in_the_ledger() {
    let (fixture, customer) = world().await;
    let lines = Lines::default();
    let writer = lines.clone();
    let log = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false);
    let _log = tracing::subscriber::set_default(log.finish());
    let stop = WriterStop::default();
    let store = PgLedgerStore::new(fixture.database.options(), "a".into(), LEASE);
    let (ledger, task) = writer::start(store, limits(), stop.clone()).await.unwrap();
    let mut holds = Vec::new();
    for amount in [2, 3, 5] {
        holds.push(ledger.hold(customer.request(amount)).await.unwrap().hold);
    }
    fixture.run(FULL_DISK).await;
    let given_back = holds.pop().unwrap();
    given_back.release(Outcome::Failed);
    let partly = holds.pop().unwrap();
    partly.capture(Credits::from_u32(1), Outcome::Answered);
    capture(holds);
    stop.finish.cancel();
    sleep(Duration::from_millis(500)).await;
    stop.give_up.cancel();
    task.await.unwrap();
    let text = lines.text();
    let line = text.lines().find(|line| line.contains("their credits may be given back"));
    assert!(line.is_some_and(|line| line.contains("calls=2 credits=3") && line.contains("ERROR")), "{text}");
    fixture.run("drop trigger fault on ledger_epoch").await;
}
