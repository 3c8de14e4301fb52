//! Who may come in: every row of the contract on credentials.

use std::time::{Duration, Instant};

use fluence::clock::now;
use fluence::domain::account::AccountState;
use fluence::domain::key::{KeyState, Scope};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};

use super::people::marina;
use crate::support::customer::{Customer, new_secret};
use crate::support::gateway::{Answer, Gateway, answer, eventually};

/// An endpoint of each kind: paid, free, and free with an optional key.
const KINDS: [(Method, &str); 3] =
    [(Method::POST, "/crm"), (Method::GET, "/creditos"), (Method::GET, "/saude")];

/// A request without credentials that would be served with one.
fn asking(gateway: &Gateway, (method, path): &(Method, &str)) -> RequestBuilder {
    let request = gateway.request(method.clone(), path);
    if *method == Method::POST { request.json(&marina()) } else { request }
}

/// The answer to a request for the credits with these header lines.
async fn with_headers(gateway: &Gateway, lines: &[(&'static str, &str)]) -> Answer {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        headers.append(HeaderName::from_static(name), value);
    }
    answer(gateway.request(Method::GET, "/creditos").headers(headers)).await
}

async fn gateway_and_customer() -> (Gateway, Customer) {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    (gateway, customer)
}

#[tokio::test]
async fn both_headers_open_every_kind_of_endpoint() {
    let (gateway, customer) = gateway_and_customer().await;
    gateway.with_sample_people().await;
    for kind in &KINDS {
        let bare = answer(asking(&gateway, kind).header("X-Api-KEY", &customer.key)).await;
        assert_eq!(bare.status, 200, "{}", bare.text);
        let bearer = format!("bEARER {}", customer.key);
        let bearer = answer(asking(&gateway, kind).header("authorization", bearer)).await;
        assert_eq!(bearer.status, 200, "{}", bearer.text);
    }
}

#[tokio::test]
async fn the_same_key_in_both_headers_is_one_key() {
    let (gateway, Customer { key, .. }) = gateway_and_customer().await;
    let bearer = format!("Bearer {key}");
    let same = with_headers(&gateway, &[("x-api-key", &key), ("authorization", &bearer)]).await;
    assert_eq!(same.status, 200);
    let same = with_headers(&gateway, &[("x-api-key", &key), ("x-api-key", &key)]).await;
    assert_eq!(same.status, 200);
}

#[tokio::test]
async fn different_keys_in_the_two_headers_are_a_conflict() {
    let (gateway, customer) = gateway_and_customer().await;
    let (_, other) = gateway.key(customer.account, |_| {}).await;
    let bearer = format!("Bearer {other}");
    let conflict = with_headers(&gateway, &[("x-api-key", &customer.key), ("authorization", &bearer)]).await;
    assert_eq!(conflict.outcome(), (401, "CONFLICTING_CREDENTIALS"));
    conflict.assert_anonymous();
}

#[tokio::test]
async fn a_repeated_header_with_different_values_is_a_conflict() {
    let (gateway, Customer { key, .. }) = gateway_and_customer().await;
    let bearer = format!("Bearer {key}");
    for lines in [
        [("x-api-key", key.as_str()), ("x-api-key", "an-imported-key-for-tests-1")],
        [("authorization", &bearer), ("authorization", "Bearer an-imported-key-for-tests-1")],
        [("authorization", &bearer), ("authorization", "Basic QWxhZGRpbjpvcGVu")],
        [("authorization", "Basic QWxhZGRpbjpvcGVu"), ("authorization", &bearer)],
    ] {
        let conflict = with_headers(&gateway, &lines).await;
        assert_eq!(conflict.outcome(), (401, "CONFLICTING_CREDENTIALS"), "{}", lines[1].1);
    }
}

#[tokio::test]
async fn a_key_in_the_query_string_is_refused_even_beside_a_good_header() {
    let (gateway, customer) = gateway_and_customer().await;
    gateway.with_sample_people().await;
    for (method, path) in KINDS {
        for name in ["api_key", "apikey", "key", "token", "access_token", "x-api-key", "API_KEY", "%61pi_key"]
        {
            let path = format!("{path}?a=1&{name}={}", customer.key);
            let request = asking(&gateway, &(method.clone(), &path)).header("x-api-key", &customer.key);
            let refused = answer(request).await;
            assert_eq!(refused.outcome(), (400, "KEY_IN_QUERY_STRING"), "{path}");
            assert!(!refused.text.contains(&customer.key), "{}", refused.text);
            refused.assert_anonymous();
        }
    }
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

#[tokio::test]
async fn without_a_key_the_scheme_is_named_and_no_error() {
    let gateway = Gateway::start().await;
    for kind in &KINDS[..2] {
        let refused = answer(asking(&gateway, kind)).await;
        assert_eq!(refused.outcome(), (401, "MISSING_AUTH"));
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        refused.assert_anonymous();
    }
}

#[tokio::test]
async fn a09_a_key_in_any_other_place_is_no_key() {
    let (gateway, Customer { key, .. }) = gateway_and_customer().await;
    let basic = format!("Basic {key}");
    let cookie = format!("x-api-key={key}");
    for line in
        [("authorization", basic.as_str()), ("cookie", &cookie), ("api-key", &key), ("authorization", &key)]
    {
        let refused = with_headers(&gateway, &[line]).await;
        assert_eq!(refused.outcome(), (401, "MISSING_AUTH"), "{}", line.0);
    }
}

#[tokio::test]
async fn a_header_without_a_key_is_an_absent_one() {
    let (gateway, Customer { key, .. }) = gateway_and_customer().await;
    let bearer = format!("Bearer {key}");
    for empty in [("x-api-key", ""), ("authorization", ""), ("authorization", "Bearer")] {
        let refused = with_headers(&gateway, &[empty]).await;
        assert_eq!(refused.outcome(), (401, "MISSING_AUTH"), "{empty:?}");
        assert_eq!(refused.body["error"]["message"], "The request has no API key.", "{empty:?}");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        for sent in [("x-api-key", key.as_str()), ("authorization", bearer.as_str())] {
            assert_eq!(with_headers(&gateway, &[empty, sent]).await.status, 200, "{empty:?} {}", sent.0);
        }
        let health = gateway.request(Method::GET, "/health").header(empty.0, empty.1);
        let health = answer(health).await;
        assert_eq!((health.status, health.body.get("api_key_status")), (200, None), "{empty:?}");
    }
}

#[tokio::test]
async fn unknown_mistyped_and_malformed_keys_are_not_told_apart() {
    let (gateway, Customer { key, .. }) = gateway_and_customer().await;
    let last = if key.ends_with('a') { "b" } else { "a" };
    let mistyped = format!("{}{last}", &key[..key.len() - 1]);
    let unknown = new_secret();
    let mut golden = Vec::new();
    for (kind, wrong) in [
        ("unknown", unknown.expose()),
        ("wrong checksum", &mistyped),
        ("unknown imported", "an-imported-key-for-tests-1"),
        ("too short", "x"),
        ("too long", &"x".repeat(129)),
        ("two in one line", &format!("{key}, {key}")),
        ("not ASCII", "chave-inválida-de-tamanho-bom"),
    ] {
        let refused = with_headers(&gateway, &[("x-api-key", wrong)]).await;
        assert_eq!(refused.outcome(), (401, "INVALID_API_KEY"), "{kind}");
        refused.assert_anonymous();
        let names: Vec<_> = refused.headers.keys().map(|name| name.as_str().to_owned()).collect();
        golden.push((refused.golden(), names));
    }
    golden.dedup();
    assert_eq!(golden.len(), 1, "{golden:#?}");
}

#[tokio::test]
async fn a10_any_bytes_for_a_key_are_refused_and_nothing_breaks() {
    let gateway = Gateway::start().await;
    for bytes in [&b"\xff\xfe\xfd"[..], b"\x80key", b"key\tkey", b"\xc3\x28-broken-utf8-sequence-here"] {
        let value = HeaderValue::from_bytes(bytes).unwrap();
        let refused = answer(gateway.request(Method::GET, "/creditos").header("x-api-key", value)).await;
        assert_eq!(refused.outcome(), (401, "INVALID_API_KEY"), "{bytes:?}");
    }
}

#[tokio::test]
async fn every_key_state_has_its_own_refusal_reason() {
    let (gateway, customer) = gateway_and_customer().await;
    let expired = gateway.key(customer.account, |key| key.terms.expires_at = Some(now())).await.1;
    let (revoked_id, revoked) = gateway.key(customer.account, |_| {}).await;
    gateway.set_key_state(revoked_id, KeyState::Revoked).await;
    let (disabled_id, disabled) = gateway.key(customer.account, |_| {}).await;
    gateway.set_key_state(disabled_id, KeyState::Disabled).await;
    for (key, code) in
        [(&expired, "EXPIRED_API_KEY"), (&revoked, "REVOKED_API_KEY"), (&disabled, "DISABLED_API_KEY")]
    {
        for (method, path) in &KINDS {
            let refused = answer(asking(&gateway, &(method.clone(), path)).header("x-api-key", key)).await;
            assert_eq!(refused.outcome(), (401, code));
            assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
            refused.assert_anonymous();
        }
    }
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

#[tokio::test]
async fn a_key_expires_on_time_while_it_is_trusted() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "3600000")]).await;
    let customer = gateway.professional().await;
    let end = now() + chrono::TimeDelta::milliseconds(400);
    let key = gateway.key(customer.account, |key| key.terms.expires_at = Some(end)).await.1;
    assert_eq!(gateway.get("/tiers", &key).await.status, 200);
    eventually("the key expires", async || gateway.get("/tiers", &key).await.code() == "EXPIRED_API_KEY")
        .await;
    assert!(now() >= end);
}

