//! A database host that stops answering: connections stay open, and no data passes.

use std::time::Duration;

use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::gate::people::nobody;
use crate::support::database_proxy::{ALL_CONNECTIONS, DatabaseProxy, Network, WRITER};
use crate::support::gateway::{Gateway, eventually};

#[tokio::test]
async fn a_gateway_with_a_silent_database_answers_503_charges_nothing_and_recovers() {
    let one = Gateway::start().await;
    let proxy = DatabaseProxy::start(one.database.options()).await;
    let settings = [("FLUENCE_LEDGER_MAX_WAIT_MS", "500"), ("FLUENCE_LEDGER_HEARTBEAT_S", "1")];
    let cut_off = one.second_gateway_over(proxy.options(), &settings).await;
    let customer = one.enterprise(1_000).await;
    let call = async || cut_off.post("/crm", &customer.key, &nobody()).await;
    let readiness = async || cut_off.get("/readyz", &customer.key).await;
    assert_eq!(call().await.outcome(), (404, "PROFILE_NOT_FOUND"));
    assert_eq!(readiness().await.status, 200);

    proxy.turns(Network::Silent { whose: WRITER });
    let refused = call().await;
    assert_eq!(refused.outcome(), (503, "SERVICE_UNAVAILABLE"));
    assert_eq!(refused.billing()["creditos_utilizados"], 0);
    eventually("it is not ready", async || readiness().await.status == 503).await;
    let reason = "the database takes nothing that the ledger writes; see the log";
    assert_eq!(readiness().await.body, json!({ "status": "not ready", "reason": reason }));
    assert_eq!(cut_off.get("/health", &customer.key).await.status, 503);

    // Dead connections stay dead. New ones work.
    proxy.turns(Network::Working);
    eventually("it is ready again", async || readiness().await.status == 200).await;
    assert_eq!(call().await.outcome(), (404, "PROFILE_NOT_FOUND"));
    cut_off.stop().await;
    one.assert_books_are_right().await;
    // Two calls of two credits.
    assert_eq!(one.balance(customer.account).await, 996);
}

#[tokio::test]
async fn a_gateway_that_stops_while_its_database_is_away_charges_what_it_answered_once_it_is_back() {
    let one = Gateway::start().await;
    let proxy = DatabaseProxy::start(one.database.options()).await;
    // A settlement waits this long for others.
    let settings = [("FLUENCE_LEDGER_FLUSH_AFTER_MS", "2000")];
    let cut_off = one.second_gateway_over(proxy.options(), &settings).await;
    let customer = one.enterprise(1_000).await;
    assert_eq!(cut_off.post("/crm", &customer.key, &nobody()).await.outcome(), (404, "PROFILE_NOT_FOUND"));
    proxy.turns(Network::Cut { whose: ALL_CONNECTIONS });
    let (stopped, ()) = tokio::join!(timeout(Duration::from_secs(24), cut_off.stop()), async {
        sleep(Duration::from_secs(12)).await;
        proxy.turns(Network::Working);
    });
    stopped.unwrap();
    one.assert_books_are_right().await;
    assert_eq!(one.balance(customer.account).await, 998);
}
