//! Free calls of one account wait for each other. Other accounts, the look-up of keys and readiness
//! have connections to the database all the same.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::support::gateway::{Gateway, answer, eventually};

/// More than the pool has connections.
const FLOOD: usize = 40;

/// Floods the gateway with calls of one account that wait for a table, and calls it as another
/// account.
async fn flooded(table: &str, method: Method, path: &str) {
    let gateway = Gateway::start().await;
    let (flooding, other) = (gateway.enterprise(10).await, gateway.enterprise(10).await);
    let mut lock = gateway.database.pool().begin().await.unwrap();
    let locking = AssertSqlSafe(format!("lock table {table} in access exclusive mode"));
    sqlx::raw_sql(locking).execute(&mut *lock).await.unwrap();
    let flood: Vec<_> = (0..FLOOD)
        .map(|n| {
            let request = gateway.request(method.clone(), path).header("x-api-key", &flooding.key);
            let body =
                json!({ "first_name": "Ana", "last_name": format!("Number {n}"), "company": "Zyntra" });
            tokio::spawn(answer(if method == Method::GET { request } else { request.json(&body) }))
        })
        .collect();
    eventually("calls wait for the table", async || {
        let waiting = "select count(*) from pg_locks where not granted";
        sqlx::query_scalar::<_, i64>(waiting).fetch_one(gateway.database.pool()).await.unwrap() >= 2
    })
    .await;
    // Neither its key nor its balance has been read before.
    assert_eq!(gateway.get("/v1/account", &other.key).await.status, 200, "{method} {path}");
    for _ in 0..12 {
        let ready = answer(gateway.request(Method::GET, "/readyz")).await;
        assert_eq!(ready.status, 200, "{method} {path}: {}", ready.text);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(gateway.get("/credits", &other.key).await.status, 200, "{method} {path}");
    lock.rollback().await.unwrap();
    for call in join_all(flood).await {
        let call = call.unwrap();
        assert!([200, 201, 404, 503].contains(&call.status), "{}", call.text);
    }
}

#[tokio::test]
async fn one_accounts_reads_leave_connections_to_others() {
    flooded("ledger_entry", Method::GET, "/v1/ledger?limit=1000").await;
    flooded("ledger_usage", Method::GET, "/v1/account/usage").await;
    flooded("contact", Method::GET, "/v1/contacts").await;
}

#[tokio::test]
async fn one_accounts_changes_leave_connections_to_others() {
    flooded("contact", Method::POST, "/v1/contacts").await;
    flooded("contact", Method::DELETE, "/v1/contacts/01a0c7a0-0000-7000-8000-000000000000").await;
}

#[tokio::test]
async fn an_account_that_waits_for_its_own_calls_only_gets_its_answers() {
    // They wait for each other, and not for a fast machine.
    let gateway = Gateway::start_with(&[("FLUENCE_DATABASE_WAIT_MS", "60000")]).await;
    let customer = gateway.enterprise(10).await;
    let calls = (0..FLOOD).map(|_| gateway.get("/v1/ledger?limit=1000", &customer.key));
    for call in join_all(calls).await {
        assert_eq!(call.status, 200, "{}", call.text);
    }
}
