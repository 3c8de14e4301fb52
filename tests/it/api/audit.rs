//! `/v1/audit`.

use fluence::domain::key::Scope;
use serde_json::{Value, json};

use crate::support::gateway::{Answer, Gateway};

fn actions(answer: &Answer) -> Vec<&str> {
    answer.body["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn changes_are_paged_with_author_and_origin() {
    let gateway = Gateway::start_with(&[("FLUENCE_SERVER_TRUSTED_PROXIES", "127.0.0.0/8")]).await;
    let customer = gateway.professional().await;
    let (key_id, key) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let making = gateway
        .posting("/v1/keys", &key, &json!({"name": "server"}))
        .header("x-forwarded-for", "203.0.113.7");
    let made = crate::support::gateway::answer(making).await;
    gateway.post("/v1/environments", &key, &json!({"name": "staging", "mode": "test"})).await;

    let first = gateway.get("/v1/audit?limit=1", &key).await;
    assert_eq!(actions(&first), ["key.created"]);
    let entry = &first.body["data"][0];
    assert_eq!((&entry["actor"], &entry["actor_id"]), (&json!("key"), &json!(key_id.to_string())));
    assert_eq!((&entry["subject"], &entry["subject_id"]), (&json!("key"), &made.body["data"]["id"]));
    assert_eq!(
        (&entry["address"], &entry["request_id"]),
        (&json!("203.0.113.7"), &json!(made.header("x-request-id")))
    );
    assert_eq!((&entry["before"], &entry["after"]["name"]), (&Value::Null, &json!("server")));
    assert!(!first.text.contains(made.body["data"]["key"].as_str().unwrap()));

    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = gateway.get(&format!("/v1/audit?limit=2&cursor={cursor}"), &key).await;
    assert_eq!((actions(&second), &second.body["next_cursor"]), (vec!["environment.created"], &Value::Null));
}

#[tokio::test]
async fn changes_of_other_accounts_are_not_listed() {
    let gateway = Gateway::start().await;
    let (one, other) = (gateway.professional().await, gateway.professional().await);
    let (_, key) = gateway.key(one.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let (_, theirs) = gateway.key(other.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    gateway.post("/v1/keys", &theirs, &json!({"name": "server"})).await;
    assert_eq!(actions(&gateway.get("/v1/audit", &key).await), Vec::<&str>::new());
    assert_eq!(actions(&gateway.get("/v1/audit", &theirs).await), ["key.created"]);
}
