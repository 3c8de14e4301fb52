//! `/v1/keys`.

use fluence::domain::key::Scope;
use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::customer::Customer;
use crate::support::gateway::{Answer, Gateway, answer};

/// A gateway without a key cache, an account, and a key with all scopes.
pub(super) async fn managed() -> (Gateway, Customer) {
    let gateway = Gateway::without_trust().await;
    // As many requests as a test wants: the limits of requests are not its matter.
    let mut customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1_000, 1_000)).await;
    let (key_id, key) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    (customer.key_id, customer.key) = (key_id, key);
    (gateway, customer)
}

/// A POST without a body.
pub(super) async fn bare(gateway: &Gateway, path: &str, key: &str) -> Answer {
    answer(gateway.request(Method::POST, path).header("x-api-key", key)).await
}

/// A key of the account, made over HTTP: its path and the key.
pub(super) async fn made(gateway: &Gateway, customer: &Customer, body: &Value) -> (String, String) {
    let made = gateway.post("/v1/keys", &customer.key, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let text = |name: &str| made.body["data"][name].as_str().unwrap().to_owned();
    let path = format!("/v1/keys/{}", text("id"));
    assert_eq!(made.header("location"), path);
    (path, text("key"))
}

pub(super) async fn works(gateway: &Gateway, key: &str) -> (u16, String) {
    let tried = gateway.get("/creditos", key).await;
    (tried.status, tried.code().to_owned())
}

#[tokio::test]
async fn a_key_is_made_shown_once_and_works() {
    let (gateway, customer) = managed().await;
    let body = json!({
        "name": "server", "scopes": ["invoke", "read"], "daily_cap": 50, "expires_at": "2999-01-01T00:00:00Z",
        "regions": ["local"], "allowed_networks": ["127.0.0.0/8"], "format": "flz",
    });
    let (path, key) = made(&gateway, &customer, &body).await;
    assert!(key.starts_with("flz_sk_"));
    assert_eq!(works(&gateway, &key).await.0, 200);
    let shown = gateway.get(&path, &customer.key).await;
    assert!(!shown.text.contains(&key));
    let data = &shown.body["data"];
    for (name, value) in [
        ("name", json!("server")),
        ("scopes", json!(["read", "invoke"])),
        ("daily_cap", json!(50)),
        ("monthly_cap", Value::Null),
        ("regions", json!(["local"])),
        ("allowed_networks", json!(["127.0.0.0/8"])),
        ("expires_at", json!("2999-01-01T00:00:00Z")),
        ("environment", json!("default")),
        ("mode", json!("live")),
        ("state", json!("active")),
        ("format", json!("flz")),
        ("last_four", json!(key[key.len() - 4..])),
    ] {
        assert_eq!(data[name], value, "{name}");
    }
}

#[tokio::test]
async fn keys_come_a_page_at_a_time_and_are_the_accounts_own() {
    let (gateway, customer) = managed().await;
    let (other, _) =
        (gateway.professional().await, made(&gateway, &customer, &json!({"name": "third"})).await);
    let first = gateway.get("/v1/keys?limit=2", &customer.key).await;
    let names = |page: &Answer| -> Vec<String> {
        page.body["data"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap().into()).collect()
    };
    assert_eq!(names(&first), ["test key", "test key"]);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = gateway.get(&format!("/v1/keys?limit=2&cursor={cursor}"), &customer.key).await;
    assert_eq!((names(&second), &second.body["next_cursor"]), (vec!["third".to_owned()], &Value::Null));
    assert!(!first.text.contains(&other.key_id.to_string()));
    assert_eq!(gateway.get("/v1/keys?cursor=x", &customer.key).await.code(), "VALIDATION_FAILED");
}

#[tokio::test]
async fn every_faulty_field_is_named_at_once() {
    let (gateway, customer) = managed().await;
    let body = json!({
        "environment": 7, "scopes": ["root"], "format": "legacy", "expires_at": "tomorrow", "regions": ["EU West"],
        "allowed_networks": ["203.0.113.7/24"], "daily_cap": 1.5, "monthly_cap": 0, "colour": "red",
    });
    let refused = gateway.post("/v1/keys", &customer.key, &body).await;
    assert_snapshot!(refused.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "code": "VALIDATION_FAILED",
        "message": "The request is not valid: `name` is required; `environment` must be text; `format` must be one of: prefixed, prefixed_live, prefixed_test, flz_prod, flz_stag, flz_dev, flz, sk_live, sk_test, fluence; `scopes` must be one of: read, invoke, manage; `regions` must contain region names of at most 32 lowercase letters, digits and `-`; …",
        "fields": [
          {
            "field": "name",
            "problem": "missing",
            "message": "is required"
          },
          {
            "field": "environment",
            "problem": "not_text",
            "message": "must be text"
          },
          {
            "field": "format",
            "problem": "not_one_of",
            "message": "must be one of: prefixed, prefixed_live, prefixed_test, flz_prod, flz_stag, flz_dev, flz, sk_live, sk_test, fluence"
          },
          {
            "field": "scopes",
            "problem": "not_one_of",
            "message": "must be one of: read, invoke, manage"
          },
          {
            "field": "regions",
            "problem": "not_a_region",
            "message": "must contain region names of at most 32 lowercase letters, digits and `-`"
          },
          {
            "field": "allowed_networks",
            "problem": "not_a_network",
            "message": "must contain addresses or networks such as 203.0.113.0/24, with no bits set after the prefix"
          },
          {
            "field": "expires_at",
            "problem": "not_instant",
            "message": "must be a time such as 2026-01-31T12:00:00Z"
          },
          {
            "field": "daily_cap",
            "problem": "not_a_whole_number_in_range",
            "message": "must be a whole number from 1 to 1000000000000"
          },
          {
            "field": "monthly_cap",
            "problem": "out_of_range",
            "message": "must be from 1 to 1000000000000"
          },
          {
            "field": "colour",
            "problem": "unknown_field",
            "message": "is not a field of this request"
          }
        ]
      },
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
    let none = gateway.post("/v1/keys", &customer.key, &json!({"name": "k", "scopes": []})).await;
    assert_eq!(none.body["error"]["fields"][0]["problem"], "empty");
}

#[tokio::test]
async fn values_that_do_not_fit_the_account_are_reported_by_field() {
    let (gateway, customer) = managed().await;
    for (body, field, problem) in [
        (json!({"name": "k", "environment": "nowhere"}), "environment", "not_there"),
        (json!({"name": "k", "format": "sk_test"}), "format", "other_mode"),
        (json!({"name": "k", "expires_at": "2001-01-01T00:00:00Z"}), "expires_at", "in_the_past"),
        // An answer could not write it.
        (json!({"name": "k", "expires_at": "9999-12-31T23:59:59-23:00"}), "expires_at", "not_instant"),
        (json!({"name": "k", "expires_at": "+10000-01-01T00:00:00Z"}), "expires_at", "not_instant"),
    ] {
        let refused = gateway.post("/v1/keys", &customer.key, &body).await;
        let fault = &refused.body["error"]["fields"][0];
        assert_eq!(
            (refused.status, &fault["field"], &fault["problem"]),
            (400, &json!(field), &json!(problem))
        );
    }
}

#[tokio::test]
async fn a_key_without_manage_sees_and_changes_no_keys() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let path = format!("/v1/keys/{}", customer.key_id);
    let refused = gateway.get("/v1/keys", &customer.key).await;
    assert_snapshot!(refused.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "code": "FORBIDDEN",
        "message": "This API key does not have the `manage` scope.",
        "required_scope": "manage"
      },
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
    for outcome in [
        gateway.post("/v1/keys", &customer.key, &json!({"name": "k"})).await.status,
        gateway.get(&path, &customer.key).await.status,
        bare(&gateway, &format!("{path}/revoke"), &customer.key).await.status,
        gateway.get("/v1/environments", &customer.key).await.status,
        gateway.get("/v1/audit", &customer.key).await.status,
    ] {
        assert_eq!(outcome, 403);
    }
}

