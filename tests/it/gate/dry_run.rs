//! `X-Dry-Run`: what a call would cost, for nothing.

use std::future::ready;

use chrono::TimeDelta;
use fluence::domain::plan::Access;
use serde_json::{Value, json};

use super::handlers::{answering, paid_answer};
use super::people::marina;
use crate::support::gateway::{Answer, Gateway, answer, answer as answer_to};

async fn dry_run(gateway: &Gateway, path: &str, key: &str, body: &Value) -> Answer {
    answer(gateway.posting(path, key, body).header("x-dry-run", "true")).await
}

/// Rows that a paid call writes.
async fn rows(gateway: &Gateway) -> i64 {
    let query = "select (select count(*) from ledger_entry) + (select count(*) from ledger_idempotency)
                      + (select count(*) from ledger_key_spend)";
    sqlx::query_scalar(query).fetch_one(gateway.database.pool()).await.unwrap()
}

#[tokio::test]
async fn a_dry_run_tells_price_and_balance_after_and_writes_nothing() {
    // Any handler that is reached would fail.
    let gateway = answering(|| ready(fluence::domain::refusal::Refusal::Internal)).await;
    let customer = gateway.enterprise(10).await;
    let before = rows(&gateway).await;
    for (path, price) in [("/crm_basico", 1), ("/crm", 2), ("/analyze", 1)] {
        let answer = dry_run(&gateway, path, &customer.key, &marina()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let expected = json!({
            "credits": price, "credits_available": 10, "credits_after": 10 - price, "would_succeed": true
        });
        assert_eq!(answer.body["dry_run"], expected);
        answer.assert_accounted();
        assert_eq!(answer.billing()["creditos_utilizados"], 0);
    }
    assert_eq!(rows(&gateway).await, before);
    assert_eq!(gateway.balance(customer.account).await, 10);
    assert_eq!(gateway.requests_used(customer.account).await, 0);
}

#[tokio::test]
async fn a_dry_run_of_a_comprehensive_analysis_goes_by_its_tier() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    for (tier, price) in [("basic", 1), ("standard", 2), ("premium", 2)] {
        let body = json!({ "first_name": "a", "last_name": "b", "company": "c", "tier": tier });
        let answer = dry_run(&gateway, "/analyze-comprehensive", &customer.key, &body).await;
        assert_eq!(answer.body["dry_run"]["credits"], price, "{tier}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_dry_run_short_of_credits_says_that_the_call_would_fail() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(1).await;
    let answer = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    let reason = json!({
        "error_code": "INSUFFICIENT_CREDITS", "message": "This call needs 2 credits, the account has 1"
    });
    let expected = json!({
        "credits": 2, "credits_available": 1, "credits_after": null, "would_succeed": false, "reason": reason
    });
    assert_eq!((answer.status, &answer.body["dry_run"]), (200, &expected));
}

#[tokio::test]
async fn a_dry_run_with_the_quota_used_up_says_that_the_call_would_fail() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    let answer = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    assert_eq!(answer.body["dry_run"]["would_succeed"], false, "{}", answer.text);
    let reason = &answer.body["dry_run"]["reason"];
    assert_eq!(reason["error_code"], "QUOTA_EXCEEDED");
    assert!(reason["message"].as_str().unwrap().contains("a credit pack pays for more"), "{reason}");
    let request = gateway.posting("/crm", &customer.key, &marina()).header("accept-language", "pt");
    let answer = answer_to(request.header("x-dry-run", "true")).await;
    let message = answer.body["dry_run"]["reason"]["message"].as_str().unwrap();
    assert!(message.contains("um pacote de créditos cobre as próximas"), "{message}");
}

#[tokio::test]
async fn a_dry_run_with_the_quota_used_up_counts_on_packs() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    gateway.add_pack(customer.account, 5, TimeDelta::days(365)).await;
    // This gateway hears of the pack with the first call that it pays for.
    assert_eq!(gateway.post("/crm_basico", &customer.key, &marina()).await.status, 200);
    for (left, would) in [(4, true), (2, true), (0, false)] {
        let answer = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
        assert_eq!(
            answer.body["dry_run"]["would_succeed"], would,
            "with {left} of the pack: {}",
            answer.text
        );
        let paid = gateway.post("/crm", &customer.key, &marina()).await;
        let expected = if would { (200, "") } else { (429, "QUOTA_EXCEEDED") };
        assert_eq!(paid.outcome(), expected, "{}", paid.text);
    }
}

#[tokio::test]
async fn a_dry_run_passes_everything_before_the_hold() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.access = vec![Access::CrmBasico]).await;
    let refused = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (403, "ACCESS_DENIED"));
    let refused = dry_run(&gateway, "/crm_basico", &customer.key, &json!({})).await;
    assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"));
    let refused = dry_run(&gateway, "/crm_basico", "an-imported-key-for-tests-1", &marina()).await;
    assert_eq!(refused.outcome(), (401, "INVALID_API_KEY"));
}

#[tokio::test]
async fn only_a_plain_yes_or_no_is_understood_so_that_nobody_pays_by_mistake() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    for unclear in [&["1"][..], &["yes"], &[""], &["true, false"], &["false", "true"], &["true", "true"]] {
        let request = gateway.posting("/crm", &customer.key, &marina());
        let request = unclear.iter().fold(request, |request, value| request.header("x-dry-run", *value));
        let refused = answer(request).await;
        assert_eq!(refused.outcome(), (400, "BAD_REQUEST"), "{unclear:?}");
        refused.assert_accounted();
    }
    assert_eq!(gateway.balance(customer.account).await, 500_000);
    let dry = answer(gateway.posting("/crm", &customer.key, &marina()).header("x-dry-run", "TRUE")).await;
    assert!(dry.body["dry_run"].is_object(), "{}", dry.text);
    let wet = answer(gateway.posting("/crm", &customer.key, &marina()).header("x-dry-run", "false")).await;
    assert_eq!(wet.billing()["creditos_utilizados"], 2);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_dry_run_under_an_idempotency_key_leaves_the_key_free() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    let request = || gateway.posting("/crm", &customer.key, &marina()).header("idempotency-key", "one");
    assert!(answer(request().header("x-dry-run", "true")).await.body["dry_run"].is_object());
    let paid = answer(request()).await;
    assert_eq!((paid.status, paid.header("idempotent-replayed")), (200, ""));
    // Nor does a dry run find the stored answer.
    assert!(answer(request().header("x-dry-run", "true")).await.body["dry_run"].is_object());
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

/// What a key has spent of its cap is the ledger's to know, and a dry run does not ask it.
#[tokio::test]
async fn a_dry_run_looks_at_credits_and_quota_and_not_at_the_caps_of_the_key() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    let (_, capped) = gateway.key(customer.account, |key| key.terms.daily_cap = Some(1)).await;
    let would = dry_run(&gateway, "/crm", &capped, &marina()).await;
    assert_eq!(would.body["dry_run"]["would_succeed"], true);
    assert_eq!(gateway.post("/crm", &capped, &marina()).await.outcome(), (402, "KEY_CAP_REACHED"));
}
