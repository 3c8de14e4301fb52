//! `X-Dry-Run`: what a call would cost, for nothing.

use std::future::ready;

use chrono::TimeDelta;
use fluence::domain::account::AccountState;
use fluence::domain::credits::Credits;
use fluence::storage::keys::NewKey;
use serde_json::{Value, json};

use super::handlers::{answering, paid_answer};
use super::people::{luiz, marina};
use crate::support::gateway::{Answer, Gateway, answer};

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
async fn a_dry_run_returns_price_and_balance_and_writes_nothing() {
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
async fn a_change_is_not_made_as_a_dry_run() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(10).await;
    for (path, body) in [
        ("/v1/keys", json!({ "name": "one" })),
        ("/v1/environments", json!({ "name": "lab", "mode": "test" })),
        ("/v1/contacts", json!({ "first_name": "a", "last_name": "b", "company": "c" })),
    ] {
        let refused = dry_run(&gateway, path, &customer.key, &body).await;
        assert_eq!(refused.outcome(), (400, "BAD_REQUEST"), "{path}: {}", refused.text);
    }
    let counts = "select (select count(*) from api_key) + (select count(*) from contact)";
    let kept: i64 = sqlx::query_scalar(counts).fetch_one(gateway.database.pool()).await.unwrap();
    assert_eq!(kept, 1, "the key that asked");
}

#[tokio::test]
async fn a_dry_run_of_a_comprehensive_analysis_goes_by_its_tier() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    let least_without_posts = json!(1);
    for (tier, price, least) in
        [("basic", 1, None), ("standard", 2, Some(&least_without_posts)), ("premium", 2, None)]
    {
        let body = json!({ "first_name": "a", "last_name": "b", "company": "c", "tier": tier });
        let answer = dry_run(&gateway, "/analyze-comprehensive", &customer.key, &body).await;
        let dry = &answer.body["dry_run"];
        assert_eq!(
            (&dry["credits"], dry.get("credits_min")),
            (&json!(price), least),
            "{tier}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_dry_run_short_of_credits_says_that_the_call_would_fail() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(1).await;
    let answer = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    let dry = &answer.body["dry_run"];
    assert_eq!(
        (answer.status, &dry["would_succeed"], &dry["error_code"]),
        (200, &json!(false), &json!("INSUFFICIENT_CREDITS"))
    );
    assert_eq!(
        (&dry["credits"], &dry["credits_available"], &dry["credits_after"]),
        (&json!(2), &json!(1), &json!(null))
    );
    let reason = &dry["reason"];
    assert_eq!(
        (&reason["status"], &reason["credits_needed"], &reason["credits_available"]),
        (&json!(402), &json!(2), &json!(1))
    );
    assert!(reason["message"].is_string() && reason["user_action"].is_string(), "{dry}");
    answer.assert_accounted();
}

#[tokio::test]
async fn a_dry_run_with_the_quota_used_up_says_that_the_call_would_fail() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    let answer = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    let dry = &answer.body["dry_run"];
    assert_eq!((&dry["would_succeed"], &dry["error_code"]), (&json!(false), &json!("QUOTA_EXCEEDED")));
    assert_eq!(dry["reason"]["limit"], "requests_per_period");
    let message = dry["reason"]["message"].as_str().unwrap();
    assert!(message.contains("A credit pack pays for more"), "{message}");
}

#[tokio::test]
async fn a_dry_run_with_the_quota_used_up_counts_on_packs() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    assert_eq!(gateway.post("/crm", &customer.key, &marina()).await.status, 200);
    gateway.add_pack(customer.account, 3, TimeDelta::days(365)).await;
    for (path, would) in [("/crm_basico", true), ("/crm", true), ("/crm", false)] {
        let answer = dry_run(&gateway, path, &customer.key, &marina()).await;
        assert_eq!(answer.body["dry_run"]["would_succeed"], would, "{}", answer.text);
        let paid = gateway.post(path, &customer.key, &marina()).await;
        let expected = if would { (200, "") } else { (429, "QUOTA_EXCEEDED") };
        assert_eq!(paid.outcome(), expected, "{}", paid.text);
    }
}

#[tokio::test]
async fn a_dry_run_passes_everything_before_the_hold() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.access = vec!["crm_basico".parse().unwrap()]).await;
    let refused = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (403, "ACCESS_DENIED"));
    let refused = dry_run(&gateway, "/crm_basico", &customer.key, &json!({})).await;
    assert_eq!(refused.outcome(), (400, "VALIDATION_FAILED"));
    let refused = dry_run(&gateway, "/crm_basico", "an-imported-key-for-tests-1", &marina()).await;
    assert_eq!(refused.outcome(), (401, "INVALID_API_KEY"));
}

