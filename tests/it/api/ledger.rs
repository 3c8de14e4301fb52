//! `/v1/ledger`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::gate::people::unknown_person;
use crate::support::gateway::{Answer, Gateway, answer};

#[tokio::test]
async fn entries_come_a_page_at_a_time_and_end() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for _ in 0..3 {
        assert_eq!(gateway.post("/analyze", &customer.key, &unknown_person()).await.status, 404);
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
async fn a_client_that_has_its_answer_reads_a_receipt_that_is_settled() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for _ in 0..5 {
        let call = gateway.post("/crm", &customer.key, &unknown_person()).await;
        let path = format!("/v1/ledger/{}", call.header("x-request-id"));
        let receipt = gateway.get(&path, &customer.key).await.body;
        assert_eq!(
            (&receipt["state"], &receipt["outcome"]),
            (&json!("captured"), &json!("profile_not_found"))
        );
    }
}

#[tokio::test]
async fn sentences_of_entries_and_receipts_are_in_the_language_of_messages() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let call = gateway.post("/crm", &customer.key, &unknown_person()).await;
    let receipt = format!("/v1/ledger/{}", call.header("x-request-id"));
    gateway.settled().await;
    for (asked, expected) in [
        (None, "the search found no profile."),
        (Some("en"), "the search found no profile."),
        (Some("pt-BR,pt;q=0.9"), "a busca não encontrou nenhum perfil."),
    ] {
        let get = |path: &str| {
            let request = gateway.request(Method::GET, path).header("x-api-key", &customer.key);
            answer(asked.into_iter().fold(request, |request, tags| request.header("accept-language", tags)))
        };
        let (receipt, entries) = (get(&receipt).await.body, get("/v1/ledger").await.body);
        let call = entries["data"].as_array().unwrap().iter().find(|entry| entry["kind"] == "hold").unwrap();
        for sentence in [&receipt["summary"], &receipt["entries"][0]["summary"], &call["summary"]] {
            assert!(sentence.as_str().unwrap().ends_with(expected), "{asked:?}: {sentence}");
        }
    }
}

#[tokio::test]
async fn only_the_calls_account_gets_its_receipt() {
    let gateway = Gateway::start().await;
    let (customer, other) = (gateway.professional().await, gateway.professional().await);
    let call = gateway.post("/crm", &customer.key, &unknown_person()).await;
    let path = format!("/v1/ledger/{}", call.header("x-request-id"));

    let receipt = gateway.get(&path, &customer.key).await;
    assert_eq!((receipt.status, &receipt.body["credits"]), (200, &json!(2)));
    gateway.settled().await;
    assert_eq!(receipt.body["entries"][0]["endpoint"], "/crm");
    let foreign = gateway.get(&path, &other.key).await;
    assert_eq!((foreign.status, foreign.code()), (404, "NOT_FOUND"));
    let unknown = gateway.get("/v1/ledger/not-an-id", &customer.key).await;
    assert_eq!(unknown.status, 404);
}

/// The receipt of a call, once the call has ended.
async fn receipt(gateway: &Gateway, key: &str, call: &Answer) -> Value {
    gateway.settled().await;
    let receipt = gateway.get(&format!("/v1/ledger/{}", call.header("x-request-id")), key).await;
    assert_eq!(receipt.status, 200, "{}", receipt.text);
    receipt.body
}

#[tokio::test]
async fn a_receipt_says_what_was_charged_and_why() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.credits = 3.try_into().unwrap()).await;
    gateway.add_pack(customer.account, 10, chrono::TimeDelta::days(365)).await;
    let mut receipts = Vec::new();
    for _ in 0..3 {
        let call = gateway.post("/crm", &customer.key, &unknown_person()).await;
        assert_eq!(call.status, 404, "{}", call.text);
        receipts.push(receipt(&gateway, &customer.key, &call).await);
    }
    for receipt in &receipts {
        for (field, value) in [
            ("state", json!("captured")),
            ("label", json!("charged")),
            ("summary", json!("Charged 2 credits: the search found no profile.")),
            ("outcome", json!("profile_not_found")),
            ("status", json!(404)),
            ("endpoint", json!("/crm")),
            ("credits_held", json!(2)),
            ("credits_captured", json!(2)),
            ("credits_released", json!(0)),
        ] {
            assert_eq!(receipt[field], value, "{field} of {receipt}");
        }
    }
    let paid_by = |receipt: &Value| -> (Vec<String>, bool) {
        let lots = receipt["lots"].as_array().unwrap().iter();
        let lots = lots.map(|lot| format!("{} {}", lot["source"].as_str().unwrap(), lot["credits_held"]));
        (lots.collect(), receipt["plan_request_used"].as_bool().unwrap())
    };
    assert_eq!(paid_by(&receipts[0]), (vec!["plan 2".into()], true));
    assert_eq!(paid_by(&receipts[1]), (vec!["plan 1".into(), "pack 1".into()], true));
    assert_eq!(paid_by(&receipts[2]), (vec!["pack 2".into()], false));

    let statement = gateway.get("/v1/ledger", &customer.key).await;
    let shown: Vec<_> = statement.body["data"].as_array().unwrap().iter().collect();
    let holds: Vec<_> = shown.iter().filter(|line| line["kind"] == "hold").collect();
    assert_eq!(holds.len(), 4);
    for line in holds {
        assert_eq!((&line["state"], &line["outcome"]), (&json!("captured"), &json!("profile_not_found")));
    }
    assert!(shown[0]["state"].is_null() && shown[0]["label"].is_null(), "a renewal is no call: {}", shown[0]);
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
