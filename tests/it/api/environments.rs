//! `/v1/environments`.

use fluence::domain::key::Scope;
use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::gateway::{Gateway, answer};

async fn managed() -> (Gateway, String) {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.professional().await;
    let (_, key) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    (gateway, key)
}

#[tokio::test]
async fn an_environment_is_made_and_listed() {
    let (gateway, key) = managed().await;
    let made = gateway.post("/v1/environments", &key, &json!({"name": "staging", "mode": "test"})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!((&made.body["data"]["name"], &made.body["data"]["mode"]), (&json!("staging"), &json!("test")));
    let listed = gateway.get("/v1/environments", &key).await;
    let names: Vec<_> =
        listed.body["data"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["default", "staging"]);
    assert_eq!(listed.body["data"][0]["keys"], 2);
}

#[tokio::test]
async fn an_environment_is_read_where_its_location_says() {
    let (gateway, key) = managed().await;
    let body = json!({"name": "staging", "mode": "test"});
    let request = gateway.request(Method::POST, "/v1/environments").header("x-api-key", &key).json(&body);
    let made = answer(request).await;
    let location = made.header("location").to_owned();
    let read = gateway.get(&location, &key).await;
    assert_eq!((read.status, &read.body["data"]), (200, &made.body["data"]));
    let reader = gateway.professional().await.key;
    assert_eq!(gateway.get(&location, &reader).await.status, 403, "without the scope");
}

#[tokio::test]
async fn the_list_has_pages() {
    let (gateway, key) = managed().await;
    for name in ["one", "two"] {
        gateway.post("/v1/environments", &key, &json!({"name": name, "mode": "test"})).await;
    }
    let mut names = Vec::new();
    let mut path = "/v1/environments?limit=1".to_owned();
    loop {
        let page = gateway.get(&path, &key).await;
        names.extend(page.body["data"].as_array().unwrap().iter().map(|one| one["name"].clone()));
        let Some(cursor) = page.body["next_cursor"].as_str() else { break };
        path = format!("/v1/environments?limit=1&cursor={cursor}");
    }
    assert_eq!(names, ["default", "one", "two"]);
    let refused = gateway.get("/v1/environments?limit=0&colour=red", &key).await;
    assert_eq!(refused.status, 400);
    let faults: Vec<_> =
        refused.body["error"]["fields"].as_array().unwrap().iter().map(|f| f["problem"].clone()).collect();
    assert_eq!(faults, ["out_of_range", "unknown_parameter"]);
}

#[tokio::test]
async fn a_name_is_given_once() {
    let (gateway, key) = managed().await;
    let again = gateway.post("/v1/environments", &key, &json!({"name": "default", "mode": "live"})).await;
    assert_snapshot!(again.golden(), @r#"
    409
    {
      "success": false,
      "error": {
        "code": "ENVIRONMENT_EXISTS",
        "message": "The account already has an environment with this name."
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
async fn every_faulty_field_is_named() {
    let (gateway, key) = managed().await;
    let refused = gateway.post("/v1/environments", &key, &json!({"name": "", "colour": 1})).await;
    let fields: Vec<_> =
        refused.body["error"]["fields"].as_array().unwrap().iter().map(|f| f["field"].clone()).collect();
    assert_eq!((refused.status, fields), (400, vec![json!("name"), json!("mode"), json!("colour")]));
}

#[tokio::test]
async fn one_key_per_environment_is_a_cap_of_one() {
    let (gateway, key) = managed().await;
    let made = gateway.post("/v1/environments", &key, &json!({"name": "strict", "mode": "live"})).await;
    let path = format!("/v1/environments/{}", made.body["data"]["id"].as_str().unwrap());
    let capped = gateway.patch(&path, &key, &json!({"key_cap": 1})).await;
    assert_eq!((&capped.body["data"]["key_cap"], &capped.body["data"]["most_keys"]), (&json!(1), &json!(1)));
    let body = json!({"name": "k", "environment": "strict"});
    assert_eq!(gateway.post("/v1/keys", &key, &body).await.status, 201);
    assert_eq!(gateway.post("/v1/keys", &key, &body).await.code(), "KEY_LIMIT_REACHED");
    assert_eq!(
        gateway.patch(&path, &key, &json!({"key_cap": null})).await.body["data"]["key_cap"],
        Value::Null
    );
    assert_eq!(gateway.post("/v1/keys", &key, &body).await.status, 201);
    for body in [json!({}), json!({"key_cap": 0}), json!({"key_cap": 1.5}), json!({"key_cap": "1"})] {
        assert_eq!(gateway.patch(&path, &key, &body).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn another_accounts_environment_is_not_there() {
    let (gateway, key) = managed().await;
    let other = gateway.professional().await;
    let (_, theirs) = gateway.key(other.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let listed = gateway.get("/v1/environments", &theirs).await;
    let path = format!("/v1/environments/{}", listed.body["data"][0]["id"].as_str().unwrap());
    for path in [path.as_str(), "/v1/environments/nonsense"] {
        assert_eq!(gateway.get(path, &key).await.outcome(), (404, "NOT_FOUND"));
        let refused = gateway.patch(path, &key, &json!({"key_cap": 1})).await;
        assert_eq!((refused.status, refused.code()), (404, "NOT_FOUND"));
    }
    assert_eq!(gateway.get("/v1/environments", &theirs).await.body["data"][0]["key_cap"], Value::Null);
}

#[tokio::test]
async fn no_cap_lifts_the_number_of_keys_that_the_plan_allows() {
    let gateway = Gateway::without_trust().await;
    let customer = gateway.customer("2025-01", "essentials").await;
    let (_, key) = gateway.key(customer.account, |new| new.terms.scopes = Scope::ALL.to_vec()).await;
    let environment = gateway.get("/v1/environments", &key).await.body["data"][0]["id"].clone();
    let path = format!("/v1/environments/{}", environment.as_str().unwrap());
    let raised = gateway.patch(&path, &key, &json!({"key_cap": 10_000})).await;
    assert_eq!((raised.status, &raised.body["data"]["most_keys"]), (200, &json!(3)));
    assert_eq!(gateway.post("/v1/keys", &key, &json!({"name": "third"})).await.status, 201);
    assert_eq!(gateway.post("/v1/keys", &key, &json!({"name": "fourth"})).await.code(), "KEY_LIMIT_REACHED");
}

#[tokio::test]
async fn an_expired_key_is_shown_as_expired_and_takes_no_place() {
    let (gateway, key) = managed().await;
    let made = gateway.post("/v1/environments", &key, &json!({"name": "strict", "mode": "live"})).await;
    let environment = format!("/v1/environments/{}", made.body["data"]["id"].as_str().unwrap());
    gateway.patch(&environment, &key, &json!({"key_cap": 1})).await;
    let body = json!({"name": "k", "environment": "strict"});
    let first = gateway.post("/v1/keys", &key, &body).await;
    let path = format!("/v1/keys/{}", first.body["data"]["id"].as_str().unwrap());
    let expire = "update api_key set expires_at = now() where environment_id = (select id from environment where name = 'strict')";
    sqlx::query(expire).execute(gateway.database.pool()).await.unwrap();
    assert_eq!(gateway.get(&path, &key).await.body["data"]["state"], "expired");
    let keys = gateway.get("/v1/environments", &key).await.body["data"][1]["keys"].clone();
    assert_eq!(keys, json!(0));
    let second = gateway.post("/v1/keys", &key, &body).await;
    assert_eq!(second.status, 201);
    // The revived key would exceed the environment's limit of one key.
    for expires_at in [Value::Null, json!("2999-01-01T00:00:00Z")] {
        let revived = gateway.patch(&path, &key, &json!({ "expires_at": expires_at })).await;
        assert_eq!(revived.code(), "KEY_LIMIT_REACHED");
    }
    let revoked = format!("/v1/keys/{}/revoke", second.body["data"]["id"].as_str().unwrap());
    super::keys::bare(&gateway, &revoked, &key).await;
    let revived = gateway.patch(&path, &key, &json!({ "expires_at": null })).await;
    assert_eq!((revived.status, &revived.body["data"]["state"]), (200, &json!("active")));
}
