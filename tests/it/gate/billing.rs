//! What an answer says of the money, and that it is true.

use fluence::domain::credits::Credits;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use chrono::TimeDelta;
use fluence::domain::account::AccountState;
use fluence::domain::key::Scope;
use fluence::domain::refusal::Refusal;
use fluence::gate::metering::PaidHandler;
use reqwest::Method;
use serde_json::json;

use super::handlers::{LONG, Latch, answering, handler, paid, paid_answer};
use super::people::{luiz, marina, nobody};
use crate::support::gateway::{Gateway, answer, eventually};

#[tokio::test]
async fn billing_info_states_the_account_after_the_call() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    gateway.add_pack(customer.account, 100, TimeDelta::days(365)).await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    let renews_at = gateway.renews_at(customer.account).await;
    assert_eq!(
        *answer.billing(),
        json!({
            "creditos_utilizados": 2,
            "creditos_restantes": 500_098,
            "tipo_plano": "enterprise_crm",
            "renovacao_proxima": renews_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "limite_mensal": 500_000,
            "uso_percentual": 0.0,
        })
    );
    answer.assert_accounted();
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn the_percentage_is_of_the_plan_credits() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(answer.billing()["uso_percentual"], 0.2);
}

#[tokio::test]
async fn a_refund_of_pack_credits_leaves_the_percentage_of_plan_credits_as_it_is() {
    let gateway = answering(|| ready(Refusal::Internal)).await;
    let customer = gateway.customer_on(|plan| plan.credits = 101.try_into().unwrap()).await;
    gateway.leave(customer.account, 1).await;
    // The plan's last credit and one of the pack pay for the call; both come back to where they
    // came from.
    gateway.add_pack(customer.account, 10, TimeDelta::days(365)).await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.billing()["uso_percentual"], 99.01);
    // The plan's are spent, and only the pack pays.
    let other = gateway.customer_on(|plan| plan.credits = 101.try_into().unwrap()).await;
    gateway.leave(other.account, 0).await;
    gateway.add_pack(other.account, 10, TimeDelta::days(365)).await;
    let answer = gateway.post("/crm", &other.key, &marina()).await;
    assert_eq!(answer.billing()["uso_percentual"], 100.0);
    assert_eq!(answer.billing()["creditos_restantes"], 10);
}

#[tokio::test]
async fn every_answer_of_the_whole_gateway_after_authentication_is_accounted() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1000, 1000)).await;
    let (_, reader) = gateway.key(customer.account, |key| key.terms.scopes = vec![Scope::Read]).await;
    let (_, capped) =
        gateway.key(customer.account, |key| key.terms.daily_cap = Some(Credits::from_u32(1))).await;
    let poor = gateway.enterprise(1).await;
    let with = |method, path: &str, key: &str| gateway.request(method, path).header("x-api-key", key);
    let crm = |key: &str| with(Method::POST, "/crm", key);
    let json = "application/json";
    for (request, expected) in [
        (crm(&customer.key).json(&marina()), (200, "")),
        (crm(&customer.key).json(&marina()).header("x-dry-run", "true"), (200, "")),
        (with(Method::GET, "/creditos", &customer.key), (200, "")),
        (with(Method::GET, "/health", &customer.key), (200, "")),
        (with(Method::GET, "/tiers", &customer.key), (200, "")),
        (crm(&customer.key).header("content-type", json).body("{"), (400, "INVALID_JSON")),
        (crm(&customer.key).json(&json!({})), (400, "VALIDATION_FAILED")),
        (crm(&customer.key).json(&json!({"url": "x"})), (400, "PROFILE_URL_NOT_ACCEPTED")),
        (crm(&customer.key).json(&marina()).header("idempotency-key", "a b"), (400, "BAD_REQUEST")),
        (crm(&poor.key).json(&marina()), (402, "INSUFFICIENT_CREDITS")),
        (crm(&capped).json(&marina()), (402, "KEY_CAP_REACHED")),
        (crm(&reader).json(&marina()), (403, "INSUFFICIENT_SCOPE")),
        (crm(&customer.key).json(&nobody()), (404, "PROFILE_NOT_FOUND")),
        (crm(&customer.key).json(&luiz()), (409, "MULTIPLE_MATCHES")),
        (crm(&customer.key).header("content-type", json).body(" ".repeat(20_000)), (413, "BODY_TOO_LARGE")),
        (crm(&customer.key).body("x"), (415, "UNSUPPORTED_MEDIA_TYPE")),
    ] {
        let answer = answer(request).await;
        assert_eq!(answer.outcome(), expected, "{}", answer.text);
        answer.assert_accounted();
    }
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn no_answer_before_authentication_mentions_an_account() {
    let gateway = Gateway::start().await;
    for (method, path, expected) in [
        (Method::GET, "/nowhere", (404, "ENDPOINT_NOT_FOUND")),
        (Method::GET, "/crm", (405, "METHOD_NOT_ALLOWED")),
        (Method::POST, "/crm", (401, "MISSING_AUTH")),
        (Method::GET, "/health", (200, "")),
        (Method::GET, "/tiers", (200, "")),
        (Method::GET, "/livez", (200, "")),
    ] {
        let answer = answer(gateway.request(method, path)).await;
        assert_eq!(answer.outcome(), expected);
        answer.assert_anonymous();
    }
}

