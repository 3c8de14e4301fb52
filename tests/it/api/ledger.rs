//! `/v1/ledger`.

use serde_json::json;

use crate::support::gateway::Gateway;

fn nobody() -> serde_json::Value {
    json!({ "first_name": "Nobody", "last_name": "Known", "company": "Nowhere" })
}

#[tokio::test]
async fn entries_come_a_page_at_a_time_and_end() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for _ in 0..3 {
        assert_eq!(gateway.post("/analyze", &customer.key, &nobody()).await.status, 404);
    }

    let first = gateway.get("/v1/ledger?limit=3", &customer.key).await;
    let numbers = |answer: &serde_json::Value| -> Vec<i64> {
        answer["data"].as_array().unwrap().iter().map(|entry| entry["number"].as_i64().unwrap()).collect()
    };
    assert_eq!(numbers(&first.body), [1, 2, 3]);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = gateway.get(&format!("/v1/ledger?limit=3&cursor={cursor}"), &customer.key).await;
    assert_eq!(numbers(&second.body), [4]);
    assert!(second.body["next_cursor"].is_null());
    assert_eq!(second.body["data"][0]["balance_after"], 997);
}

#[tokio::test]
async fn a_call_has_a_receipt_for_its_own_account_alone() {
    let gateway = Gateway::start().await;
    let (customer, other) = (gateway.professional().await, gateway.professional().await);
    let call = gateway.post("/crm", &customer.key, &nobody()).await;
    let path = format!("/v1/ledger/{}", call.header("x-request-id"));

    let receipt = gateway.get(&path, &customer.key).await;
    assert_eq!((receipt.status, &receipt.body["credits"]), (200, &json!(2)));
    assert_eq!(receipt.body["entries"][0]["endpoint"], "/crm");
    let foreign = gateway.get(&path, &other.key).await;
    assert_eq!((foreign.status, foreign.code()), (404, "NOT_FOUND"));
    let unknown = gateway.get("/v1/ledger/not-an-id", &customer.key).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_key_without_the_read_scope_sees_no_entries() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) = gateway
        .key(customer.account, |new| new.terms.scopes = vec![fluence::domain::key::Scope::Invoke])
        .await;
    let refused = gateway.get("/v1/ledger", &key).await;
    assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"));
}
