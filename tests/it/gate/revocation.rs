//! A change on one gateway takes effect on every other.

use std::time::{Duration, Instant};

use fluence::domain::account::AccountState;
use fluence::domain::key::KeyState;
use serde_json::json;

use crate::command::program::{Ran, bare};
use crate::support::customer::{Customer, new_secret};
use crate::support::database_proxy::{ALL_CONNECTIONS, DatabaseProxy, LISTENER, Network};
use crate::support::gateway::{Gateway, eventually};
use crate::support::second_gateway::SecondGateway;

/// Keys are cached practically forever, so that only the change feed can invalidate them.
const TRUSTING: [(&str, &str); 1] = [("FLUENCE_KEYS_CACHE_TTL_MS", "3600000000")];

/// Two gateways on one database, and a customer cached by both.
async fn two_gateways() -> (Gateway, SecondGateway, Customer) {
    let one = Gateway::start_with(&TRUSTING).await;
    let other = one.second_gateway(&TRUSTING).await;
    let customer = one.customer("2025-06", "enterprise").await;
    assert_eq!(one.get("/tiers", &customer.key).await.status, 200);
    assert_eq!(other.get("/tiers", &customer.key).await.status, 200);
    (one, other, customer)
}

/// Waits until both gateways answer a key with this code. `OK` means success.
async fn both_say(one: &Gateway, other: &SecondGateway, key: &str, code: &str) {
    eventually("both gateways know", async || {
        one.get("/tiers", key).await.code() == code && other.get("/tiers", key).await.code() == code
    })
    .await;
}

#[tokio::test]
async fn a15_a_revoked_key_is_refused_on_every_gateway() {
    let (one, other, customer) = two_gateways().await;
    one.set_key_state(customer.key_id, KeyState::Revoked).await;
    both_say(&one, &other, &customer.key, "REVOKED_API_KEY").await;
}

