//! `/v1/account`.

use fluence::clock::new_id;
use fluence::domain::credits::Credits;
use fluence::domain::ids::CallId;
use fluence::domain::key::Scope;
use fluence::ledger::rules::operation::Operation;
use serde_json::json;

use crate::gate::people::unknown_person;
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

#[tokio::test]
async fn a_plan_with_fewer_requests_than_were_used_is_shown_with_its_own_number() {
    let gateway = Gateway::start().await;
    let customer =
        gateway.customer_on(|plan| (plan.requests, plan.credits) = (8, Credits::from_u32(100))).await;
    let nobody = unknown_person();
    let call = async || gateway.post("/analyze", &customer.key, &nobody).await;
    for _ in 0..7 {
        assert_eq!(call().await.status, 404);
    }
    gateway.settled().await;
    sqlx::query("update plan p set requests = 5 from account a where a.id = $1 and p.edition = a.edition and p.plan = a.plan")
        .bind(customer.account.as_uuid())
        .execute(gateway.database.pool())
        .await
        .unwrap();
    gateway.act(Operation::MovePlan { account_id: customer.account, id: CallId::from_uuid(new_id()) }).await;

    let account = gateway.get("/v1/account", &customer.key).await.body;
    let credits = &account["credits"];
    assert_eq!(
        (&account["plan"]["requests"], &credits["requests_used"], &credits["requests_remaining"]),
        (&json!(5), &json!(7), &json!(0))
    );
    let status = gateway.get("/status", &customer.key).await.body;
    assert_eq!(status["limits"]["requests"], json!({ "limit": 5, "remaining": 0 }));
    let refused = call().await;
    assert_eq!(refused.outcome(), (429, "QUOTA_EXCEEDED"));
    assert!(refused.text.contains("5 requests"), "{}", refused.text);
    let mut ana = gateway.admin(customer.account).await;
    for page in ["", "/credits"] {
        let shown = ana.get(&format!("/console/{}{page}", customer.account)).await;
        assert!(shown.has("7 of 5 requests"), "{page}: {}", shown.body);
    }
    gateway.assert_books_are_right().await;
}
