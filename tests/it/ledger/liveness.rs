//! The liveness of the writer, which readiness reports.

use std::time::Duration;

use fluence::background::readiness::{Needed, Readiness};

use super::fixture::LedgerFixture;
use crate::support::gateway::eventually;

async fn trouble(needed: &Needed) -> Option<&'static str> {
    let readiness = Readiness::default();
    readiness.probe(needed).await;
    readiness.trouble()
}

#[tokio::test]
async fn a_gateway_whose_writer_has_stopped_is_not_ready() {
    let fixture = LedgerFixture::new(100, 100).await;
    let writer = fixture.writer("a").await;
    let writer_silence = Duration::from_secs(3_600);
    let needed =
        Needed { pool: fixture.pool().clone(), writer: writer.ledger.liveness().clone(), writer_silence };
    assert_eq!(trouble(&needed).await, None);
    writer.stop().await;
    assert_eq!(trouble(&needed).await, Some("the ledger's writer has stopped; restart this gateway"));
}

#[tokio::test]
async fn a_gateway_whose_writer_gets_nothing_committed_is_not_ready_until_it_does() {
    let fixture = LedgerFixture::new(100, 100).await;
    let writer = fixture.writer("a").await;
    // Its heartbeats come every second.
    let writer_silence = Duration::from_millis(1_500);
    let needed =
        Needed { pool: fixture.pool().clone(), writer: writer.ledger.liveness().clone(), writer_silence };
    fixture
        .run(
            "create function fault() returns trigger language plpgsql as $$
             begin raise exception 'disk full' using errcode = '53100'; end $$;
             create trigger fault before update on ledger_epoch for each row execute function fault();",
        )
        .await;
    let refused = Some("the database takes nothing that the ledger writes; see the log");
    let readiness = Readiness::default();
    eventually("it is not ready", async || {
        readiness.probe(&needed).await;
        readiness.trouble() == refused
    })
    .await;
    assert!(!readiness.is_stuck(), "a restart would not help");
    fixture.run("drop trigger fault on ledger_epoch").await;
    eventually("it is ready again", async || trouble(&needed).await.is_none()).await;
    writer.stop().await;
}

/// What keeps the ledger's batches out, and how it ends. Heartbeats pass.
const REFUSALS: [(&str, &str); 2] = [
    ("revoke insert on ledger_entry from fluence_runtime", "grant insert on ledger_entry to fluence_runtime"),
    (
        "create function fault() returns trigger language plpgsql as $$
         begin raise exception 'disk full' using errcode = '53100'; end $$;
         create trigger fault before insert on ledger_entry for each row execute function fault();",
        "drop trigger fault on ledger_entry",
    ),
];

#[tokio::test]
async fn a_gateway_whose_batches_are_refused_is_not_ready_although_its_heartbeats_pass() {
    for (refuse, end) in REFUSALS {
        let fixture = LedgerFixture::new(100, 100).await;
        let customer = fixture.customer().await;
        let writer = fixture.writer("a").await;
        drop(writer.hold(customer.request(1)).await);
        let liveness = writer.ledger.liveness().clone();
        let writer_silence = Duration::from_millis(1_500);
        let needed = Needed { pool: fixture.pool().clone(), writer: liveness.clone(), writer_silence };
        fixture.run(refuse).await;
        let reason = Some("the database takes nothing that the ledger writes; see the log");
        eventually("it is not ready", async || {
            let _ = writer.ledger.hold(customer.request(1)).await;
            trouble(&needed).await == reason
        })
        .await;
        assert!(liveness.silent_for().unwrap() < writer_silence, "its heartbeats pass");
        fixture.run(end).await;
        drop(writer.hold(customer.request(1)).await);
        assert_eq!(trouble(&needed).await, None);
        writer.stop().await;
    }
}
