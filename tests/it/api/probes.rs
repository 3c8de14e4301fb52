//! `/livez` and `/readyz`.

use reqwest::Method;
use serde_json::json;

use crate::gate::people::unknown_person;
use crate::support::gateway::{Answer, Gateway, answer, eventually};

async fn get(gateway: &Gateway, path: &str) -> Answer {
    answer(gateway.request(Method::GET, path)).await
}

#[tokio::test]
async fn a_gateway_that_serves_is_alive_and_ready() {
    let gateway = Gateway::start().await;
    let (alive, ready) = (get(&gateway, "/livez").await, get(&gateway, "/readyz").await);
    assert_eq!((alive.status, alive.body), (200, json!({ "status": "alive" })));
    assert_eq!((ready.status, ready.body), (200, json!({ "status": "ready" })));
}

#[tokio::test]
async fn without_its_database_it_is_alive_and_not_ready() {
    let gateway = Gateway::start().await;
    gateway.database.close_doors().await;
    eventually("it is not ready", async || get(&gateway, "/readyz").await.status == 503).await;
    let not_ready = get(&gateway, "/readyz").await;
    assert_eq!(not_ready.body, json!({ "status": "not ready", "reason": "the database cannot be written" }));
    assert_eq!(get(&gateway, "/livez").await.status, 200);
    gateway.database.open_doors().await;
    eventually("it is ready again", async || get(&gateway, "/readyz").await.status == 200).await;
}

#[tokio::test]
async fn with_an_older_schema_it_is_not_ready() {
    let gateway = Gateway::start().await;
    let query = "delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)";
    sqlx::query(query).execute(gateway.database.pool()).await.unwrap();
    eventually("it is not ready", async || get(&gateway, "/readyz").await.status == 503).await;
    let reason = "the database schema is older than this version; run `fluence migrate`";
    assert_eq!(get(&gateway, "/readyz").await.body["reason"], reason);
}

#[tokio::test]
async fn with_a_newer_schema_it_stays_ready_and_serves() {
    let gateway = Gateway::start_with(&[("FLUENCE_METRICS_LISTEN", "127.0.0.1:0")]).await;
    let customer = gateway.professional().await;
    assert!(gateway.metrics().await.contains("gateway_schema_newer 0"));
    let query = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (9999, 'of a newer version', true, '', 0)";
    sqlx::query(query).execute(gateway.database.pool()).await.unwrap();
    eventually("it is seen", async || gateway.metrics().await.contains("gateway_schema_newer 1")).await;
    assert_eq!(get(&gateway, "/readyz").await.status, 200);
    let body = unknown_person();
    assert_eq!(gateway.post("/analyze", &customer.key, &body).await.status, 404, "charged as ever");
}

#[tokio::test]
async fn keys_are_nothing_to_the_probes() {
    let gateway = Gateway::start().await;
    for path in ["/livez", "/readyz"] {
        let answer = gateway.get(path, "an-imported-key-for-tests-1").await;
        assert_eq!(answer.status, 200);
        answer.assert_anonymous();
    }
}
