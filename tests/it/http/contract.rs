//! The bodies and headers that the contract spells out, one test a sentence of it.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use bytes::Bytes;
use fluence::domain::billing::Billing;
use fluence::domain::credits::Credits;
use fluence::domain::language::Language;
use fluence::domain::refusal::{AccessDenied, Limit, LimitHit, Refusal, UpgradeTo};
use fluence::domain::settlement::Outcome;
use fluence::http::answer::{analysis_ok, json_ok, json_with, with_billing};
use fluence::http::dialect::Dialect;
use fluence::http::negotiate::RenderContext;
use serde_json::{Value, json};

use super::samples::{Sent, access_denied, billing, context, refunded, refusals, sent, sent_refusal};

const FLUENCE: (Dialect, bool, Language) = (Dialect::Fluence, false, Language::En);

fn fluence() -> RenderContext {
    context(FLUENCE.0, FLUENCE.1, FLUENCE.2)
}

async fn fluence_refusal(refusal: Refusal) -> Sent {
    sent_refusal(refusal, None, &fluence()).await
}

#[tokio::test]
async fn a_paid_answer_is_success_analysis_and_billing() {
    let charged = Billing { used: Credits::from_u32(2), ..billing() };
    let response = analysis_ok(Bytes::from(r#"{"person": {"first_name":"Zoë"}}"#));
    let sent = sent(with_billing(response, charged), &fluence()).await;
    assert_eq!(sent.status, 200);
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!((sent.header("x-credits-used"), sent.header("x-credits-remaining")), (Some("2"), Some("998")));
    assert_eq!(
        sent.body,
        r#"{"success":true,"analise":{"person": {"first_name":"Zoë"}},"billing_info":{"creditos_utilizados":2,"creditos_restantes":998,"tipo_plano":"professional","renovacao_proxima":"2026-01-01T00:00:00Z","limite_mensal":1000,"uso_percentual":0.2}}"#
    );
}

#[tokio::test]
async fn free_answers_tell_the_billing_of_a_known_caller_only() {
    let plain = sent(json_ok(json!({"status": "ok"})), &fluence()).await;
    assert_eq!(plain.body, r#"{"status":"ok"}"#);
    assert_eq!(plain.header("x-credits-remaining"), None);
    let response = json_with(StatusCode::SERVICE_UNAVAILABLE, json!({"status": "down"}));
    let known = sent(with_billing(response, billing()), &fluence()).await;
    assert_eq!(known.status, 503);
    assert_eq!(known.json()["status"], "down");
    assert_eq!(known.json()["billing_info"]["creditos_utilizados"], 0);
}

#[tokio::test]
async fn a_refunded_call_says_so_with_its_reason() {
    let sent = sent_refusal(Refusal::Timeout, Some(refunded(Outcome::TimedOut)), &fluence()).await;
    let info = &sent.json()["billing_info"];
    assert_eq!(info["creditos_utilizados"], 0);
    assert_eq!(info["reembolsado"], true);
    assert_eq!(info["motivo_reembolso"], "timed_out");
}

#[tokio::test]
async fn a_plan_without_the_endpoint_gets_exactly_this_body() {
    for language in Language::ALL {
        let ctx = context(Dialect::Fluence, false, language);
        let sent = sent_refusal(access_denied(), Some(billing()), &ctx).await;
        assert_eq!(sent.status, 403);
        let expected = json!({
            "success": false,
            "error": "Access denied. Your professional tier API key cannot access /crm_basico. Upgrade to CRM tier for access.",
            "error_code": "ACCESS_DENIED",
            "current_tier": "platform_professional",
            "required_tier": "crm_business",
            "upgrade_url": "https://fluence.example/plans"
        });
        assert_eq!(sent.json(), expected);
        assert_eq!(sent.header("x-credits-remaining"), Some("998"));
    }
}

#[tokio::test]
async fn an_invalid_key_has_a_fixed_message_in_every_language() {
    for (language, action) in [
        (Language::En, "Verify that your API key is correct and active"),
        (Language::Pt, "Confira se a sua chave de API está correta e ativa"),
    ] {
        let ctx = context(Dialect::Fluence, false, language);
        let body = sent_refusal(Refusal::InvalidApiKey, None, &ctx).await.json();
        assert_eq!(body["error"]["type"], "authentication_error");
        assert_eq!(body["error"]["message"], "Invalid API key provided");
        assert_eq!(body["error"]["code"], 401);
        assert_eq!(body["error"]["support_contact"], "help@fluence.example");
        assert_eq!(body["error_code"], "INVALID_API_KEY");
        assert!(body["error"]["user_action"].as_str().unwrap().starts_with(action));
    }
}

#[tokio::test]
async fn a_missing_credential_is_challenged_without_an_error_attribute() {
    assert_eq!(fluence_refusal(Refusal::MissingAuth).await.header("www-authenticate"), Some("Bearer"));
    let invalid = fluence_refusal(Refusal::InvalidApiKey).await;
    assert_eq!(invalid.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
}

#[tokio::test]
async fn too_few_credits_say_how_many_and_where_to_buy() {
    let refusal =
        Refusal::InsufficientCredits { needed: Credits::from_u32(2), available: Credits::ZERO, locked: None };
    let sent = fluence_refusal(refusal).await;
    let error = &sent.json()["error"];
    assert_eq!(sent.status, 402);
    assert_eq!(error["type"], "insufficient_credits");
    assert_eq!((&error["credits_needed"], &error["credits_available"]), (&json!(2), &json!(0)));
    assert_eq!(error["upgrade_url"], "https://fluence.example/plans");
}

#[tokio::test]
async fn a_limit_names_its_policy_and_the_wait() {
    // Waits that end for many clients at once are extended by a random amount.
    for (limit, size, name, shown, spread_s) in [
        (Limit::Rate, 10, "requests_per_second", "10 requests/second", 0),
        (Limit::Concurrency, 5, "concurrent_requests", "5 concurrent requests", 2),
        (Limit::Quota, 500, "requests_per_period", "500 requests/period", 60),
        (Limit::FailedAttempts, 20, "failed_attempts", "20 failed attempts", 0),
    ] {
        let sent = fluence_refusal(Refusal::Limited(LimitHit { limit, size, retry_after_s: 7 })).await;
        let error = &sent.json()["error"];
        let retry_after_s: u64 = sent.header("retry-after").unwrap().parse().unwrap();
        assert!(sent.status == 429 && (7..=7 + spread_s).contains(&retry_after_s), "{retry_after_s}");
        assert_eq!(error["type"], "rate_limit_exceeded");
        assert_eq!(error["retry_after"], retry_after_s);
        assert_eq!((&error["limit"], &error["current_limit"]), (&json!(name), &json!(shown)));
    }
}

#[tokio::test]
async fn a_wait_is_never_shorter_than_a_second() {
    let limited = Refusal::Limited(LimitHit { limit: Limit::Rate, size: 1, retry_after_s: 0 });
    for refusal in [
        limited,
        Refusal::Unavailable { retry_after_s: 0 },
        Refusal::IdempotencyInProgress { retry_after_s: 0 },
    ] {
        let sent = fluence_refusal(refusal).await;
        assert_eq!(sent.header("retry-after"), Some("1"));
        assert_eq!(sent.json()["error"]["retry_after"], 1);
    }
}

#[tokio::test]
async fn fluenzr_has_one_code_for_credentials_and_one_for_rights() {
    let ctx = context(Dialect::Fluenzr, false, Language::En);
    for refusal in [
        Refusal::MissingAuth,
        Refusal::NotBearer,
        Refusal::InvalidApiKey,
        Refusal::ExpiredApiKey,
        Refusal::ReplacedSecret,
        Refusal::RevokedApiKey,
    ] {
        let error = sent_refusal(refusal, None, &ctx).await.json()["error"].take();
        assert_eq!(error["code"], "UNAUTHORIZED");
        assert_eq!(error["message"], "Invalid or missing API key");
        assert!(error["user_action"].is_string(), "{error}");
    }
    for refusal in [
        access_denied(),
        Refusal::InsufficientScope { needed: "read" },
        Refusal::PlanWithoutApi { required_plan: None },
    ] {
        assert_eq!(sent_refusal(refusal, None, &ctx).await.json()["error"]["code"], "FORBIDDEN");
    }
}

#[tokio::test]
async fn a_plan_without_api_access_names_the_plan_that_has_it() {
    let refusal = Refusal::PlanWithoutApi { required_plan: Some("pro".to_owned()) };
    let ctx = context(Dialect::Fluenzr, false, Language::En);
    let error = sent_refusal(refusal, None, &ctx).await.json()["error"].take();
    assert_eq!(
        (&error["code"], &error["message"]),
        (&json!("FORBIDDEN"), &json!("API access requires Pro plan"))
    );
}

#[tokio::test]
async fn a_plan_that_is_no_crm_plan_is_named_as_the_way_to_access() {
    let Refusal::AccessDenied(denied) = access_denied() else { panic!() };
    for (upgrade_to, advice) in [
        (UpgradeTo::Plan("professional".into()), " Upgrade to the professional plan for access."),
        (UpgradeTo::CheaperPlan("free".into()), " The free plan includes it."),
        (UpgradeTo::Nothing, ""),
    ] {
        let body = fluence_refusal(Refusal::AccessDenied(AccessDenied { upgrade_to, ..denied.clone() }));
        assert_eq!(
            body.await.json()["error"],
            format!("Access denied. Your professional tier API key cannot access /crm_basico.{advice}")
        );
    }
}

#[tokio::test]
async fn influtics_has_three_fixed_sentences() {
    for language in Language::ALL {
        let ctx = context(Dialect::Influtics, false, language);
        for (refusal, error, code) in [
            (Refusal::MissingAuth, "Missing Authorization header", "MISSING_AUTH"),
            (Refusal::InvalidApiKey, "Invalid API key", "INVALID_API_KEY"),
            (Refusal::ExpiredApiKey, "API key has expired", "EXPIRED_API_KEY"),
        ] {
            let body = sent_refusal(refusal, None, &ctx).await.json();
            assert_eq!(body["success"], false);
            assert_eq!((&body["error"], &body["code"]), (&json!(error), &json!(code)));
        }
    }
}

#[tokio::test]
async fn a_replaced_secret_has_a_message_of_its_own() {
    for language in Language::ALL {
        let ctx = context(Dialect::Influtics, false, language);
        let body = sent_refusal(Refusal::ReplacedSecret, None, &ctx).await.json();
        let message = Refusal::ReplacedSecret.message(language);
        assert_eq!((&body["error"], &body["code"]), (&json!(message), &json!("EXPIRED_API_KEY")));
    }
}

#[tokio::test]
async fn only_the_messages_that_the_documentation_names_are_english_in_portuguese() {
    for (dialect, english) in [
        (Dialect::Fluence, &["INVALID_API_KEY", "ACCESS_DENIED"][..]),
        (Dialect::Fluenzr, &["UNAUTHORIZED", "FORBIDDEN"]),
        (Dialect::Influtics, &["MISSING_AUTH", "INVALID_API_KEY", "EXPIRED_API_KEY", "ACCESS_DENIED"]),
    ] {
        let mut unchanged = Vec::new();
        for refusal in refusals() {
            let [en, pt] = [Language::En, Language::Pt].map(|language| context(dialect, false, language));
            let en = sent_refusal(refusal.clone(), None, &en).await.json();
            let pt = sent_refusal(refusal, None, &pt).await.json();
            let [(code, en), (_, pt)] = [&en, &pt].map(code_and_message);
            if en == pt {
                unchanged.push(code.to_owned());
            }
        }
        unchanged.dedup();
        assert_eq!(unchanged, english, "{dialect:?}");
    }
}

/// The code and the message of an error body of any dialect.
fn code_and_message(body: &Value) -> (&str, &str) {
    let error = &body["error"];
    let code = [&body["error_code"], &body["code"], &error["code"]].into_iter().find_map(Value::as_str);
    (code.unwrap(), error.as_str().or(error["message"].as_str()).unwrap())
}

#[tokio::test]
async fn a_problem_is_one_on_any_route() {
    for dialect in [Dialect::Fluence, Dialect::Fluenzr, Dialect::Influtics] {
        let sent = sent_refusal(access_denied(), None, &context(dialect, true, Language::En)).await;
        assert_eq!(sent.header("content-type"), Some("application/problem+json"));
        let body = sent.json();
        assert_eq!(body["type"], "https://fluence.example/docs/errors#ACCESS_DENIED");
        assert_eq!((&body["title"], &body["status"]), (&json!("Access denied"), &json!(403)));
        assert_eq!(body["instance"], "urn:uuid:019a0000-0000-7000-8000-000000000001");
        assert_eq!(body["required_tier"], "crm_business");
    }
}

#[tokio::test]
async fn the_router_s_own_empty_answers_become_refusals() {
    let missing = sent(StatusCode::NOT_FOUND.into_response(), &fluence()).await;
    assert_eq!(missing.json()["error_code"], "ENDPOINT_NOT_FOUND");
    let method =
        sent((StatusCode::METHOD_NOT_ALLOWED, [("allow", "POST")]).into_response(), &fluence()).await;
    assert_eq!(method.json()["error_code"], "METHOD_NOT_ALLOWED");
    assert_eq!(method.header("allow"), Some("POST"));
}
