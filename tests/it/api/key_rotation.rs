//! New secrets for keys over `/v1/keys`.

use insta::assert_snapshot;
use serde_json::json;

use super::keys::{bare, made, managed, works};
use crate::gate::people::marina;
use crate::support::gateway::{answer, eventually};

#[tokio::test]
async fn a_rotated_key_works_with_both_secrets_until_the_overlap_ends() {
    let (gateway, customer) = managed().await;
    let (path, old) = made(&gateway, &customer, &json!({"name": "server"})).await;
    let rotated =
        gateway.post(&format!("{path}/rotate"), &customer.key, &json!({"overlap_seconds": 600})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text);
    let new = rotated.body["data"]["key"].as_str().unwrap();
    assert_eq!(format!("/v1/keys/{}", rotated.body["data"]["id"].as_str().unwrap()), path);
    assert_eq!((works(&gateway, &old).await.0, works(&gateway, new).await.0), (200, 200));

    let refused = bare(&gateway, &format!("{path}/rotate"), &customer.key).await;
    assert_snapshot!(refused.golden_without(&["retry_after"]), @r#"
    409 | retry-after: …
    {
      "success": false,
      "error": {
        "code": "ROTATION_IN_PROGRESS",
        "message": "This key is already being rotated, and its old secret still works.",
        "retry_after": "…"
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
    let wait = refused.body["error"]["retry_after"].as_i64().unwrap();
    assert!((500..=601).contains(&wait), "{wait}");

    assert_eq!(bare(&gateway, &format!("{path}/end-overlap"), &customer.key).await.status, 200);
    assert_eq!(works(&gateway, &old).await, (401, "EXPIRED_API_KEY".into()));
    assert_eq!(works(&gateway, new).await.0, 200);
    let again = bare(&gateway, &format!("{path}/end-overlap"), &customer.key).await;
    assert_eq!((again.status, again.code()), (409, "NOT_ROTATING"));
}

#[tokio::test]
async fn a_secret_ended_by_a_rotation_is_reported_as_replaced() {
    let (gateway, customer) = managed().await;
    let soon = (fluence::clock::now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    for terms in [json!({"name": "endless"}), json!({"name": "ending", "expires_at": soon})] {
        let (path, old) = made(&gateway, &customer, &terms).await;
        gateway.post(&format!("{path}/rotate"), &customer.key, &json!({"overlap_seconds": 0})).await;
        for (language, sentence) in [
            ("en", "This secret no longer works: the API key was rotated and has another secret."),
            ("pt-BR", "Este segredo não funciona mais: ele foi trocado, e a chave de API tem outro."),
        ] {
            let asked = gateway.request(reqwest::Method::GET, "/creditos").header("x-api-key", &old);
            let refused = answer(asked.header("accept-language", language)).await;
            assert_eq!(refused.outcome(), (401, "EXPIRED_API_KEY"));
            assert_eq!(refused.body["error"]["message"], sentence);
        }
        // A key that has itself ended says so, whatever became of its secrets.
        let id = path.rsplit('/').next().unwrap();
        sqlx::query("update api_key set expires_at = now() where id = $1::uuid")
            .bind(id)
            .execute(gateway.database.pool())
            .await
            .unwrap();
        eventually("the key itself has expired", async || {
            gateway.get("/creditos", &old).await.body["error"]["message"] == "This API key has expired."
        })
        .await;
    }
}

#[tokio::test]
async fn without_an_overlap_the_old_secret_ends_at_once() {
    let (gateway, customer) = managed().await;
    let (path, old) = made(&gateway, &customer, &json!({"name": "server"})).await;
    gateway.post(&format!("{path}/rotate"), &customer.key, &json!({"overlap_seconds": 0})).await;
    assert_eq!(works(&gateway, &old).await, (401, "EXPIRED_API_KEY".into()));
    for overlap in [json!(-1), json!(604_801), json!(0.5), json!("1h")] {
        let body = json!({"overlap_seconds": overlap});
        let refused = gateway.post(&format!("{path}/rotate"), &customer.key, &body).await;
        assert_eq!((refused.status, refused.code()), (400, "VALIDATION_FAILED"), "{body}");
    }
}

#[tokio::test]
async fn a_key_may_rotate_and_revoke_itself() {
    let (gateway, customer) = managed().await;
    let own = format!("/v1/keys/{}", customer.key_id);
    let rotated = bare(&gateway, &format!("{own}/rotate"), &customer.key).await;
    let new = rotated.body["data"]["key"].as_str().unwrap();
    assert_eq!(bare(&gateway, &format!("{own}/revoke"), new).await.body["data"]["state"], "revoked");
    for secret in [&customer.key, new] {
        assert_eq!(works(&gateway, secret).await, (401, "REVOKED_API_KEY".into()));
    }
}

#[tokio::test]
async fn rotation_moves_neither_balance_nor_limits_nor_last_use() {
    let (gateway, customer) = managed().await;
    gateway.with_sample_people().await;
    let (path, key) = made(&gateway, &customer, &json!({"name": "server", "daily_cap": 10})).await;
    assert_eq!(gateway.post("/crm", &key, &marina()).await.status, 200);
    gateway.settled().await;
    let balance = gateway.balance(customer.account).await;
    let before = gateway.get(&path, &customer.key).await.body["data"].clone();
    let rotated = bare(&gateway, &format!("{path}/rotate"), &customer.key).await;
    let after = gateway.get(&path, &customer.key).await.body["data"].clone();
    for name in ["daily_cap", "scopes", "name", "created_at", "last_used_at", "environment_id", "id"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    assert_eq!(gateway.balance(customer.account).await, balance);
    // What was spent with the old secret counts against the cap of the new one.
    let new = rotated.body["data"]["key"].as_str().unwrap();
    for expected in [200, 200, 200, 200, 402] {
        assert_eq!(gateway.post("/crm", new, &marina()).await.status, expected);
    }
}

#[tokio::test]
async fn a_new_secret_that_got_lost_is_taken_back() {
    let (gateway, customer) = managed().await;
    let (path, old) = made(&gateway, &customer, &json!({"name": "server"})).await;
    let cancel = format!("{path}/cancel-rotation");
    assert_eq!(bare(&gateway, &cancel, &customer.key).await.code(), "NOT_ROTATING");
    let rotated = bare(&gateway, &format!("{path}/rotate"), &customer.key).await;
    let new = rotated.body["data"]["key"].as_str().unwrap();
    let cancelled = bare(&gateway, &cancel, &customer.key).await;
    assert_eq!(cancelled.body["data"]["secrets"].as_array().unwrap().len(), 1, "{}", cancelled.text);
    assert_eq!(cancelled.body["data"]["last_four"], json!(old[old.len() - 4..]));
    assert_eq!(works(&gateway, new).await, (401, "EXPIRED_API_KEY".into()));
    assert_eq!(works(&gateway, &old).await.0, 200);
    let again = bare(&gateway, &format!("{path}/rotate"), &customer.key).await;
    assert_eq!(again.body["data"]["secrets"][0]["version"], 3);
}
