//! Refusals of what was sent.

use insta::assert_snapshot;
use reqwest::Method;
use serde_json::{Value, json};

use crate::gate::people::marina;
use crate::support::gateway::{Answer, Gateway, answer};

/// The answer to a body as it stands, which is free and accounted.
async fn refused(path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let request = gateway.request(Method::POST, path).header("x-api-key", &customer.key);
    let answer = answer(request.header("content-type", media_type).body(body)).await;
    answer.assert_accounted();
    assert_eq!(gateway.balance(customer.account).await, 1000);
    answer
}

async fn refused_json(path: &str, body: Value) -> Answer {
    refused(path, "application/json", body.to_string()).await
}

#[tokio::test]
async fn invalid_json() {
    assert_snapshot!(refused("/crm", "application/json", "{\n \"empresa\": nada}").await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "invalid_request",
        "message": "The body cannot be read as one JSON object: the first error is at line 2, column 14.",
        "code": 400,
        "user_action": "Send a single JSON object in UTF-8 and nothing after it, with at most 64 levels and 10,000 values, with numbers below 1.8e308 and without halves of surrogate pairs such as `\\ud800`.",
        "support_contact": "support@example.com",
        "line": 2,
        "column": 14
      },
      "error_code": "INVALID_JSON",
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
async fn d10_an_empty_body() {
    assert_snapshot!(refused("/crm", "application/json", "").await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "invalid_request",
        "message": "The body cannot be read as one JSON object: the first error is at line 1, column 1.",
        "code": 400,
        "user_action": "Send a single JSON object in UTF-8 and nothing after it, with at most 64 levels and 10,000 values, with numbers below 1.8e308 and without halves of surrogate pairs such as `\\ud800`.",
        "support_contact": "support@example.com",
        "line": 1,
        "column": 1
      },
      "error_code": "INVALID_JSON",
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
async fn validation_failed_lists_every_faulty_field() {
    let body = json!({
        "primeiro_nome": " ", "ultimo_nome": 7, "last_name": "Souza", "empresa": "Uma", "company": "Outra", "papel": "x"
    });
    assert_snapshot!(refused_json("/crm", body).await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "validation_error",
        "message": "The request is not valid: `primeiro_nome` must not be empty; `ultimo_nome` must be text; `company` differs from the same field under its other name; `papel` is not a field of this request.",
        "code": 400,
        "user_action": "Correct the fields listed in `fields`, then send the request again.",
        "support_contact": "support@example.com",
        "fields": [
          {
            "field": "primeiro_nome",
            "problem": "empty",
            "message": "must not be empty"
          },
          {
            "field": "ultimo_nome",
            "problem": "not_text",
            "message": "must be text"
          },
          {
            "field": "company",
            "problem": "contradicts",
            "message": "differs from the same field under its other name"
          },
          {
            "field": "papel",
            "problem": "unknown_field",
            "message": "is not a field of this request"
          }
        ]
      },
      "error_code": "VALIDATION_FAILED",
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
async fn validation_failed_on_an_english_route_speaks_of_its_own_fields() {
    assert_snapshot!(refused_json("/analyze", json!({ "language": "fr" })).await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "validation_error",
        "message": "The request is not valid: `first_name` is required; `last_name` is required; `company` is required; `language` must be one of: en, pt.",
        "code": 400,
        "user_action": "Correct the fields listed in `fields`, then send the request again.",
        "support_contact": "support@example.com",
        "fields": [
          {
            "field": "first_name",
            "problem": "missing",
            "message": "is required"
          },
          {
            "field": "last_name",
            "problem": "missing",
            "message": "is required"
          },
          {
            "field": "company",
            "problem": "missing",
            "message": "is required"
          },
          {
            "field": "language",
            "problem": "not_one_of",
            "message": "must be one of: en, pt"
          }
        ]
      },
      "error_code": "VALIDATION_FAILED",
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
async fn profile_url_not_accepted() {
    let mut body = marina();
    body["empresa"] = "linkedin.com/company/horizonte".into();
    assert_snapshot!(refused_json("/crm", body).await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "validation_error",
        "message": "Profile URLs are not accepted (field `empresa`).",
        "code": 400,
        "user_action": "Identify the person by first name, last name and company, without a URL.",
        "support_contact": "support@example.com",
        "field": "empresa"
      },
      "error_code": "PROFILE_URL_NOT_ACCEPTED",
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
async fn mock_data_not_allowed() {
    let mut body = marina();
    body["allow_mock_data"] = true.into();
    assert_snapshot!(refused_json("/analyze-comprehensive", body).await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "validation_error",
        "message": "`allow_mock_data` is available in test environments only.",
        "code": 400,
        "user_action": "Remove `allow_mock_data`, or use a key of a test environment.",
        "support_contact": "support@example.com"
      },
      "error_code": "MOCK_DATA_NOT_ALLOWED",
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
async fn body_too_large() {
    let body = format!("{{\"empresa\": \"{}\"}}", "x".repeat(20_000));
    assert_snapshot!(refused("/crm", "application/json", body).await.golden(), @r#"
    413
    {
      "success": false,
      "error": {
        "type": "body_too_large",
        "message": "The body exceeds the limit of 16384 bytes.",
        "code": 413,
        "user_action": "Send a smaller body.",
        "support_contact": "support@example.com",
        "limit_bytes": 16384
      },
      "error_code": "BODY_TOO_LARGE",
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
async fn unsupported_media_type() {
    assert_snapshot!(refused("/crm", "text/plain", marina().to_string()).await.golden(), @r#"
    415
    {
      "success": false,
      "error": {
        "type": "unsupported_media_type",
        "message": "The body is not declared as JSON.",
        "code": 415,
        "user_action": "Send the header `Content-Type: application/json`.",
        "support_contact": "support@example.com"
      },
      "error_code": "UNSUPPORTED_MEDIA_TYPE",
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
async fn bad_request_for_a_faulty_idempotency_key() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let request = gateway.posting("/crm", &customer.key, &marina()).header("idempotency-key", "a b");
    assert_snapshot!(answer(request).await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "invalid_request",
        "message": "Idempotency-Key must be sent once, as 1 to 255 visible ASCII characters, bare or in double quotes.",
        "code": 400,
        "user_action": "Correct the request, then send it again.",
        "support_contact": "support@example.com"
      },
      "error_code": "BAD_REQUEST",
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
async fn bad_request_for_an_unclear_dry_run() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let request = gateway.posting("/crm", &customer.key, &marina()).header("x-dry-run", "1");
    assert_snapshot!(answer(request).await.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "invalid_request",
        "message": "X-Dry-Run must be sent once, as true or false.",
        "code": 400,
        "user_action": "Correct the request, then send it again.",
        "support_contact": "support@example.com"
      },
      "error_code": "BAD_REQUEST",
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
