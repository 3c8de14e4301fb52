//! The bodies that the clients' own documents show, against what a real gateway answers: each
//! member that a document shows is there, of the same kind, and with the same value where the
//! document's value is no example.

use reqwest::Method;
use serde_json::{Value, json};

use crate::gate::people::marina;
use crate::support::gateway::{Gateway, answer};

/// Checks that all that `shown` has stands in `answered` too, of the same kind.
fn assert_has_shape(answered: &Value, shown: &Value, place: &str) {
    match shown {
        Value::Object(members) => {
            for (name, shown) in members {
                let member =
                    answered.get(name).unwrap_or_else(|| panic!("{place}/{name} is missing: {answered}"));
                assert_has_shape(member, shown, &format!("{place}/{name}"));
            }
        }
        Value::Array(items) => assert_eq!(answered.is_array(), !items.is_empty(), "{place}: {answered}"),
        Value::String(_) => assert!(answered.is_string(), "{place}: {answered}"),
        Value::Number(_) => assert!(answered.is_number(), "{place}: {answered}"),
        other => assert_eq!(answered, other, "{place}"),
    }
}

#[tokio::test]
async fn a_paid_answer_says_what_it_cost() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer("2025-01", "professional").await;
    let answered = gateway.post("/production/crm", &customer.key, &marina()).await;
    let shown = json!({
        "analise": {},
        "billing_info": {
            "creditos_utilizados": 2, "creditos_restantes": 998, "tipo_plano": "professional",
            "renovacao_proxima": "2025-02-15T00:00:00Z", "limite_mensal": 1000, "uso_percentual": 0.2,
        },
    });
    assert_has_shape(&answered.body, &shown, "");
    for member in
        ["creditos_utilizados", "creditos_restantes", "tipo_plano", "limite_mensal", "uso_percentual"]
    {
        assert_eq!(answered.billing()[member], shown["billing_info"][member], "{member}");
    }
}

#[tokio::test]
async fn an_unknown_key_is_an_authentication_error() {
    let gateway = Gateway::start().await;
    let refused = gateway.post("/production/crm", "an-imported-key-for-tests-1", &marina()).await;
    let shown = json!({
        "success": false,
        "error": {
            "type": "authentication_error", "message": "Invalid API key provided", "code": 401,
            "user_action": "…", "support_contact": "…",
        },
    });
    assert_has_shape(&refused.body, &shown, "");
    for member in ["type", "message", "code"] {
        assert_eq!(refused.body["error"][member], shown["error"][member], "{member}");
    }
}

#[tokio::test]
async fn too_few_credits_say_how_many_are_needed() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(0).await;
    let refused = gateway.post("/prod/crm", &customer.key, &marina()).await;
    let shown = json!({
        "success": false,
        "error": {
            "type": "insufficient_credits", "message": "…", "code": 402, "credits_needed": 2,
            "credits_available": 0, "user_action": "…",
        },
    });
    assert_has_shape(&refused.body, &shown, "");
    for member in ["type", "code", "credits_needed", "credits_available"] {
        assert_eq!(refused.body["error"][member], shown["error"][member], "{member}");
    }
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1, 1)).await;
    let mut refused = gateway.get("/creditos", &customer.key).await;
    for _ in 0..20 {
        if refused.status == 429 {
            break;
        }
        refused = gateway.get("/creditos", &customer.key).await;
    }
    let shown = json!({
        "success": false,
        "error": {
            "type": "rate_limit_exceeded", "message": "…", "code": 429, "retry_after": 60,
            "current_limit": "10 requests/second", "user_action": "…",
        },
    });
    assert_has_shape(&refused.body, &shown, "");
    assert_eq!(refused.body["error"]["type"], shown["error"]["type"]);
    assert_eq!(refused.body["error"]["code"], 429);
}

