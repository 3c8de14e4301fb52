//! `Idempotency-Key` on changes.

use chrono::TimeDelta;
use fluence::storage::change_answers;
use serde_json::{Value, json};

use super::keys::{managed, works};
use crate::support::customer::Customer;
use crate::support::gateway::{Answer, Gateway, answer};

async fn post(gateway: &Gateway, customer: &Customer, path: &str, id: &str, body: &Value) -> Answer {
    answer(gateway.posting(path, &customer.key, body).header("idempotency-key", id)).await
}

async fn count(gateway: &Gateway, table: &'static str) -> i64 {
    let query = format!("select count(*) from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(query)).fetch_one(gateway.database.pool()).await.unwrap()
}

#[tokio::test]
async fn the_same_change_is_made_once_and_answered_alike() {
    let (gateway, customer) = managed().await;
    let contact = json!({"first_name": "Ana", "last_name": "Prates", "company": "Zyntra"});
    for (path, body, table) in [
        ("/v1/environments", json!({"name": "staging", "mode": "test"}), "environment"),
        ("/v1/contacts", contact, "contact"),
    ] {
        let before = count(&gateway, table).await;
        let first = post(&gateway, &customer, path, "order-1", &body).await;
        let second = post(&gateway, &customer, path, "order-1", &body).await;
        assert_eq!((first.status, second.status), (201, 201), "{}", second.text);
        assert_eq!((&first.body, first.header("location")), (&second.body, second.header("location")));
        assert_eq!(second.header("idempotent-replayed"), "true");
        assert!(!first.headers.contains_key("idempotent-replayed"));
        assert_eq!(count(&gateway, table).await, before + 1);
        // One key of one environment is one key, whatever the path.
        sqlx::query("delete from change_answer").execute(gateway.database.pool()).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day() {
    let (gateway, customer) = managed().await;
    let contact = json!({"first_name": "Ana", "last_name": "Prates", "company": "Zyntra"});
    post(&gateway, &customer, "/v1/contacts", "c", &contact).await;
    let mut answers = Vec::new();
    for passed in [TimeDelta::hours(23), TimeDelta::hours(1)] {
        let earlier = sqlx::query("update change_answer set answered_at = answered_at - $1").bind(passed);
        earlier.execute(gateway.database.pool()).await.unwrap();
        let mut connection = gateway.database.pool().acquire().await.unwrap();
        change_answers::delete_old(&mut connection, 10).await.unwrap();
        let again = post(&gateway, &customer, "/v1/contacts", "c", &contact).await;
        answers.push((again.status, again.headers.contains_key("idempotent-replayed")));
    }
    // After a day the change is tried again, and the contact exists.
    assert_eq!(answers, [(201, true), (409, false)]);
}

#[tokio::test]
async fn another_change_under_the_same_key_is_refused() {
    let (gateway, customer) = managed().await;
    let (staging, other) = (json!({"name": "a", "mode": "test"}), json!({"name": "b", "mode": "test"}));
    assert_eq!(post(&gateway, &customer, "/v1/environments", "n", &staging).await.status, 201);
    let refused = post(&gateway, &customer, "/v1/environments", "n", &other).await;
    assert_eq!((refused.status, refused.code()), (422, "IDEMPOTENCY_KEY_REUSED"));
    let (_, sibling) = gateway.key(customer.account, |_| {}).await;
    assert_eq!(gateway.get("/v1/account", &sibling).await.status, 200);
}

#[tokio::test]
async fn a_key_is_made_once_and_its_secret_is_kept_nowhere() {
    let (gateway, customer) = managed().await;
    let before = count(&gateway, "api_key").await;
    let body = json!({"name": "nightly"});
    let made = post(&gateway, &customer, "/v1/keys", "n1", &body).await;
    assert_eq!(made.status, 201);
    let again = post(&gateway, &customer, "/v1/keys", "n1", &body).await;
    assert_eq!((again.status, again.code()), (409, "ANSWER_NOT_KEPT"));
    let path = format!("/v1/keys/{}", made.body["data"]["id"].as_str().unwrap());
    assert_eq!(again.body["error"]["location"], json!(path));
    assert_eq!(count(&gateway, "api_key").await, before + 1);
    let kept: Vec<Option<Vec<u8>>> = sqlx::query_scalar("select body from change_answer")
        .fetch_all(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(kept, [None]);

    let rotate = format!("{path}/rotate");
    let body = json!({"overlap_seconds": 0});
    let rotated = post(&gateway, &customer, &rotate, "r1", &body).await;
    assert_eq!(post(&gateway, &customer, &rotate, "r1", &body).await.code(), "ANSWER_NOT_KEPT");
    assert_eq!(works(&gateway, rotated.body["data"]["key"].as_str().unwrap()).await.0, 200);
}

#[tokio::test]
async fn a_change_that_was_refused_may_be_tried_again() {
    let (gateway, customer) = managed().await;
    let body = json!({"name": "server", "environment": "staging"});
    assert_eq!(post(&gateway, &customer, "/v1/keys", "n", &body).await.status, 400);
    let environment = json!({"name": "staging", "mode": "test"});
    gateway.post("/v1/environments", &customer.key, &environment).await;
    assert_eq!(post(&gateway, &customer, "/v1/keys", "n", &body).await.status, 201);
}

#[tokio::test]
async fn the_same_change_sent_at_once_is_made_once() {
    let (gateway, customer) = managed().await;
    let contact = json!({"first_name": "Ana", "last_name": "Prates", "company": "Zyntra"});
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let call = gateway.posting("/v1/contacts", &customer.key, &contact);
        calls.spawn(answer(call.header("idempotency-key", "once")));
    }
    let mut fresh = 0;
    while let Some(answered) = calls.join_next().await {
        let answered = answered.unwrap();
        match answered.status {
            201 => fresh += i32::from(!answered.headers.contains_key("idempotent-replayed")),
            status => {
                assert_eq!((status, answered.code()), (409, "IDEMPOTENCY_IN_PROGRESS"), "{}", answered.text)
            }
        }
    }
    assert_eq!((fresh, count(&gateway, "contact").await), (1, 1));
}

#[tokio::test]
async fn a_contact_that_was_deleted_does_not_live_on_in_an_answer() {
    let (gateway, customer) = managed().await;
    let contact = json!({"first_name": "Ana", "last_name": "Prates", "company": "Zyntra"});
    let made = post(&gateway, &customer, "/v1/contacts", "c", &contact).await;
    let path = made.header("location").to_owned();
    let delete = gateway.request(reqwest::Method::DELETE, &path).header("x-api-key", &customer.key);
    assert_eq!(answer(delete).await.status, 200);
    let again = post(&gateway, &customer, "/v1/contacts", "c", &contact).await;
    assert_eq!((again.status, again.code()), (409, "ANSWER_NOT_KEPT"));
    let dump: Vec<String> = sqlx::query_scalar("select t::text from change_answer t")
        .fetch_all(gateway.database.pool())
        .await
        .unwrap();
    assert!(!dump.concat().contains("5072617465"), "{dump:?}");
}