#[tokio::test]
async fn a_disabled_key_is_refused_on_every_gateway_until_it_is_enabled() {
    let (one, other, customer) = two_gateways().await;
    one.set_key_state(customer.key_id, KeyState::Disabled).await;
    both_say(&one, &other, &customer.key, "DISABLED_API_KEY").await;
    one.set_key_state(customer.key_id, KeyState::Active).await;
    eventually("both gateways know", async || {
        one.get("/tiers", &customer.key).await.status == 200
            && other.get("/tiers", &customer.key).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn h07_a_suspended_account_is_refused_on_every_gateway() {
    let (one, other, customer) = two_gateways().await;
    one.set_account_state(customer.account, AccountState::Suspended).await;
    both_say(&one, &other, &customer.key, "ACCOUNT_SUSPENDED").await;
}

#[tokio::test]
async fn h07_a_changed_plan_holds_on_every_gateway() {
    let (one, other, customer) = two_gateways().await;
    sqlx::query("update plan set rate_per_s = 7 where edition = '2025-06' and plan = 'enterprise'")
        .execute(one.database.pool())
        .await
        .unwrap();
    eventually("both gateways know", async || {
        one.get("/saude", &customer.key).await.body["subscription_info"]["rate_limit"] == "7 req/sec"
            && other.get("/saude", &customer.key).await.body["subscription_info"]["rate_limit"] == "7 req/sec"
    })
    .await;
}

/// A gateway caches that an account has no contacts for as long as it caches the account's keys.
#[tokio::test]
async fn an_accounts_first_contact_is_found_at_once_here_and_soon_on_every_gateway() {
    let (one, other, customer) = two_gateways().await;
    let ana = json!({"first_name": "Ana", "last_name": "Lemos", "company": "Zyntra"});
    let mut kept = ana.clone();
    kept["title"] = json!("CTO");
    for key in [&customer.key, &one.test_key(customer.account).await] {
        assert_eq!(one.post("/crm_basico", key, &ana).await.code(), "PROFILE_NOT_FOUND");
        assert_eq!(other.post("/crm_basico", key, &ana).await.code(), "PROFILE_NOT_FOUND");
        assert_eq!(one.post("/v1/contacts", key, &kept).await.status, 201);
        let found = one.post("/crm_basico", key, &ana).await;
        assert_eq!(found.body["analise"]["match"]["source"], "contacts", "{}", found.text);
        eventually("the other gateway knows", async || {
            other.post("/crm_basico", key, &ana).await.body["analise"]["match"]["source"] == "contacts"
        })
        .await;
    }
}

#[tokio::test]
async fn a18_a_key_created_after_it_was_guessed_works_on_every_gateway() {
    let never_again = [("FLUENCE_KEYS_NEGATIVE_CACHE_TTL_MS", "3600000000")];
    let one = Gateway::start_with(&never_again).await;
    let other = one.second_gateway(&never_again).await;
    let customer = one.customer("2025-06", "enterprise").await;
    let secret = new_secret();
    both_say(&one, &other, secret.expose(), "INVALID_API_KEY").await;
    one.key_with(customer.account, &secret, |_| {}).await;
    eventually("both gateways know", async || {
        one.get("/tiers", secret.expose()).await.status == 200
            && other.get("/tiers", secret.expose()).await.status == 200
    })
    .await;
}

#[tokio::test]
async fn h02_a_gateway_without_the_change_feed_uses_cached_keys_only_briefly() {
    for network in [Network::Silent { whose: LISTENER }, Network::Cut { whose: LISTENER }] {
        let one = Gateway::start_with(&TRUSTING).await;
        let proxy = DatabaseProxy::start(one.database.options()).await;
        let cut_off = one.second_gateway_over(proxy.options(), &TRUSTING).await;
        let customer = one.customer("2025-06", "enterprise").await;
        assert_eq!(cut_off.get("/tiers", &customer.key).await.status, 200);
        proxy.turns(network);
        one.set_key_state(customer.key_id, KeyState::Revoked).await;
        let revoked = Instant::now();
        eventually("the key is refused", async || {
            let asked = Instant::now();
            let refused = cut_off.get("/tiers", &customer.key).await.code() == "REVOKED_API_KEY";
            assert!(refused || asked - revoked < Duration::from_secs(5), "{network:?}");
            refused
        })
        .await;
    }
}

#[tokio::test]
async fn a_gateway_that_was_cut_off_catches_up_by_itself() {
    let one = Gateway::start_with(&TRUSTING).await;
    let proxy = DatabaseProxy::start(one.database.options()).await;
    let cut_off = one.second_gateway_over(proxy.options(), &TRUSTING).await;
    let customer = one.customer("2025-06", "enterprise").await;
    assert_eq!(cut_off.get("/tiers", &customer.key).await.status, 200);
    proxy.turns(Network::Cut { whose: LISTENER });
    one.set_key_state(customer.key_id, KeyState::Revoked).await;
    let last = last_change(&one).await;
    proxy.turns(Network::Working);
    eventually("the change is seen", async || change_seen(&one).await.iter().all(|seen| *seen == last)).await;
    assert_eq!(cut_off.get("/tiers", &customer.key).await.code(), "REVOKED_API_KEY");
}

#[tokio::test]
async fn a_gateway_without_the_database_answers_503_once_its_cached_keys_expire() {
    let one = Gateway::start_with(&TRUSTING).await;
    let proxy = DatabaseProxy::start(one.database.options()).await;
    let cut_off = one.second_gateway_over(proxy.options(), &TRUSTING).await;
    let customer = one.customer("2025-06", "enterprise").await;
    assert_eq!(cut_off.get("/tiers", &customer.key).await.status, 200);
    proxy.turns(Network::Silent { whose: ALL_CONNECTIONS });
    one.set_key_state(customer.key_id, KeyState::Revoked).await;
    eventually("nothing is vouched for", async || {
        let answer = cut_off.get("/tiers", &customer.key).await;
        assert!([200, 503].contains(&answer.status), "{}", answer.text);
        answer.status == 503 && answer.number("retry-after") >= 1
    })
    .await;
    assert_eq!(cut_off.get("/tiers", new_secret().expose()).await.outcome(), (503, "SERVICE_UNAVAILABLE"));
}

#[tokio::test]
async fn paid_calls_notify_no_gateway() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let before = last_change(&gateway).await;
    let paid = gateway.post("/crm", &customer.key, &super::people::nobody()).await;
    assert_eq!(paid.outcome(), (404, "PROFILE_NOT_FOUND"));
    sqlx::query("update api_key set last_used_at = now()").execute(gateway.database.pool()).await.unwrap();
    assert_eq!(last_change(&gateway).await, before);
}

#[tokio::test]
async fn a_gateway_that_stops_removes_itself() {
    let (one, other, _) = two_gateways().await;
    eventually("both gateways are there", async || change_seen(&one).await.len() == 2).await;
    other.stop().await;
    assert_eq!(change_seen(&one).await.len(), 1);
}

/// Runs `fluence key revoke --wait` beside the gateways of this test.
async fn revoke_and_wait(gateway: &Gateway, customer: &Customer) -> Ran {
    let mut command = bare(&["key", "revoke", &customer.key_id.to_string(), "--wait", "--json"]);
    command.env("DATABASE_URL", gateway.database.url());
    tokio::task::spawn_blocking(move || command.output().unwrap().into()).await.unwrap()
}

#[tokio::test]
async fn once_every_gateway_has_confirmed_none_accepts_the_key() {
    let (one, other, customer) = two_gateways().await;
    let third = one.second_gateway(&TRUSTING).await;
    eventually("all gateways are there", async || change_seen(&one).await.len() == 3).await;
    assert_eq!(third.get("/tiers", &customer.key).await.status, 200);
    let said = revoke_and_wait(&one, &customer).await.json();
    assert_eq!((&said["state"], &said["confirmed"]), (&json!("revoked"), &json!(true)), "{said}");
    assert_eq!(said["gateways"].as_array().unwrap().len(), 3);
    assert_eq!(one.get("/tiers", &customer.key).await.code(), "REVOKED_API_KEY");
    for gateway in [&other, &third] {
        assert_eq!(gateway.get("/tiers", &customer.key).await.code(), "REVOKED_API_KEY");
    }
}

#[tokio::test]
async fn h01_a_gateway_that_does_not_confirm_is_named_and_refuses_by_then() {
    let one = Gateway::start_with(&TRUSTING).await;
    let proxy = DatabaseProxy::start(one.database.options()).await;
    let cut_off =
        one.second_gateway_over(proxy.options(), &[TRUSTING[0], ("FLUENCE_NODE", "far-away")]).await;
    let customer = one.customer("2025-06", "enterprise").await;
    assert_eq!(cut_off.get("/tiers", &customer.key).await.status, 200);
    eventually("both gateways are there", async || change_seen(&one).await.len() == 2).await;
    proxy.turns(Network::Silent { whose: LISTENER });
    let ran = revoke_and_wait(&one, &customer).await;
    let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &said["state"], &said["confirmed"]), (1, &json!("revoked"), &json!(false)));
    let unconfirmed: Vec<_> =
        said["gateways"].as_array().unwrap().iter().filter(|g| g["confirmed"] == false).collect();
    assert_eq!((unconfirmed.len(), &unconfirmed[0]["name"]), (1, &json!("far-away")));
    assert!(
        ran.err.contains("the key is revoked, but not every gateway confirmed it: far-away"),
        "{}",
        ran.err
    );
    assert_eq!(cut_off.get("/tiers", &customer.key).await.code(), "REVOKED_API_KEY");
}