#[tokio::test]
async fn a_health_check_with_a_key_shows_the_subscription() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-01", "professional").await;
    let shown = json!({
        "status": "healthy", "service": "fluence-behavioral-intelligence-api", "version": "2.1.0",
        "timestamp": "2025-01-15T10:30:00Z", "api_key_status": "valid",
        "subscription_info": {
            "tier": "professional", "credits_remaining": 847, "monthly_limit": 1000,
            "reset_date": "2025-02-01T00:00:00Z", "rate_limit": "10 req/sec",
        },
        "rate_limit_status": { "requests_remaining": 598, "reset_time": "2025-01-15T11:00:00Z" },
        "endpoints_available": ["/crm_basico", "/crm", "/analyze"],
    });
    for path in ["/production/saude", "/production/health"] {
        let answered = gateway.get(path, &customer.key).await;
        assert_has_shape(&answered.body, &shown, "");
        for member in ["status", "service", "api_key_status"] {
            assert_eq!(answered.body[member], shown[member], "{member}");
        }
        for member in ["tier", "monthly_limit", "rate_limit"] {
            assert_eq!(answered.body["subscription_info"][member], shown["subscription_info"][member]);
        }
    }
}

#[tokio::test]
async fn a_plan_without_the_endpoint_is_told_the_tier_that_has_it() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "professional").await;
    let refused = gateway.post("/prod/crm_basico", &customer.key, &marina()).await;
    let shown = json!({
        "success": false,
        "error": "Access denied. Your professional tier API key cannot access /crm_basico. Upgrade to CRM tier for access.",
        "error_code": "ACCESS_DENIED",
        "current_tier": "platform_professional",
        "required_tier": "crm_business",
    });
    for (member, shown) in shown.as_object().unwrap() {
        assert_eq!(&refused.body[member], shown, "{member}");
    }
    assert!(refused.body["upgrade_url"].is_string());
}

#[tokio::test]
async fn influtics_shows_three_errors() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let expires = fluence::clock::now() - chrono::TimeDelta::seconds(1);
    let (_, expired) = gateway.key(customer.account, |key| key.terms.expires_at = Some(expires)).await;
    let path = "/v1/account/usage";
    let refusals = [
        (answer(gateway.request(Method::GET, path)).await, "Missing Authorization header", "MISSING_AUTH"),
        (gateway.get(path, "an-imported-key-for-tests-1").await, "Invalid API key", "INVALID_API_KEY"),
        (gateway.get(path, &expired).await, "API key has expired", "EXPIRED_API_KEY"),
    ];
    for (refused, error, code) in refusals {
        let body = &refused.body;
        assert_eq!(
            (&body["success"], &body["error"], &body["code"]),
            (&json!(false), &json!(error), &json!(code))
        );
    }
}

#[tokio::test]
async fn fluenzr_shows_one_sentence_for_every_401() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (revoked, key) = gateway.key(customer.account, |_| ()).await;
    gateway.set_key_state(revoked, fluence::domain::key::KeyState::Revoked).await;
    let bare = gateway.request(Method::GET, "/v1/contacts").header("authorization", &customer.key);
    for refused in [
        answer(gateway.request(Method::GET, "/v1/contacts")).await,
        gateway.get("/v1/contacts", "an-imported-key-for-tests-1").await,
        gateway.get("/v1/contacts", &key).await,
        answer(bare).await,
    ] {
        let error = &refused.body["error"];
        assert_eq!(refused.status, 401);
        assert_eq!(
            (&error["code"], &error["message"]),
            (&json!("UNAUTHORIZED"), &json!("Invalid or missing API key"))
        );
    }
}

#[tokio::test]
async fn fluenzr_shows_a_plan_without_api_access() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.api_access = false).await;
    let refused = gateway.get("/v1/contacts", &customer.key).await;
    let error = &refused.body["error"];
    assert_eq!((refused.status, &error["code"]), (403, &json!("FORBIDDEN")));
    let message = error["message"].as_str().unwrap();
    assert!(message.starts_with("API access requires ") && message.ends_with(" plan"), "{message}");
}
