//! The same refusals as RFC 9457 problems, and in Portuguese.

use std::future::ready;

use fluence::domain::refusal::Refusal;
use insta::assert_snapshot;
use serde_json::json;

use crate::gate::handlers::answering;
use crate::gate::people::marina;
use crate::support::gateway::{Answer, Gateway, answer};

/// The answer to a call of `/crm` with one more header.
async fn with_header(gateway: &Gateway, key: &str, body: &serde_json::Value, header: (&str, &str)) -> Answer {
    answer(gateway.posting("/crm", key, body).header(header.0, header.1)).await
}

const PROBLEM: (&str, &str) = ("accept", "application/json, application/problem+json");
const PORTUGUESE: (&str, &str) = ("accept-language", "pt-BR, en;q=0.5");

#[tokio::test]
async fn invalid_api_key_as_a_problem() {
    let gateway = Gateway::start().await;
    let refused = with_header(&gateway, "an-imported-key-for-tests-1", &marina(), PROBLEM).await;
    assert_snapshot!(refused.golden(), @r#"
    401 | application/problem+json | www-authenticate: Bearer error="invalid_token"
    {
      "type": "/docs/errors/INVALID_API_KEY",
      "title": "Invalid API key",
      "status": 401,
      "detail": "Invalid API key provided",
      "instance": "…",
      "code": "INVALID_API_KEY",
      "user_action": "Verify that your API key is correct and active. Copy the whole key, without spaces.",
      "support_contact": "support@example.com",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn insufficient_credits_as_a_problem() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(1).await;
    let refused = with_header(&gateway, &customer.key, &marina(), PROBLEM).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    402 | application/problem+json
    {
      "type": "/docs/errors/INSUFFICIENT_CREDITS",
      "title": "Insufficient credits",
      "status": 402,
      "detail": "This call needs 2 credits. The account has 1 credit.",
      "instance": "…",
      "code": "INSUFFICIENT_CREDITS",
      "user_action": "Purchase additional credits or upgrade your plan. Credits that running calls hold come back when the calls end, less what they cost.",
      "support_contact": "support@example.com",
      "credits_needed": 2,
      "credits_available": 1,
      "upgrade_url": "/pricing",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1,
        "tipo_plano": "enterprise_crm",
        "renovacao_proxima": "…",
        "limite_mensal": 500000,
        "uso_percentual": 100.0
      }
    }
    "#);
}

#[tokio::test]
async fn access_denied_as_a_problem_tells_the_billing_too() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "professional").await;
    let refused = with_header(&gateway, &customer.key, &marina(), PROBLEM).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    403 | application/problem+json
    {
      "type": "/docs/errors/ACCESS_DENIED",
      "title": "Access denied",
      "status": 403,
      "detail": "Access denied. Your professional tier API key cannot access /crm. Upgrade to CRM tier for access.",
      "instance": "…",
      "code": "ACCESS_DENIED",
      "user_action": "Choose a plan that includes this endpoint.",
      "support_contact": "support@example.com",
      "current_tier": "platform_professional",
      "required_tier": "crm_business",
      "upgrade_url": "/pricing",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 100000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 100000,
        "uso_percentual": 0.0
      }
    }
    "#);
}

#[tokio::test]
async fn a_refund_as_a_problem() {
    let gateway = answering(|| ready(Refusal::Upstream)).await;
    let customer = gateway.professional().await;
    let refused = with_header(&gateway, &customer.key, &marina(), PROBLEM).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    502 | application/problem+json
    {
      "type": "https://fluence.example/docs/errors#UPSTREAM_ERROR",
      "title": "Upstream error",
      "status": 502,
      "detail": "A server that this service depends on failed.",
      "instance": "…",
      "code": "UPSTREAM_ERROR",
      "user_action": "Try again. If the error persists, contact help@fluence.example with the request id. You were not charged.",
      "support_contact": "help@fluence.example",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0,
        "reembolsado": true,
        "motivo_reembolso": "failed"
      }
    }
    "#);
}

