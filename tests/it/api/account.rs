//! `/v1/account`.

use fluence::domain::credits::Credits;
use fluence::domain::key::Scope;
use serde_json::json;

use crate::support::gateway::Gateway;

#[tokio::test]
async fn a_key_learns_whose_it_is_and_what_it_may_do() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (key_id, key) =
        gateway.key(customer.account, |new| new.terms.daily_cap = Some(Credits::from_u32(7))).await;
    let answer = gateway.get("/v1/account", &key).await;
    assert_eq!(answer.status, 200);
    let body = &answer.body;
    assert_eq!(body["account"]["id"], json!(customer.account));
    assert_eq!(body["account"]["state"], "active");
    assert_eq!(body["plan"]["tier"], "platform_professional");
    assert_eq!((&body["plan"]["rate_per_s"], &body["plan"]["concurrency"]), (&json!(10), &json!(10)));
    assert_eq!((&body["key"]["id"], &body["key"]["daily_cap"]), (&json!(key_id), &json!(7)));
    assert_eq!(body["key"]["scopes"], json!(["read", "invoke"]));
    assert_eq!(body["credits"]["remaining"], answer.billing()["creditos_restantes"]);
    assert_eq!(body["credits"]["renews_at"], answer.billing()["renovacao_proxima"]);
    assert!(!answer.body.to_string().contains(&key), "the key itself is in the answer");
    answer.assert_accounted();
}

#[tokio::test]
async fn its_errors_speak_the_dialect_of_the_route() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) = gateway.key(customer.account, |new| new.terms.scopes = vec![Scope::Invoke]).await;
    for path in ["/v1/account", "/v1/account/usage", "/prod/v1/account"] {
        let refused = gateway.get(path, &key).await;
        assert_eq!((refused.status, &refused.body["code"]), (403, &json!("INSUFFICIENT_SCOPE")), "{path}");
        assert!(refused.body["error"].is_string(), "{path}");
        let unknown = gateway.get(path, "an-imported-key-for-tests-1").await;
        assert_eq!(
            (&unknown.body["error"], &unknown.body["code"]),
            (&json!("Invalid API key"), &json!("INVALID_API_KEY"))
        );
    }
}
