//! Keys that manage keys: within their own rights and lifetime.

use fluence::domain::key::Scope;
use fluence::storage::keys::NewKey;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::keys::{bare, made, managed, works};
use crate::support::gateway::{Answer, Gateway, answer, eventually};

const LOCK: &str = "select from account where id = $1 for no key update";
/// Calls at once, fewer than the plan allows.
const CALLS: usize = 5;
const LIMITS: [&str; 3] = ["regions", "allowed_networks", "expires_at"];

/// Everything that a key can be limited in without limiting what it spends.
fn limited() -> Value {
    json!({
        "name": "limited", "scopes": ["read", "invoke", "manage"], "regions": ["local"],
        "allowed_networks": ["127.0.0.0/8"], "expires_at": "2999-01-01T00:00:00Z",
    })
}

/// Statements that wait for a lock.
async fn waiting(gateway: &Gateway) -> i64 {
    let waiting = "select count(*) from pg_stat_activity
                    where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(waiting).fetch_one(gateway.database.pool()).await.unwrap()
}

/// Without one of the limits.
fn without(limit: &str) -> Value {
    let mut body = limited();
    body.as_object_mut().unwrap().remove(limit);
    body
}

fn limit_of(refused: &Answer) -> (u16, &str, &Value) {
    (refused.status, refused.code(), &refused.body["error"]["field"])
}

#[tokio::test]
async fn a_limited_key_cannot_create_or_become_a_less_limited_one() {
    let (gateway, customer) = managed().await;
    let (own, key) = made(&gateway, &customer, &limited()).await;
    for limit in LIMITS {
        let refused = gateway.post("/v1/keys", &key, &without(limit)).await;
        assert_eq!(limit_of(&refused), (403, "FORBIDDEN", &json!(limit)));
        let none = if limit.ends_with('s') && limit != "expires_at" { json!([]) } else { Value::Null };
        let refused = gateway.patch(&own, &key, &json!({ (limit): none })).await;
        assert_eq!(limit_of(&refused), (403, "FORBIDDEN", &json!(limit)));
    }
    let narrower = json!({"allowed_networks": ["127.0.0.0/16"]});
    let as_limited = gateway.post("/v1/keys", &key, &limited()).await;
    assert_eq!((as_limited.status, gateway.patch(&own, &key, &narrower).await.status), (201, 200));
}

#[tokio::test]
async fn a_limited_key_gets_no_secret_of_one_that_is_limited_less() {
    let (gateway, customer) = managed().await;
    let (_, key) = made(&gateway, &customer, &limited()).await;
    for limit in LIMITS {
        let (sibling, _) = made(&gateway, &customer, &without(limit)).await;
        let refused = bare(&gateway, &format!("{sibling}/rotate"), &key).await;
        assert_eq!(limit_of(&refused), (403, "FORBIDDEN", &json!(limit)));
        bare(&gateway, &format!("{sibling}/rotate"), &customer.key).await;
        let refused = bare(&gateway, &format!("{sibling}/cancel-rotation"), &key).await;
        assert_eq!(limit_of(&refused), (403, "FORBIDDEN", &json!(limit)));
        assert_eq!(bare(&gateway, &format!("{sibling}/disable"), &key).await.status, 200);
        let refused = bare(&gateway, &format!("{sibling}/enable"), &key).await;
        assert_eq!(limit_of(&refused), (403, "FORBIDDEN", &json!(limit)));
        let renamed = gateway.patch(&sibling, &key, &json!({"name": "renamed", "state": "active"})).await;
        assert_eq!(limit_of(&renamed), (403, "FORBIDDEN", &json!(limit)));
    }
}

#[tokio::test]
async fn a_limited_key_may_still_narrow_one_that_is_limited_less() {
    let (gateway, customer) = managed().await;
    let (_, key) = made(&gateway, &customer, &limited()).await;
    let (sibling, secret) = made(&gateway, &customer, &json!({"name": "server"})).await;
    let narrowed = gateway.patch(&sibling, &key, &json!({"name": "slow server", "daily_cap": 900})).await;
    assert_eq!(narrowed.status, 200, "{}", narrowed.text);
    assert_eq!(works(&gateway, &secret).await.0, 200);
}

