//! Gateways whose own clock is wrong: keys end by the database's.

use chrono::{DateTime, TimeDelta, Utc};
use fluence::clock::now;
use fluence::domain::audit::Actor;
use fluence::domain::key::rotation::Overlap;
use fluence::domain::key::{FormatChoice, KeyPrefix};
use fluence::domain::rights::Principal;
use fluence::management;
use fluence::management::keys::NewSecret;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::gateway::{Gateway, answer, eventually};

/// Keys stay cached for longer than a test runs, so that a clock ends them and not the store.
const LONG_CACHE_TTL: (&str, &str) = ("FLUENCE_KEYS_CACHE_TTL_MS", "3600000");

fn five_minutes_ago() -> DateTime<Utc> {
    now() - TimeDelta::minutes(5)
}

fn in_five_minutes() -> DateTime<Utc> {
    now() + TimeDelta::minutes(5)
}

#[tokio::test]
async fn g07_a_key_ends_on_time_where_the_clock_is_slow() {
    let gateway = Gateway::on_a_machine_with(five_minutes_ago, &[LONG_CACHE_TTL]).await;
    let customer = gateway.professional().await;
    let end = now() + TimeDelta::milliseconds(400);
    let (_, key) = gateway.key(customer.account, |key| key.terms.expires_at = Some(end)).await;
    assert_eq!(gateway.get("/tiers", &key).await.status, 200);
    let ends = async || gateway.get("/tiers", &key).await.code() == "EXPIRED_API_KEY";
    eventually("the key ends", ends).await;
    assert!(now() >= end);
}

#[tokio::test]
async fn an_old_secret_ends_on_time_where_the_clock_is_slow() {
    let gateway = Gateway::on_a_machine_with(five_minutes_ago, &[LONG_CACHE_TTL]).await;
    let customer = gateway.professional().await;
    let mut connection = gateway.database.pool().acquire().await.unwrap();
    let by = Principal::almighty(Actor::system("test"));
    let overlap = Overlap::of_seconds(1).unwrap();
    let (id, peppers) = (customer.key_id, &gateway.peppers);
    let secret = NewSecret { format: FormatChoice::Usual, prefix: &KeyPrefix::default(), peppers };
    management::keys::rotate(&mut connection, &by, id, overlap, &secret).await.unwrap();
    assert_eq!(gateway.get("/tiers", &customer.key).await.status, 200);
    let ends = async || gateway.get("/tiers", &customer.key).await.code() == "EXPIRED_API_KEY";
    eventually("the old secret ends", ends).await;
}

#[tokio::test]
async fn g07_a_key_lives_to_its_end_where_the_clock_is_fast() {
    let gateway = Gateway::on_a_machine_with(in_five_minutes, &[LONG_CACHE_TTL]).await;
    let customer = gateway.professional().await;
    let end = now() + TimeDelta::seconds(200);
    let (_, key) = gateway.key(customer.account, |key| key.terms.expires_at = Some(end)).await;
    assert_eq!(gateway.get("/tiers", &key).await.status, 200);
}

#[tokio::test]
async fn a_retry_after_is_measured_by_the_databases_clock() {
    let gateway = Gateway::on_a_machine_with(in_five_minutes, &[]).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    let body = json!({"first_name": "Ana", "last_name": "Souza", "company": "Nubank"});
    let left = async || (gateway.renews_at(customer.account).await - now()).num_seconds();
    assert_eq!(gateway.post("/analyze", &customer.key, &body).await.code(), "PROFILE_NOT_FOUND");
    let refused = gateway.post("/analyze", &customer.key, &body).await;
    assert_eq!(refused.code(), "QUOTA_EXCEEDED");
    let retry_after_s = refused.number("retry-after");
    // Up to a minute more, so that clients do not all return at once.
    assert!((-5..=65).contains(&(retry_after_s - left().await)), "{retry_after_s}");
}

#[tokio::test]
async fn clock_skew_is_reported_to_operators() {
    let metrics = ("FLUENCE_METRICS_LISTEN", "127.0.0.1:0");
    let gateway = Gateway::on_a_machine_with(five_minutes_ago, &[metrics]).await;
    let customer = gateway.professional().await;
    let warning = json!(["the clock of this machine is 300.0 s behind the database's"]);
    let status = gateway.get("/status", &customer.key).await;
    assert_eq!((status.status, &status.body["warnings"]), (200, &warning));
    assert!((status.body["clock_skew_s"].as_f64().unwrap() + 300.0).abs() < 5.0, "{}", status.text);
    let ready = answer(gateway.request(Method::GET, "/readyz")).await;
    assert_eq!((ready.status, ready.body), (200, json!({ "status": "ready", "warnings": warning })));
    assert!(gateway.metrics().await.contains("gateway_clock_skew_seconds"));

    let well = Gateway::start().await;
    let customer = well.professional().await;
    let status = well.get("/status", &customer.key).await;
    assert_eq!(status.body["warnings"], Value::Array(Vec::new()));
}
