//! Failed authentication is throttled, for the failing network only.

use fluence::domain::key::KeyState;
use reqwest::Method;

use crate::support::customer::new_secret;
use crate::support::gateway::{Answer, Gateway, answer};

const MAX_GUESSES: usize = 5;

async fn gateway() -> Gateway {
    Gateway::start_with(&[
        ("FLUENCE_KEYS_MAX_FAILED_ATTEMPTS", "5"),
        ("FLUENCE_SERVER_TRUSTED_PROXIES", "127.0.0.0/8"),
    ])
    .await
}

/// A request with this key from this address.
async fn from(gateway: &Gateway, address: &str, key: &str) -> Answer {
    let request = gateway.request(Method::GET, "/tiers").header("x-forwarded-for", address);
    answer(request.header("x-api-key", key)).await
}

async fn guess_until_throttled(gateway: &Gateway, address: &str) {
    for _ in 0..MAX_GUESSES {
        let refused = from(gateway, address, new_secret().expose()).await;
        assert_eq!(refused.outcome(), (401, "INVALID_API_KEY"));
    }
}

#[tokio::test]
async fn a22_after_some_guesses_the_next_is_throttled() {
    let gateway = gateway().await;
    guess_until_throttled(&gateway, "192.0.2.1").await;
    let unknown = from(&gateway, "192.0.2.1", new_secret().expose()).await;
    assert_eq!(unknown.outcome(), (429, "TOO_MANY_FAILED_ATTEMPTS"));
    assert!((1..=60).contains(&unknown.number("retry-after")));
    unknown.assert_anonymous();
    let malformed = from(&gateway, "192.0.2.1", "no key").await;
    let golden = |answer: &Answer| answer.golden_without(&["retry_after"]);
    assert_eq!(golden(&malformed), golden(&unknown));
    assert_eq!(from(&gateway, "192.0.2.2", "no key").await.outcome(), (401, "INVALID_API_KEY"));
}

#[tokio::test]
async fn a_valid_key_is_never_refused_for_guesses_from_its_address() {
    let gateway = gateway().await;
    let customer = gateway.enterprise(10).await;
    guess_until_throttled(&gateway, "192.0.2.1").await;
    // The gateway has never seen the key, and more guesses arrive with it.
    let guesses: Vec<_> = (0..50).map(|_| new_secret()).collect();
    let guessing = guesses.iter().map(|guess| from(&gateway, "192.0.2.1", guess.expose()));
    let calling = (0..20).map(|_| from(&gateway, "192.0.2.1", &customer.key));
    let (guessed, called) = futures_util::join!(
        futures_util::future::join_all(guessing),
        futures_util::future::join_all(calling)
    );
    assert!(called.iter().all(|answer| answer.status == 200));
    assert!(guessed.iter().all(|answer| answer.status == 429));
}

#[tokio::test]
async fn the_whole_secret_of_an_ended_key_is_not_a_guess() {
    let gateway = gateway().await;
    let customer = gateway.enterprise(10).await;
    gateway.set_key_state(customer.key_id, KeyState::Revoked).await;
    for _ in 0..2 * MAX_GUESSES {
        assert_eq!(from(&gateway, "192.0.2.1", &customer.key).await.outcome(), (401, "REVOKED_API_KEY"));
    }
    guess_until_throttled(&gateway, "192.0.2.1").await;
    assert_eq!(from(&gateway, "192.0.2.1", &customer.key).await.outcome(), (401, "REVOKED_API_KEY"));
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_count_as_one() {
    let gateway = gateway().await;
    for host in 0..MAX_GUESSES {
        from(&gateway, &format!("2001:db8:0:7::{host:x}"), "no key").await;
    }
    assert_eq!(from(&gateway, "2001:db8:0:7:ffff::1", "no key").await.status, 429);
    assert_eq!(from(&gateway, "2001:db8:0:8::1", "no key").await.status, 401);
}

#[tokio::test]
async fn an_unavailable_database_is_not_a_failed_guess() {
    let gateway = gateway().await;
    sqlx::query("alter table key_secret rename to away").execute(gateway.database.pool()).await.unwrap();
    for _ in 0..2 * MAX_GUESSES {
        let refused = from(&gateway, "192.0.2.1", new_secret().expose()).await;
        assert_eq!(refused.outcome(), (503, "SERVICE_UNAVAILABLE"));
    }
    sqlx::query("alter table away rename to key_secret").execute(gateway.database.pool()).await.unwrap();
    guess_until_throttled(&gateway, "192.0.2.1").await;
}