#[tokio::test]
async fn what_a_capped_key_manages_never_spends_more_than_its_cap() {
    let (gateway, customer) = managed().await;
    let capped = json!({"name": "capped", "scopes": ["read", "invoke", "manage"], "daily_cap": 50});
    let (own, key) = made(&gateway, &customer, &capped).await;
    let (sibling, secret) = made(&gateway, &customer, &json!({"name": "server", "daily_cap": 20})).await;
    let environment = gateway.get("/v1/environments", &key).await.body["data"][0]["id"].clone();
    let environment = format!("/v1/environments/{}", environment.as_str().unwrap());
    bare(&gateway, &format!("{sibling}/rotate"), &customer.key).await;
    for refused in [
        gateway.post("/v1/keys", &key, &capped).await,
        gateway.post("/v1/keys", &key, &json!({"name": "reader", "scopes": ["read"], "daily_cap": 1})).await,
        gateway.post("/v1/environments", &key, &json!({"name": "more", "mode": "live"})).await,
        gateway.patch(&environment, &key, &json!({"key_cap": 2})).await,
        gateway.patch(&sibling, &key, &json!({"daily_cap": 21})).await,
        bare(&gateway, &format!("{sibling}/cancel-rotation"), &key).await,
        gateway.patch(&own, &key, &json!({"daily_cap": null})).await,
    ] {
        assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN"), "{}", refused.text);
    }
    bare(&gateway, &format!("{sibling}/end-overlap"), &key).await;
    assert_eq!(bare(&gateway, &format!("{sibling}/rotate"), &key).await.status, 403);
    assert_eq!(gateway.patch(&sibling, &key, &json!({"daily_cap": 19})).await.status, 200);
    assert_eq!(bare(&gateway, &format!("{sibling}/disable"), &key).await.status, 200);
    assert_eq!(bare(&gateway, &format!("{sibling}/enable"), &key).await.status, 403);
    assert_eq!(bare(&gateway, &format!("{own}/rotate"), &key).await.status, 200);
    assert_eq!(works(&gateway, &secret).await.0, 401);
}

#[tokio::test]
async fn a_key_that_ends_while_its_request_waits_changes_nothing() {
    let (gateway, customer) = managed().await;
    for (change, expected) in [
        (
            "update api_key set state = 'revoked', revoked_at = now() where id = $1",
            (401, "This API key has been revoked."),
        ),
        ("update api_key set state = 'disabled' where id = $1", (401, "This API key is disabled.")),
        ("update api_key set expires_at = now() where id = $1", (401, "This API key has expired.")),
        (
            "update key_secret set ends_at = clock_timestamp() where key_id = $1",
            (401, "This secret no longer works: the API key was rotated and has another secret."),
        ),
        (
            "update api_key set scopes = '{read}' where id = $1",
            (403, "This API key does not have the `manage` scope."),
        ),
        (
            "update api_key set daily_cap = 5 where id = $1",
            (
                403,
                "This API key has a credit cap, so it cannot create keys, rotate another key, loosen limits or change \
                 environments.",
            ),
        ),
        (
            "update account set state = 'suspended' where id = (select account_id from api_key where id = $1)",
            (403, "The account is suspended."),
        ),
    ] {
        let (id, key) =
            gateway.key(customer.account, |new: &mut NewKey| new.terms.scopes = Scope::ALL.to_vec()).await;
        let mut holder = gateway.database.pool().begin().await.unwrap();
        sqlx::query(LOCK).bind(customer.account.as_uuid()).execute(&mut *holder).await.unwrap();
        let asked = gateway.request(Method::POST, "/v1/keys").header("x-api-key", &key);
        // The dialect of these paths has one sentence for every 401; a problem says which it is.
        let asked = asked.header("accept", "application/problem+json");
        let asked = tokio::spawn(answer(asked.json(&json!({"name": "late"}))));
        eventually("the request waits for the account", || async { waiting(&gateway).await > 0 }).await;
        sqlx::query(change).bind(id.as_uuid()).execute(&mut *holder).await.unwrap();
        holder.commit().await.unwrap();
        let refused = asked.await.unwrap();
        let message = refused.body["detail"].as_str().unwrap();
        assert_eq!((refused.status, message), expected, "{change}");
    }
    let late = "select count(*) from api_key where name = 'late'";
    assert_eq!(sqlx::query_scalar::<_, i64>(late).fetch_one(gateway.database.pool()).await.unwrap(), 0);
}

#[tokio::test]
async fn changes_of_one_account_that_wait_leave_the_store_to_others() {
    let (gateway, customer) = managed().await;
    let other = gateway.enterprise(1).await;
    let mut holder = gateway.database.pool().begin().await.unwrap();
    sqlx::query(LOCK).bind(customer.account.as_uuid()).execute(&mut *holder).await.unwrap();
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let asked = gateway.request(Method::POST, "/v1/keys").header("x-api-key", &customer.key);
        calls.spawn(answer(asked.json(&json!({ "name": format!("key {number}") }))));
    }
    let mut most_waiting = 0;
    let mut refused = Vec::new();
    while !calls.is_empty() {
        most_waiting = most_waiting.max(waiting(&gateway).await);
        assert_eq!(works(&gateway, &other.key).await.0, 200);
        refused.extend(calls.try_join_next().map(Result::unwrap));
    }
    assert_eq!(most_waiting, 1);
    for refused in refused {
        assert!(refused.status == 503 && refused.number("retry-after") >= 1, "{}", refused.text);
    }
    holder.rollback().await.unwrap();
}