#[tokio::test]
async fn only_true_or_false_is_accepted_as_a_dry_run_flag() {
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
    let again = answer(request().header("x-dry-run", "true")).await;
    let dry = json!({ "credits": 0, "credits_available": 8, "credits_after": 8, "would_succeed": true, "would_be_replayed": true });
    assert_eq!((&again.body["dry_run"], again.header("idempotent-replayed")), (&dry, ""));
    let other = gateway.posting("/crm", &customer.key, &luiz()).header("idempotency-key", "one");
    let other = answer(other.header("x-dry-run", "true")).await;
    assert_eq!(other.body["dry_run"]["error_code"], "IDEMPOTENCY_KEY_REUSED");
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 8);
}

#[tokio::test]
async fn a_dry_run_says_which_cap_of_the_key_is_spent() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(10).await;
    for (daily, monthly, limit) in
        [(Some(3), None, "key_credits_per_day"), (None, Some(3), "key_credits_per_month")]
    {
        let [daily, monthly] = [daily, monthly].map(|cap| cap.map(Credits::from_u32));
        let caps = |key: &mut NewKey| (key.terms.daily_cap, key.terms.monthly_cap) = (daily, monthly);
        let (_, key) = gateway.key(customer.account, caps).await;
        assert_eq!(dry_run(&gateway, "/crm", &key, &marina()).await.body["dry_run"]["would_succeed"], true);
        assert_eq!(gateway.post("/crm", &key, &marina()).await.status, 200);
        let dry = dry_run(&gateway, "/crm", &key, &marina()).await.body["dry_run"].clone();
        assert_eq!((&dry["would_succeed"], &dry["error_code"]), (&json!(false), &json!("KEY_CAP_REACHED")));
        assert_eq!((&dry["reason"]["status"], &dry["reason"]["limit"]), (&json!(402), &json!(limit)));
        assert_eq!(dry["reason"]["resets_at"].as_str().map(str::len), Some("2026-01-31T00:00:00Z".len()));
        assert_eq!(gateway.post("/crm", &key, &marina()).await.outcome(), (402, "KEY_CAP_REACHED"));
        // What is left of the cap pays for a smaller call.
        assert_eq!(
            dry_run(&gateway, "/crm_basico", &key, &marina()).await.body["dry_run"]["would_succeed"],
            true
        );
    }
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_dry_run_sees_what_another_gateway_spent_and_a_pack_that_was_bought() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(2).await;
    assert_eq!(dry_run(&gateway, "/crm", &customer.key, &marina()).await.body["dry_run"]["credits_after"], 0);
    gateway.leave(customer.account, 1).await;
    let short = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    assert_eq!(short.body["dry_run"]["would_succeed"], false);
    assert_eq!(short.billing()["creditos_restantes"], 1);
    gateway.add_pack(customer.account, 5, TimeDelta::days(1)).await;
    let enough = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    assert_eq!(
        (&enough.body["dry_run"]["credits_after"], &enough.billing()["creditos_restantes"]),
        (&json!(4), &json!(6))
    );
}

#[tokio::test]
async fn a_dry_run_of_a_suspended_account_is_refused_like_the_call() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.enterprise(10).await;
    gateway.set_account_state(customer.account, AccountState::Suspended).await;
    let refused = dry_run(&gateway, "/crm", &customer.key, &marina()).await;
    assert_eq!(refused.outcome(), (403, "ACCOUNT_SUSPENDED"));
}

#[tokio::test]
async fn a_dry_run_in_a_test_environment_looks_at_its_idempotency_key() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.enterprise(0).await;
    let key = gateway.test_key(customer.account).await;
    let ask = |who: &Value| gateway.posting("/crm", &key, who).header("idempotency-key", "one");
    let dry = async |who: Value| answer(ask(&who).header("x-dry-run", "true")).await.body["dry_run"].clone();
    assert_eq!(dry(marina()).await.get("would_be_replayed"), None);
    assert_eq!(answer(ask(&marina())).await.status, 200);
    assert_eq!(dry(marina()).await["would_be_replayed"], true);
    assert_eq!(dry(luiz()).await["error_code"], "IDEMPOTENCY_KEY_REUSED");
}