#[tokio::test]
async fn a_plan_without_the_endpoint_is_accounted_in_the_headers() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "developer").await;
    let denied = gateway.post("/crm", &customer.key, &marina()).await;
    assert_eq!(denied.outcome(), (403, "ACCESS_DENIED"));
    assert_eq!((denied.number("x-credits-used"), denied.number("x-credits-remaining")), (0, 10_000));
    denied.assert_limits_told();
}

#[tokio::test]
async fn a_suspended_account_is_accounted_and_limited() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1, 1)).await;
    gateway.set_account_state(customer.account, AccountState::Suspended).await;
    let refused = gateway.get("/creditos", &customer.key).await;
    assert_eq!(refused.outcome(), (403, "ACCOUNT_SUSPENDED"));
    refused.assert_accounted();
    eventually("it is limited", async || {
        gateway.get("/creditos", &customer.key).await.code() == "RATE_LIMITED"
    })
    .await;
}

#[tokio::test]
async fn a_client_that_excludes_every_encoding_gets_what_it_paid_for() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1000, 1000)).await;
    for (method, path, key, status) in [
        (Method::POST, "/crm", customer.key.as_str(), 200),
        (Method::GET, "/v1/keys/none", &customer.key, 403),
        (Method::GET, "/nowhere", &customer.key, 404),
        (Method::GET, "/creditos", "wrong", 401),
        (Method::GET, "/openapi.json", &customer.key, 200),
    ] {
        for excluded in ["identity;q=0", "*;q=0"] {
            let request = gateway.request(method.clone(), path).header("x-api-key", key);
            let request = if method == Method::POST { request.json(&marina()) } else { request };
            let answered = answer(request.header("accept-encoding", excluded)).await;
            assert_eq!(answered.status, status, "{path} {excluded}");
            assert_eq!(answered.header("content-encoding"), "", "{path} {excluded}");
        }
    }
}

#[tokio::test]
async fn a_refund_names_its_reason_and_restores_the_balance() {
    let gateway = answering(|| ready(Refusal::Upstream)).await;
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    answer.assert_accounted();
    let billing = answer.billing();
    assert_eq!((&billing["creditos_utilizados"], &billing["creditos_restantes"]), (&json!(0), &json!(1000)));
    assert_eq!((&billing["reembolsado"], &billing["motivo_reembolso"]), (&json!(true), &json!("failed")));
    assert_eq!(billing["uso_percentual"], 0.0);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

/// Holds its call of "Marina" back and then refuses it; answers every other at once.
async fn one_refused_late(latch: Latch) -> Gateway {
    let handler: PaidHandler = Arc::new(move |call| {
        let latch = latch.clone();
        Box::pin(async move {
            if call.person.query.first_name != "Marina" {
                return paid(paid_answer(), call.price);
            }
            latch.pass().await;
            Err(Refusal::Upstream.into())
        })
    });
    Gateway::in_front_of(handler, LONG).await
}

#[tokio::test]
async fn a_late_refund_does_not_forget_what_was_spent_meanwhile() {
    let latch = Latch::new();
    let gateway = one_refused_late(latch.clone()).await;
    let customer = gateway.professional().await;
    let body = marina();
    let (late, ()) = tokio::join!(gateway.post("/crm", &customer.key, &body), async {
        latch.reached(1).await;
        let other = gateway.post("/crm", &customer.key, &nobody()).await;
        assert_eq!(other.billing()["creditos_restantes"], 996);
        latch.let_go(1);
    });
    assert_eq!(late.billing()["creditos_restantes"], 998, "{}", late.text);
    let free = gateway.post("/crm", &customer.key, &json!({})).await;
    assert_eq!(free.billing()["creditos_restantes"], 998, "{}", free.text);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 998);
}

#[tokio::test]
async fn a_call_that_cannot_be_held_is_503_and_costs_nothing() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.post("/crm", &customer.key, &json!({})).await.status, 400);
    let pool = gateway.database.pool();
    sqlx::query("alter table ledger_batch rename to ledger_batch_away").execute(pool).await.unwrap();
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    sqlx::query("alter table ledger_batch_away rename to ledger_batch").execute(pool).await.unwrap();
    assert_eq!(refused.outcome(), (503, "SERVICE_UNAVAILABLE"), "{}", refused.text);
    refused.assert_accounted();
    assert!(refused.billing().get("reembolsado").is_none());
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 998);
}

#[tokio::test]
async fn a_missed_deadline_is_named_as_the_refund_reason() {
    let never = handler(std::future::pending::<Response>);
    let gateway = Gateway::in_front_of(never, Duration::from_millis(20)).await;
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    answer.assert_accounted();
    assert_eq!(answer.billing()["motivo_reembolso"], "timed_out");
    gateway.assert_books_are_right().await;
}