#[tokio::test]
async fn a_revoked_key_is_refused_within_the_time_it_is_trusted() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "500")]).await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
    gateway.set_key_state(customer.key_id, KeyState::Revoked).await;
    let revoked = Instant::now();
    eventually("the key is refused", async || {
        let asked = Instant::now();
        let refused = gateway.get("/creditos", &customer.key).await.code() == "REVOKED_API_KEY";
        assert!(refused || asked - revoked < Duration::from_millis(500));
        refused
    })
    .await;
}

#[tokio::test]
async fn a_disabled_key_works_again_once_enabled() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    gateway.set_key_state(customer.key_id, KeyState::Disabled).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.code(), "DISABLED_API_KEY");
    gateway.set_key_state(customer.key_id, KeyState::Active).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
}

#[tokio::test]
async fn a18_a_key_made_after_a_guess_works_within_the_time_it_is_trusted() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_NEGATIVE_CACHE_TTL_MS", "500")]).await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    let secret = new_secret();
    assert_eq!(gateway.get("/creditos", secret.expose()).await.code(), "INVALID_API_KEY");
    gateway.key_with(customer.account, &secret, |_| {}).await;
    let made = Instant::now();
    eventually("the key works", async || {
        let asked = Instant::now();
        let works = gateway.get("/creditos", secret.expose()).await.status == 200;
        assert!(works || asked - made < Duration::from_millis(500));
        works
    })
    .await;
}

