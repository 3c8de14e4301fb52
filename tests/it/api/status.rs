//! `/status`.

use chrono::TimeDelta;
use fluence::domain::key::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::gateway::{Gateway, answer};

#[tokio::test]
async fn status_shows_the_limits_in_force_and_who_decides() {
    let gateway =
        Gateway::start_with(&[("FLUENCE_NODE", "gateway-7"), ("FLUENCE_REGION", "sa-east-1")]).await;
    let customer = gateway.professional().await;
    let answer = gateway.get("/status", &customer.key).await;
    assert_eq!(answer.status, 200);
    let body = &answer.body;
    assert_eq!((&body["status"], &body["service"]), (&json!("operational"), &json!("fluence")));
    assert_eq!((&body["node"], &body["region"]), (&json!("gateway-7"), &json!("sa-east-1")));
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    let limits = &body["limits"];
    assert_eq!((&limits["decided"], &limits["degraded_since"]), (&json!("local"), &Value::Null));
    assert_eq!(limits["rate"], json!({ "per_second": 10, "burst": 20 }));
    assert_eq!(limits["concurrency"], json!({ "limit": 10, "running": 1 }));
    assert_eq!(limits["credits"], json!({ "limit": 1000, "remaining": 1000, "balance": 1000 }));
    assert_eq!(limits["requests"]["limit"], limits["requests"]["remaining"]);
    assert_eq!(limits["renews_at"], answer.billing()["renovacao_proxima"]);
    answer.assert_accounted();
}

#[tokio::test]
async fn credits_of_the_plan_and_the_balance_are_told_apart() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.add_pack(customer.account, 100, TimeDelta::days(365)).await;
    let limits = gateway.get("/status", &customer.key).await.body["limits"].clone();
    assert_eq!(limits["credits"], json!({ "limit": 1000, "remaining": 1000, "balance": 1100 }));
}

#[tokio::test]
async fn status_is_free_and_requires_a_key() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) = gateway.key(customer.account, |new| new.terms.scopes = vec![Scope::Invoke]).await;
    for path in ["/status", "/prod/status"] {
        assert_eq!(gateway.get(path, &key).await.status, 200, "{path}");
    }
    assert_eq!(gateway.balance(customer.account).await, 1000);
    assert_eq!(answer(gateway.request(Method::GET, "/status")).await.outcome(), (401, "MISSING_AUTH"));
}

#[tokio::test]
async fn it_answers_though_the_store_is_away() {
    // A key stays cached for longer than the test runs.
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "600000")]).await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.get("/status", &customer.key).await.body["status"], "operational");
    gateway.database.close_doors().await;
    let status = gateway.get("/status", &customer.key).await;
    gateway.database.open_doors().await;
    assert_eq!((status.status, &status.body["limits"]["credits"]["remaining"]), (200, &json!(1000)));
}
