//! `/v1/account/usage`.

use fluence::storage::ledger::usage::roll_up;
use serde_json::{Value, json};

use crate::support::customer::Customer;
use crate::support::gateway::{Gateway, eventually};

/// Makes calls that find nobody, and waits until they are added up.
async fn calls(gateway: &Gateway, customer: &Customer, path: &str, count: i64) {
    let added_up = async || {
        let mut connection = gateway.database.pool().acquire().await.unwrap();
        roll_up(&mut connection, 1_000).await.unwrap();
        sqlx::query_scalar("select coalesce(sum(calls), 0)::bigint from ledger_usage where account_id = $1")
            .bind(customer.account.as_uuid())
            .fetch_one(&mut *connection)
            .await
            .unwrap()
    };
    let before: i64 = added_up().await;
    let body = json!({ "first_name": "Nobody", "last_name": "Known", "company": "Nowhere" });
    for _ in 0..count {
        assert_eq!(gateway.post(path, &customer.key, &body).await.status, 404);
    }
    eventually("the calls are added up", async || added_up().await == before + count).await;
}

async fn lines(gateway: &Gateway, customer: &Customer, query: &str) -> Vec<Value> {
    let answer = gateway.get(&format!("/v1/account/usage?{query}"), &customer.key).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn calls_are_told_apart_as_the_request_wants() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    calls(&gateway, &customer, "/analyze", 2).await;
    calls(&gateway, &customer, "/crm", 1).await;

    let by_endpoint = lines(&gateway, &customer, "group_by=endpoint,outcome").await;
    let line = |endpoint, calls, credits| json!({ "endpoint": endpoint, "outcome": "profile_not_found", "calls": calls, "credits": credits });
    assert_eq!(by_endpoint.len(), 2);
    assert!(by_endpoint.contains(&line("/analyze", 2, 2)) && by_endpoint.contains(&line("/crm", 1, 2)));

    let by_key = lines(&gateway, &customer, "group_by=key").await;
    let key = json!({ "key_id": customer.key_id, "key_name": "test key", "calls": 3, "credits": 4 });
    assert_eq!(by_key, [key]);
    let by_day = lines(&gateway, &customer, "").await;
    assert_eq!((by_day.len(), by_day[0]["day"].is_string()), (1, true));
}

#[tokio::test]
async fn days_outside_the_question_are_not_told() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    calls(&gateway, &customer, "/analyze", 1).await;
    assert!(lines(&gateway, &customer, "from=2020-01-01&to=2020-12-31").await.is_empty());
}

#[tokio::test]
async fn lines_come_a_page_at_a_time() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    calls(&gateway, &customer, "/analyze", 1).await;
    calls(&gateway, &customer, "/crm", 1).await;
    let page = async |cursor: &str| {
        let path = format!("/v1/account/usage?group_by=endpoint&limit=1&cursor={cursor}");
        gateway.get(&path, &customer.key).await.body
    };
    let (first, second, third) = (page("0").await, page("1").await, page("2").await);
    assert_eq!((&first["next_cursor"], &second["next_cursor"]), (&json!("1"), &json!("2")));
    assert_ne!(first["data"][0]["endpoint"], second["data"][0]["endpoint"]);
    assert_eq!((&third["data"], &third["next_cursor"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn another_account_s_calls_are_not_told() {
    let gateway = Gateway::start().await;
    let (customer, other) = (gateway.professional().await, gateway.professional().await);
    calls(&gateway, &customer, "/analyze", 1).await;
    assert!(lines(&gateway, &other, "").await.is_empty());
}

#[tokio::test]
async fn a_faulty_question_is_told_every_fault() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let refused = gateway.get("/v1/account/usage?from=today&group_by=colour&unit=month", &customer.key).await;
    assert_eq!((refused.status, &refused.body["code"]), (400, &json!("VALIDATION_FAILED")));
    for field in ["from", "group_by", "unit"] {
        assert!(refused.body["error"].as_str().unwrap().contains(field), "{}", refused.body);
    }
}
