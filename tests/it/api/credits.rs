//! `/creditos` and `/credits`.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::support::gateway::Gateway;

#[tokio::test]
async fn both_names_tell_the_same() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (portuguese, english) =
        (gateway.get("/creditos", &customer.key).await, gateway.get("/credits", &customer.key).await);
    assert_eq!(portuguese.status, 200);
    assert_eq!(portuguese.body, english.body);
}

#[tokio::test]
async fn lots_are_listed_in_burn_order() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.add_pack(customer.account, 100, TimeDelta::days(365)).await;
    gateway.add_pack(customer.account, 5, TimeDelta::days(2)).await;
    let answer = gateway.get("/creditos", &customer.key).await;
    let lots: Vec<_> = answer.body["credits"].as_array().unwrap().iter().collect();
    let shown: Vec<_> = lots.iter().map(|lot| (&lot["source"], &lot["remaining"], &lot["granted"])).collect();
    let (pack, plan) = (json!("pack"), json!("plan"));
    let amounts = [json!(5), json!(1000), json!(100)];
    assert_eq!(
        shown,
        [
            (&pack, &amounts[0], &amounts[0]),
            (&plan, &amounts[1], &amounts[1]),
            (&pack, &amounts[2], &amounts[2])
        ]
    );
    let ends: Vec<DateTime<Utc>> =
        lots.iter().map(|lot| lot["expires_at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(ends.is_sorted());
    assert_eq!(lots[1]["expires_at"], answer.billing()["renovacao_proxima"]);
    assert_eq!(answer.billing()["creditos_restantes"], 1105);
    answer.assert_accounted();
}

#[tokio::test]
async fn empty_lots_are_not_listed() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(0).await;
    let answer = gateway.get("/creditos", &customer.key).await;
    assert_eq!((&answer.body["credits"], &answer.billing()["creditos_restantes"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn a_grant_shows_at_once_even_for_a_cached_key() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "3600000")]).await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.billing()["creditos_restantes"], 1000);
    gateway.add_pack(customer.account, 7, TimeDelta::days(2)).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.billing()["creditos_restantes"], 1007);
}

#[tokio::test]
async fn asking_is_free() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for path in ["/creditos", "/credits", "/saude", "/health", "/tiers", "/planos"] {
        assert_eq!(gateway.get(path, &customer.key).await.number("x-credits-used"), 0);
    }
    assert_eq!(
        (gateway.balance(customer.account).await, gateway.requests_used(customer.account).await),
        (1000, 0)
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_503() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "3600000")]).await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
    sqlx::query("alter table ledger_lot rename to away").execute(gateway.database.pool()).await.unwrap();
    let refused = gateway.get("/creditos", &customer.key).await;
    assert_eq!(refused.outcome(), (503, "SERVICE_UNAVAILABLE"));
    refused.assert_accounted();
}
