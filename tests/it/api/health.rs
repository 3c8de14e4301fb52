//! `/health` and `/saude`.

use chrono::{SecondsFormat, TimeDelta};
use fluence::domain::key::{KeyState, Scope};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::gateway::{Gateway, answer, eventually};

const PATHS: [&str; 2] = ["/health", "/saude"];

#[tokio::test]
async fn health_without_a_key_shows_only_the_service() {
    let gateway = Gateway::start().await;
    for path in PATHS {
        let answer = answer(gateway.request(Method::GET, path)).await;
        assert_eq!(answer.status, 200);
        let names: Vec<_> = answer.body.as_object().unwrap().keys().collect();
        assert_eq!(names, ["service", "status", "timestamp", "version"]);
        assert_eq!(
            (&answer.body["status"], &answer.body["service"]),
            (&json!("healthy"), &json!("fluence-behavioral-intelligence-api"))
        );
    }
}

#[tokio::test]
async fn health_with_a_key_shows_its_endpoints() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.add_pack(customer.account, 100, TimeDelta::days(365)).await;
    let renews_at = gateway.renews_at(customer.account).await.to_rfc3339_opts(SecondsFormat::Secs, true);
    for path in PATHS {
        let answer = gateway.get(path, &customer.key).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body["api_key_status"], "valid");
        assert_eq!(
            answer.body["subscription_info"],
            json!({
                "tier": "professional",
                "credits_remaining": 1100,
                "monthly_limit": 1000,
                "reset_date": renews_at,
                "rate_limit": "10 req/sec",
            })
        );
        let expected = json!({ "requests_remaining": 1000, "reset_time": renews_at });
        assert_eq!(answer.body["rate_limit_status"], expected);
        assert_eq!(answer.billing()["renovacao_proxima"], renews_at.as_str());
        assert_eq!(answer.billing()["creditos_restantes"], 1100);
    }
}

/// The paths that `/health` lists for a key.
async fn endpoints(gateway: &Gateway, key: &str) -> Vec<String> {
    let body = gateway.get("/saude", key).await.body;
    let Value::Array(paths) = &body["endpoints_available"] else { panic!("{body}") };
    paths.iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

const FREE: [&str; 7] = ["/health", "/saude", "/status", "/creditos", "/credits", "/tiers", "/planos"];

#[tokio::test]
async fn the_endpoints_are_those_of_the_plan() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.access = vec!["analyze".parse().unwrap()]).await;
    let expected: Vec<_> = ["/analyze", "/analyze-comprehensive"].into_iter().chain(FREE).collect();
    assert_eq!(endpoints(&gateway, &customer.key).await, expected);
}

#[tokio::test]
async fn health_shows_a_key_without_the_scope_only_free_endpoints() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, reader) = gateway.key(customer.account, |key| key.terms.scopes = vec![Scope::Read]).await;
    assert_eq!(endpoints(&gateway, &reader).await, FREE);
}

#[tokio::test]
async fn health_shows_a_plan_without_api_only_free_endpoints() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.api_access = false).await;
    assert_eq!(endpoints(&gateway, &customer.key).await, FREE);
}

#[tokio::test]
async fn every_endpoint_in_health_is_open_to_the_key() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    for path in endpoints(&gateway, &customer.key).await {
        let allowed = answer(gateway.request(Method::OPTIONS, &path)).await;
        let get = allowed.header("allow").contains("GET");
        let request = gateway.request(if get { Method::GET } else { Method::POST }, &path);
        let answer = answer(request.header("x-api-key", &customer.key)).await;
        assert!(matches!(answer.status, 200 | 415), "{path}: {} {}", answer.status, answer.text);
    }
}

#[tokio::test]
async fn c15_with_a_bad_key_it_is_401() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.set_key_state(customer.key_id, KeyState::Revoked).await;
    for path in PATHS {
        assert_eq!(
            gateway.get(path, "an-imported-key-for-tests-1").await.outcome(),
            (401, "INVALID_API_KEY")
        );
        let revoked = gateway.get(path, &customer.key).await;
        assert_eq!(revoked.outcome(), (401, "REVOKED_API_KEY"));
        assert!(revoked.body.get("status").is_none(), "{}", revoked.text);
    }
}

#[tokio::test]
async fn health_is_503_while_paid_calls_are_impossible() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "3600000")]).await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    assert_eq!(gateway.get("/saude", &customer.key).await.status, 200);
    sqlx::query("alter table _sqlx_migrations rename to away")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    eventually("it is unavailable", async || {
        let answer = answer(gateway.request(Method::GET, "/saude")).await;
        assert!(matches!(answer.status, 200 | 503));
        answer.status == 503 && answer.body["status"] == "unavailable"
    })
    .await;
    let known = gateway.get("/saude", &customer.key).await;
    assert_eq!((known.status, &known.body["api_key_status"]), (503, &json!("valid")));
    sqlx::query("alter table away rename to _sqlx_migrations")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    eventually("it is healthy again", async || {
        answer(gateway.request(Method::GET, "/saude")).await.body["status"] == "healthy"
    })
    .await;
}