#[tokio::test]
async fn a_store_in_doubt_is_503_and_never_401() {
    let (gateway, customer) = gateway_and_customer().await;
    sqlx::query("alter table key_secret rename to key_secret_away")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    for kind in &KINDS {
        for key in [&customer.key, new_secret().expose()] {
            let refused = answer(asking(&gateway, kind).header("x-api-key", key)).await;
            assert_eq!(refused.outcome(), (503, "SERVICE_UNAVAILABLE"));
            assert!(refused.number("retry-after") >= 1);
            refused.assert_anonymous();
        }
    }
    sqlx::query("alter table key_secret_away rename to key_secret")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
}

#[tokio::test]
async fn a_trusted_key_is_served_while_the_store_is_in_doubt() {
    let gateway = Gateway::start_with(&[("FLUENCE_KEYS_CACHE_TTL_MS", "3600000")]).await;
    let customer = gateway.professional().await;
    assert_eq!(gateway.get("/tiers", &customer.key).await.status, 200);
    sqlx::query("alter table key_secret rename to key_secret_away")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    assert_eq!(gateway.get("/tiers", &customer.key).await.status, 200);
}

#[tokio::test]
async fn a12_a_wrong_checksum_is_refused_without_asking_the_store() {
    let (gateway, Customer { key, .. }) = gateway_and_customer().await;
    sqlx::query("alter table key_secret rename to key_secret_away")
        .execute(gateway.database.pool())
        .await
        .unwrap();
    let last = if key.ends_with('a') { "b" } else { "a" };
    let mistyped = format!("{}{last}", &key[..key.len() - 1]);
    assert_eq!(gateway.get("/creditos", &mistyped).await.outcome(), (401, "INVALID_API_KEY"));
}

#[tokio::test]
async fn a19_a_suspended_account_is_refused_until_it_is_resumed() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    gateway.set_account_state(customer.account, AccountState::Suspended).await;
    for kind in &KINDS {
        let refused = answer(asking(&gateway, kind).header("x-api-key", &customer.key)).await;
        assert_eq!(refused.outcome(), (403, "ACCOUNT_SUSPENDED"));
    }
    assert_eq!(gateway.balance(customer.account).await, 1000);
    gateway.set_account_state(customer.account, AccountState::Active).await;
    assert_eq!(gateway.get("/creditos", &customer.key).await.status, 200);
}

#[tokio::test]
async fn a26_a_key_without_the_scope_is_refused_for_free() {
    let (gateway, customer) = gateway_and_customer().await;
    let (_, reader) = gateway.key(customer.account, |key| key.terms.scopes = vec![Scope::Read]).await;
    let refused = gateway.post("/crm", &reader, &marina()).await;
    assert_eq!(refused.outcome(), (403, "INSUFFICIENT_SCOPE"));
    refused.assert_accounted();
    assert_eq!(gateway.get("/creditos", &reader).await.status, 200);
    assert_eq!(gateway.balance(customer.account).await, 1000);
}

#[tokio::test]
async fn a_key_sees_its_own_account_only() {
    let gateway = Gateway::start().await;
    let (one, other) = (gateway.enterprise(7).await, gateway.enterprise(9).await);
    for (customer, left) in [(&one, 7), (&other, 9)] {
        let credits = gateway.get("/creditos", &customer.key).await;
        assert_eq!(credits.billing()["creditos_restantes"], left);
    }
}
