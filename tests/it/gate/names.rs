//! Names without a letter: nothing to search by, and nothing to charge for.

use reqwest::Method;
use serde_json::json;

use crate::support::gateway::{Gateway, answer};

#[tokio::test]
async fn names_without_a_letter_are_refused_and_free() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    for (first, last, company, field) in [
        ("...", "Souza", "Nubank", "first_name"),
        ("Ana", "-", "Nubank", "last_name"),
        ("Ana", "99", "Nubank", "last_name"),
        ("Ana", "Souza", "!!!", "company"),
        ("🙂", "Souza", "Nubank", "first_name"),
    ] {
        let body = json!({ "first_name": first, "last_name": last, "company": company });
        for path in ["/crm_basico", "/crm", "/analyze", "/analyze-comprehensive", "/v1/contacts"] {
            let refused = gateway.post(path, &customer.key, &body).await;
            assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"), "{path} {body}");
            let fields = refused.body["error"]["fields"].as_array().unwrap();
            assert_eq!((fields.len(), &fields[0]["field"]), (1, &json!(field)), "{path} {body}");
        }
    }
    assert_eq!(gateway.balance(customer.account).await, 10);
}

#[tokio::test]
async fn one_letter_is_a_name_and_a_company_may_be_digits() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    for (first, last, company) in [("小明", "王", "腾讯"), ("Karen", "O", "99"), ("X", "Æ", "3M")] {
        let body = json!({ "first_name": first, "last_name": last, "company": company });
        assert_ne!(gateway.post("/crm_basico", &customer.key, &body).await.status, 400, "{body}");
        assert_eq!(gateway.post("/v1/contacts", &customer.key, &body).await.status, 201, "{body}");
    }
}

#[tokio::test]
async fn a_contact_cannot_be_renamed_to_nothing_one_could_search_by() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    let ana = json!({ "first_name": "Ana", "last_name": "Souza", "company": "Nubank" });
    let made = gateway.post("/v1/contacts", &customer.key, &ana).await;
    let path = format!("/v1/contacts/{}", made.body["data"]["id"].as_str().unwrap());
    for (field, text) in [("first_name", "!"), ("last_name", "7"), ("company", "—")] {
        let change = gateway.request(Method::PATCH, &path).header("x-api-key", &customer.key);
        let refused = answer(change.json(&json!({ field: text }))).await;
        assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"), "{field}");
        assert_eq!(refused.body["error"]["fields"][0]["field"], field);
    }
    assert_eq!(gateway.get(&path, &customer.key).await.body["data"]["last_name"], "Souza");
}