#[tokio::test]
async fn another_accounts_key_is_not_there() {
    let (gateway, customer) = managed().await;
    let other = gateway.professional().await;
    let path = format!("/v1/keys/{}", other.key_id);
    let refused = gateway.get(&path, &customer.key).await;
    assert_snapshot!(refused.golden(), @r#"
    404
    {
      "success": false,
      "error": {
        "code": "NOT_FOUND",
        "message": "The account has no item with this id."
      },
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
    for outcome in [
        gateway.patch(&path, &customer.key, &json!({"name": "mine"})).await,
        bare(&gateway, &format!("{path}/rotate"), &customer.key).await,
        bare(&gateway, &format!("{path}/revoke"), &customer.key).await,
        bare(&gateway, &format!("{path}/end-overlap"), &customer.key).await,
        bare(&gateway, "/v1/keys/not-an-id/revoke", &customer.key).await,
        bare(&gateway, "/v1/keys/01900000-0000-7000-8000-000000000000/disable", &customer.key).await,
    ] {
        assert_eq!((outcome.status, outcome.code()), (404, "NOT_FOUND"));
    }
    assert_eq!(works(&gateway, &other.key).await.0, 200);
}

#[tokio::test]
async fn no_key_gets_more_by_managing_than_it_has() {
    let (gateway, customer) = managed().await;
    let (own, manager) =
        gateway.key(customer.account, |new| new.terms.scopes = vec![Scope::Read, Scope::Manage]).await;
    let refused = gateway.post("/v1/keys", &manager, &json!({"name": "k", "scopes": ["invoke"]})).await;
    assert_snapshot!(refused.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "code": "FORBIDDEN",
        "message": "This API key does not have the `invoke` scope.",
        "required_scope": "invoke"
      },
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
    let own = format!("/v1/keys/{own}");
    let wider = gateway.patch(&own, &manager, &json!({"scopes": ["read", "invoke", "manage"]})).await;
    assert_eq!((wider.status, &wider.body["error"]["required_scope"]), (403, &json!("invoke")));
    // A new secret of a stronger key would be that key.
    let stronger = format!("/v1/keys/{}/rotate", customer.key_id);
    assert_eq!(bare(&gateway, &stronger, &manager).await.status, 403);
    let narrower = gateway.patch(&own, &manager, &json!({"scopes": ["manage"]})).await;
    assert_eq!(narrower.body["data"]["scopes"], json!(["manage"]));
}

#[tokio::test]
async fn a_test_key_manages_only_test_keys() {
    let (gateway, customer) = managed().await;
    gateway.test_key(customer.account).await;
    let change = |new: &mut fluence::storage::keys::NewKey| {
        (new.environment, new.terms.scopes) = ("sandbox".into(), Scope::ALL.to_vec());
    };
    let (_, test) = gateway.key(customer.account, change).await;
    let refused = gateway.post("/v1/keys", &test, &json!({"name": "k"})).await;
    assert_snapshot!(refused.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "code": "TEST_KEY_NOT_ALLOWED",
        "message": "A test key cannot create or change anything that spends credits."
      },
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
    let live = format!("/v1/keys/{}", customer.key_id);
    assert_eq!(bare(&gateway, &format!("{live}/rotate"), &test).await.code(), "TEST_KEY_NOT_ALLOWED");
    assert_eq!(gateway.patch(&live, &test, &json!({"name": "x"})).await.code(), "TEST_KEY_NOT_ALLOWED");
    let environment = json!({"name": "production", "mode": "live"});
    assert_eq!(gateway.post("/v1/environments", &test, &environment).await.code(), "TEST_KEY_NOT_ALLOWED");
    let allowed = gateway.post("/v1/keys", &test, &json!({"name": "k", "environment": "sandbox"})).await;
    assert_eq!(allowed.status, 201);
}

#[tokio::test]
async fn a_key_is_disabled_enabled_and_revoked_for_good() {
    let (gateway, customer) = managed().await;
    let (path, key) = made(&gateway, &customer, &json!({"name": "server"})).await;
    let verb = async |verb: &str| bare(&gateway, &format!("{path}/{verb}"), &customer.key).await;
    assert_eq!(verb("disable").await.body["data"]["state"], "disabled");
    assert_eq!(works(&gateway, &key).await, (401, "DISABLED_API_KEY".into()));
    assert_eq!(verb("enable").await.body["data"]["state"], "active");
    assert_eq!(works(&gateway, &key).await.0, 200);
    assert_eq!(verb("revoke").await.body["data"]["state"], "revoked");
    assert_eq!(verb("revoke").await.status, 200);
    let refused = verb("enable").await;
    assert_snapshot!(refused.golden(), @r#"
    409
    {
      "success": false,
      "error": {
        "code": "KEY_REVOKED",
        "message": "This key has been revoked. A revocation cannot be undone."
      },
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
    assert_eq!(verb("rotate").await.code(), "KEY_REVOKED");
    let renamed = gateway.patch(&path, &customer.key, &json!({"name": "x"})).await;
    assert_eq!(renamed.code(), "KEY_REVOKED");
}

#[tokio::test]
async fn a_change_is_made_whole_or_not_at_all() {
    let (gateway, customer) = managed().await;
    let (path, _) =
        made(&gateway, &customer, &json!({"name": "server", "daily_cap": 5, "regions": ["eu"]})).await;
    let body =
        json!({"name": "worker", "daily_cap": null, "regions": [], "monthly_cap": 9, "state": "disabled"});
    let changed = gateway.patch(&path, &customer.key, &body).await;
    let data = &changed.body["data"];
    assert_eq!(
        (&data["name"], &data["daily_cap"], &data["monthly_cap"]),
        (&json!("worker"), &Value::Null, &json!(9))
    );
    assert_eq!((&data["regions"], &data["state"]), (&json!([]), &json!("disabled")));
    let refused = gateway.patch(&path, &customer.key, &json!({"name": "x", "state": "revoked"})).await;
    assert_eq!((refused.status, refused.code()), (400, "VALIDATION_FAILED"));
    let past = json!({"name": "x", "expires_at": "2001-01-01T00:00:00Z"});
    assert_eq!(gateway.patch(&path, &customer.key, &past).await.status, 400);
    assert_eq!(gateway.get(&path, &customer.key).await.body["data"]["name"], "worker");
}

#[tokio::test]
async fn null_is_absent_in_a_new_key_and_refused_where_a_change_would_empty_a_field() {
    let (gateway, customer) = managed().await;
    let body = json!({
        "name": "server", "scopes": null, "environment": null, "format": null, "regions": null,
        "allowed_networks": null, "expires_at": null, "daily_cap": null, "monthly_cap": null
    });
    let (path, _) = made(&gateway, &customer, &body).await;
    let before = gateway.get(&path, &customer.key).await.body["data"].clone();
    assert_eq!((&before["scopes"], &before["environment"]), (&json!(["read", "invoke"]), &json!("default")));
    let emptied = json!({"name": null, "scopes": null, "state": null, "daily_cap": 5});
    let refused = gateway.patch(&path, &customer.key, &emptied).await;
    let fault = |fault: &Value| (fault["field"].clone(), fault["problem"].clone());
    let faults: Vec<_> = refused.body["error"]["fields"].as_array().unwrap().iter().map(fault).collect();
    assert_eq!(refused.status, 400);
    assert_eq!(faults, ["name", "scopes", "state"].map(|field| (json!(field), json!("empty"))));
    assert_eq!(gateway.get(&path, &customer.key).await.body["data"], before);
    let unnamed = gateway.post("/v1/keys", &customer.key, &json!({"name": null})).await;
    assert_eq!(unnamed.body["error"]["fields"][0]["problem"], "missing");
}

#[tokio::test]
async fn a_path_for_an_act_takes_no_fields() {
    let (gateway, customer) = managed().await;
    let (path, key) = made(&gateway, &customer, &json!({"name": "server"})).await;
    let refused = gateway.post(&format!("{path}/revoke"), &customer.key, &json!({"at": "midnight"})).await;
    assert_eq!((refused.status, refused.code()), (400, "VALIDATION_FAILED"));
    assert_eq!(works(&gateway, &key).await.0, 200);
}

#[tokio::test]
async fn an_environment_that_is_full_takes_no_more_keys() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.customer_on(|plan| plan.keys_per_environment = 2).await;
    let (_, manager) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let refused = gateway.post("/v1/keys", &manager, &json!({"name": "k"})).await;
    assert_snapshot!(refused.golden(), @r#"
    409
    {
      "success": false,
      "error": {
        "code": "KEY_LIMIT_REACHED",
        "message": "The environment has reached its limit of keys."
      },
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0
      }
    }
    "#);
}

#[tokio::test]
async fn two_keys_made_at_once_count_each_other() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.customer_on(|plan| plan.keys_per_environment = 4).await;
    let (_, manager) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let body = json!({"name": "k"});
    let made = (0..8).map(|_| gateway.post("/v1/keys", &manager, &body));
    let made = futures_util::future::join_all(made).await;
    assert_eq!(made.iter().filter(|answer| answer.status == 201).count(), 2);
}

#[tokio::test]
async fn a_key_that_is_deleted_is_revoked() {
    let (gateway, customer) = managed().await;
    let (path, key) = made(&gateway, &customer, &json!({"name": "old"})).await;
    let delete = || answer(gateway.request(Method::DELETE, &path).header("x-api-key", &customer.key));
    let deleted = delete().await;
    assert_eq!((deleted.status, &deleted.body["data"]["state"]), (200, &json!("revoked")));
    assert_eq!(works(&gateway, &key).await, (401, "REVOKED_API_KEY".to_owned()));
    assert_eq!(delete().await.status, 200);
}

#[tokio::test]
async fn a_development_key_has_the_scope_read_by_default() {
    let (gateway, customer) = managed().await;
    let body = json!({"name": "laptop", "format": "flz_dev"});
    let made = gateway.post("/v1/keys", &customer.key, &body).await;
    assert_eq!(made.body["data"]["scopes"], json!(["read"]));
}