#[tokio::test]
async fn h01_a_silent_gateway_is_named_and_its_cache_is_waited_for() {
    let one = Gateway::start_with(&TRUSTING).await;
    let customer = one.customer("2025-06", "enterprise").await;
    let silent = "insert into node (id, name, version, started_at, last_seen_at, change_seen)
                  values (gen_random_uuid(), 'deaf', '0', now(), now() - interval '31 s', 0)";
    sqlx::query(silent).execute(one.database.pool()).await.unwrap();
    let began = Instant::now();
    let said = revoke_and_wait(&one, &customer).await.json();
    assert!(began.elapsed() >= Duration::from_secs(5), "after {:?}", began.elapsed());
    assert_eq!((&said["confirmed"], &said["silent"]), (&json!(true), &json!(1)), "{said}");
    let gateways = said["gateways"].as_array().unwrap();
    let deaf = gateways.iter().find(|gateway| gateway["name"] == "deaf").unwrap();
    assert_eq!((&deaf["confirmed"], &deaf["silent"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn a_gateway_without_the_change_feed_is_registered_before_it_serves() {
    let one = Gateway::start_with(&TRUSTING).await;
    let proxy = DatabaseProxy::start(one.database.options()).await;
    proxy.turns(Network::Cut { whose: LISTENER });
    let _deaf = one.second_gateway_over(proxy.options(), &TRUSTING).await;
    assert_eq!(change_seen(&one).await.len(), 2);
}

#[tokio::test]
async fn the_current_balance_is_shown_though_the_key_is_cached_for_long() {
    let never = [TRUSTING[0], ("FLUENCE_KEYS_BALANCE_MAX_AGE_MS", "0")];
    let one = Gateway::start_with(&never).await;
    let other = one.second_gateway(&never).await;
    let customer = one.professional().await;
    assert_eq!(other.get("/tiers", &customer.key).await.number("x-credits-remaining"), 1000);
    one.leave(customer.account, 7).await;
    assert_eq!(other.get("/tiers", &customer.key).await.number("x-credits-remaining"), 7);
}

async fn last_change(gateway: &Gateway) -> i64 {
    sqlx::query_scalar("select max(number) from change").fetch_one(gateway.database.pool()).await.unwrap()
}

/// The last change that each gateway has applied.
async fn change_seen(gateway: &Gateway) -> Vec<i64> {
    sqlx::query_scalar("select change_seen from node").fetch_all(gateway.database.pool()).await.unwrap()
}