#[tokio::test]
async fn missing_fields_in_portuguese() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let refused = with_header(&gateway, &customer.key, &json!({ "empresa": "" }), PORTUGUESE).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    400
    {
      "success": false,
      "error": {
        "type": "validation_error",
        "message": "A requisição não é válida: `primeiro_nome` é obrigatório; `ultimo_nome` é obrigatório; `empresa` não pode estar vazio.",
        "code": 400,
        "user_action": "Corrija os campos listados em `fields` e envie a requisição de novo.",
        "support_contact": "support@example.com",
        "fields": [
          {
            "field": "primeiro_nome",
            "problem": "missing",
            "message": "é obrigatório"
          },
          {
            "field": "ultimo_nome",
            "problem": "missing",
            "message": "é obrigatório"
          },
          {
            "field": "empresa",
            "problem": "empty",
            "message": "não pode estar vazio"
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
async fn insufficient_credits_in_portuguese() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(1).await;
    let refused = with_header(&gateway, &customer.key, &marina(), PORTUGUESE).await;
    assert_snapshot!(refused.golden(), @r#"
    402
    {
      "success": false,
      "error": {
        "type": "insufficient_credits",
        "message": "Esta chamada precisa de 2 créditos. A conta tem 1 crédito.",
        "code": 402,
        "user_action": "Compre mais créditos ou mude para um plano superior. Os créditos reservados por chamadas em andamento voltam quando elas terminam, menos o que custaram.",
        "support_contact": "support@example.com",
        "credits_needed": 2,
        "credits_available": 1,
        "upgrade_url": "/pt/pricing"
      },
      "error_code": "INSUFFICIENT_CREDITS",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1,
        "tipo_plano": "enterprise_crm",
        "renovacao_proxima": "…",
        "limite_mensal": 500000,
        "uso_percentual": 100.0
      }
    }
    "#);
}

#[tokio::test]
async fn texts_fixed_by_the_contract_stay_english() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "professional").await;
    let denied = with_header(&gateway, &customer.key, &marina(), PORTUGUESE).await;
    assert_snapshot!(denied.golden(), @r#"
    403
    {
      "success": false,
      "error": "Access denied. Your professional tier API key cannot access /crm. Upgrade to CRM tier for access.",
      "error_code": "ACCESS_DENIED",
      "current_tier": "platform_professional",
      "required_tier": "crm_business",
      "upgrade_url": "/pt/pricing"
    }
    "#);
    let invalid = with_header(&gateway, "an-imported-key-for-tests-1", &marina(), PORTUGUESE).await;
    assert_snapshot!(invalid.golden(), @r#"
    401 | www-authenticate: Bearer error="invalid_token"
    {
      "success": false,
      "error": {
        "type": "authentication_error",
        "message": "Invalid API key provided",
        "code": 401,
        "user_action": "Confira se a sua chave de API está correta e ativa. Copie a chave inteira, sem espaços.",
        "support_contact": "support@example.com"
      },
      "error_code": "INVALID_API_KEY",
      "request_id": "…"
    }
    "#);
}

#[tokio::test]
async fn portuguese_endpoints_speak_portuguese_unless_they_are_asked_for_english() {
    let gateway = Gateway::start().await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let message = async |path: &str, language: Option<&str>| {
        let request = gateway.request(reqwest::Method::POST, path).build().unwrap();
        let mut bare = client.post(request.url().clone());
        if let Some(language) = language {
            bare = bare.header("accept-language", language);
        }
        let answer: serde_json::Value = bare.send().await.unwrap().json().await.unwrap();
        answer["error"]["message"].as_str().unwrap().to_owned()
    };
    let (english, portuguese) = ("The request has no API key.", "A requisição não tem chave de API.");
    for path in ["/crm", "/crm_basico", "/prod/crm"] {
        assert_eq!(message(path, None).await, portuguese, "{path}");
        assert_eq!(message(path, Some("fr")).await, portuguese, "{path}");
        assert_eq!(message(path, Some("en")).await, english, "{path}");
    }
    assert_eq!(message("/analyze", None).await, english);
    assert_eq!(message("/analyze", Some("pt-BR")).await, portuguese);
}
