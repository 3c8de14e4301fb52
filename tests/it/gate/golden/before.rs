//! Refusals of credentials and rights.

use fluence::clock::now;
use fluence::domain::account::AccountState;
use fluence::domain::key::{KeyState, Scope};
use insta::assert_snapshot;
use reqwest::Method;

use crate::gate::people::marina;
use crate::support::gateway::{Gateway, answer};

#[tokio::test]
async fn missing_auth() {
    let gateway = Gateway::start().await;
    let refused = answer(gateway.request(Method::POST, "/crm").json(&marina())).await;
    assert_snapshot!(refused.golden(), @r#"
    401 | www-authenticate: Bearer
    {
      "success": false,
      "error": {
        "type": "authentication_error",
        "message": "The request has no API key.",
        "code": 401,
        "user_action": "Send your key in the `X-API-Key` header, or as `Authorization: Bearer YOUR_KEY`.",
        "support_contact": "support@example.com"
      },
      "error_code": "MISSING_AUTH",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn invalid_api_key() {
    let gateway = Gateway::start().await;
    let refused = gateway.post("/crm", "an-imported-key-for-tests-1", &marina()).await;
    assert_snapshot!(refused.golden(), @r#"
    401 | www-authenticate: Bearer error="invalid_token"
    {
      "success": false,
      "error": {
        "type": "authentication_error",
        "message": "Invalid API key provided",
        "code": 401,
        "user_action": "Verify that your API key is correct and active. Copy the whole key, without spaces.",
        "support_contact": "support@example.com"
      },
      "error_code": "INVALID_API_KEY",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn expired_api_key() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) = gateway.key(customer.account, |key| key.terms.expires_at = Some(now())).await;
    assert_snapshot!(gateway.post("/crm", &key, &marina()).await.golden(), @r#"
    401 | www-authenticate: Bearer error="invalid_token"
    {
      "success": false,
      "error": {
        "type": "authentication_error",
        "message": "This API key has expired.",
        "code": 401,
        "user_action": "Create a new key, or ask an administrator of your account for one. Then replace this key in your application.",
        "support_contact": "support@example.com"
      },
      "error_code": "EXPIRED_API_KEY",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn revoked_api_key() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.set_key_state(customer.key_id, KeyState::Revoked).await;
    assert_snapshot!(gateway.post("/crm", &customer.key, &marina()).await.golden(), @r#"
    401 | www-authenticate: Bearer error="invalid_token"
    {
      "success": false,
      "error": {
        "type": "authentication_error",
        "message": "This API key has been revoked.",
        "code": 401,
        "user_action": "Create a new key, or ask an administrator of your account for one. Then replace this key in your application.",
        "support_contact": "support@example.com"
      },
      "error_code": "REVOKED_API_KEY",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn disabled_api_key() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.set_key_state(customer.key_id, KeyState::Disabled).await;
    assert_snapshot!(gateway.post("/crm", &customer.key, &marina()).await.golden(), @r#"
    401 | www-authenticate: Bearer error="invalid_token"
    {
      "success": false,
      "error": {
        "type": "authentication_error",
        "message": "This API key is disabled.",
        "code": 401,
        "user_action": "Ask an administrator of your account to enable the key, or use another key.",
        "support_contact": "support@example.com"
      },
      "error_code": "DISABLED_API_KEY",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn conflicting_credentials() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let request = gateway.posting("/crm", &customer.key, &marina());
    let refused = answer(request.header("authorization", "Bearer an-imported-key-for-tests-1")).await;
    assert_snapshot!(refused.golden(), @r#"
    401 | www-authenticate: Bearer error="invalid_request"
    {
      "success": false,
      "error": {
        "type": "authentication_error",
        "message": "The request contains two different API keys.",
        "code": 401,
        "user_action": "Send one key: keep either the `X-API-Key` or the `Authorization` header.",
        "support_contact": "support@example.com"
      },
      "error_code": "CONFLICTING_CREDENTIALS",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn key_in_query_string() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let path = format!("/crm?token={}", customer.key);
    let refused = gateway.post(&path, &customer.key, &marina()).await;
    assert_snapshot!(refused.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "invalid_request",
        "message": "API keys are not accepted in the URL (parameter `token`).",
        "code": 400,
        "user_action": "Send the key in the `X-API-Key` header. If the URL contained a key, rotate it: URLs are kept in logs and browser histories.",
        "support_contact": "support@example.com",
        "parameter": "token"
      },
      "error_code": "KEY_IN_QUERY_STRING",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn access_denied_as_the_contract_has_it() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "professional").await;
    let refused = gateway.post("/crm_basico", &customer.key, &marina()).await;
    assert_snapshot!(refused.golden(), @r#"
    403
    {
      "success": false,
      "error": "Access denied. Your professional tier API key cannot access /crm_basico. Upgrade to CRM tier for access.",
      "error_code": "ACCESS_DENIED",
      "current_tier": "platform_professional",
      "required_tier": "crm_business",
      "upgrade_url": "/pricing"
    }
    "#);
}

#[tokio::test]
async fn insufficient_scope() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) = gateway.key(customer.account, |key| key.terms.scopes = vec![Scope::Read]).await;
    let refused = gateway.post("/crm", &key, &marina()).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "type": "permission_error",
        "message": "This API key does not have the `invoke` scope.",
        "code": 403,
        "user_action": "Use a key with the `invoke` scope, or ask an administrator of your account for one.",
        "support_contact": "support@example.com",
        "required_scope": "invoke"
      },
      "error_code": "INSUFFICIENT_SCOPE",
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
async fn plan_without_api() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| plan.api_access = false).await;
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "type": "permission_error",
        "message": "API access requires Essentials plan",
        "code": 403,
        "user_action": "Choose a plan with API access.",
        "support_contact": "support@example.com",
        "upgrade_url": "/pricing"
      },
      "error_code": "PLAN_WITHOUT_API",
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
async fn account_suspended() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    gateway.set_account_state(customer.account, AccountState::Suspended).await;
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    403
    {
      "success": false,
      "error": {
        "type": "permission_error",
        "message": "The account is suspended.",
        "code": 403,
        "user_action": "Contact support to reactivate the account.",
        "support_contact": "support@example.com"
      },
      "error_code": "ACCOUNT_SUSPENDED",
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
async fn endpoint_not_found() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    assert_snapshot!(gateway.post("/crm/", &customer.key, &marina()).await.golden(), @r#"
    404
    {
      "success": false,
      "error": {
        "type": "not_found",
        "message": "This endpoint does not exist.",
        "code": 404,
        "user_action": "Check the spelling and letter case of the path, and remove a trailing slash.",
        "support_contact": "support@example.com"
      },
      "error_code": "ENDPOINT_NOT_FOUND",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn method_not_allowed() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    assert_snapshot!(gateway.get("/crm", &customer.key).await.golden(), @r#"
    405 | allow: POST,OPTIONS
    {
      "success": false,
      "error": {
        "type": "method_not_allowed",
        "message": "This endpoint does not support this method.",
        "code": 405,
        "user_action": "Use one of the methods in the `Allow` header.",
        "support_contact": "support@example.com"
      },
      "error_code": "METHOD_NOT_ALLOWED",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn method_not_allowed_on_a_page_that_is_read() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    assert_snapshot!(gateway.post("/creditos", &customer.key, &marina()).await.golden(), @r#"
    405 | allow: GET,HEAD,OPTIONS
    {
      "success": false,
      "error": {
        "type": "method_not_allowed",
        "message": "This endpoint does not support this method.",
        "code": 405,
        "user_action": "Use one of the methods in the `Allow` header.",
        "support_contact": "support@example.com"
      },
      "error_code": "METHOD_NOT_ALLOWED",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn service_unavailable_while_the_store_of_keys_is_in_doubt() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    sqlx::query("alter table key_secret rename to away").execute(gateway.database.pool()).await.unwrap();
    assert_snapshot!(gateway.post("/crm", &customer.key, &marina()).await.golden_without(&["retry_after"]), @r#"
    503 | retry-after: …
    {
      "success": false,
      "error": {
        "type": "service_unavailable",
        "message": "The service cannot process this request right now.",
        "code": 503,
        "user_action": "Wait for the number of seconds in `retry_after`, then try again. The request was charged only if `billing_info` says so.",
        "support_contact": "support@example.com",
        "retry_after": "…"
      },
      "error_code": "SERVICE_UNAVAILABLE",
      "request_id": "…"
    }
    "#);
}
