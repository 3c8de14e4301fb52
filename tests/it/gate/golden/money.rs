//! Answers and refusals that are about money.

use fluence::domain::credits::Credits;
use insta::assert_snapshot;

use crate::gate::handlers::Latch;
use crate::gate::handlers::paid_answer;
use crate::gate::people::{luiz, marina, nobody};
use crate::support::gateway::{Gateway, answer};

#[tokio::test]
async fn insufficient_credits() {
    let gateway = Gateway::start().await;
    let customer = gateway.enterprise(1).await;
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    402
    {
      "success": false,
      "error": {
        "type": "insufficient_credits",
        "message": "This call needs 2 credits. The account has 1 credit.",
        "code": 402,
        "user_action": "Purchase additional credits or upgrade your plan. Credits that running calls hold come back when the calls end, less what they cost.",
        "support_contact": "support@example.com",
        "credits_needed": 2,
        "credits_available": 1,
        "upgrade_url": "/pricing"
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
async fn key_cap_reached_for_the_day() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) =
        gateway.key(customer.account, |key| key.terms.daily_cap = Some(Credits::from_u32(1))).await;
    let refused = gateway.post("/crm", &key, &marina()).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    402
    {
      "success": false,
      "error": {
        "type": "insufficient_credits",
        "message": "This call would exceed the cap of this API key: 1 credit per UTC day.",
        "code": 402,
        "user_action": "Raise the key's cap with `PATCH /v1/keys/{id}`, use another key, or wait until the time in `resets_at`. Credits that running calls hold count until the calls end.",
        "support_contact": "support@example.com",
        "current_limit": "1 credit/day",
        "limit": "key_credits_per_day",
        "resets_at": "…"
      },
      "error_code": "KEY_CAP_REACHED",
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
async fn key_cap_reached_for_the_month() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let (_, key) =
        gateway.key(customer.account, |key| key.terms.monthly_cap = Some(Credits::from_u32(1))).await;
    let refused = gateway.post("/crm", &key, &marina()).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    402
    {
      "success": false,
      "error": {
        "type": "insufficient_credits",
        "message": "This call would exceed the cap of this API key: 1 credit per UTC month.",
        "code": 402,
        "user_action": "Raise the key's cap with `PATCH /v1/keys/{id}`, use another key, or wait until the time in `resets_at`. Credits that running calls hold count until the calls end.",
        "support_contact": "support@example.com",
        "current_limit": "1 credit/month",
        "limit": "key_credits_per_month",
        "resets_at": "…"
      },
      "error_code": "KEY_CAP_REACHED",
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
async fn profile_not_found_is_charged() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let searched = gateway.post("/crm", &customer.key, &nobody()).await;
    searched.assert_accounted();
    assert_snapshot!(searched.golden(), @r#"
    404
    {
      "success": false,
      "error": {
        "type": "not_found",
        "message": "No person with this name was found at this company.",
        "code": 404,
        "user_action": "Check the spelling, try the company's full name, or add the person to your contacts.",
        "support_contact": "support@example.com"
      },
      "error_code": "PROFILE_NOT_FOUND",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 2,
        "creditos_restantes": 998,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.2
      }
    }
    "#);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn multiple_matches_are_charged_and_tell_role_and_city_only() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.professional().await;
    let searched = gateway.post("/crm", &customer.key, &luiz()).await;
    searched.assert_accounted();
    assert_snapshot!(searched.golden(), @r#"
    409
    {
      "success": false,
      "error": {
        "type": "multiple_matches",
        "message": "2 people match this request equally well.",
        "code": 409,
        "user_action": "Send the person's full name and the company's full name, or add the person to your contacts.",
        "support_contact": "support@example.com",
        "total_matches": 2,
        "candidates": [
          {
            "role": "Gerente de Contabilidade",
            "city": "Curitiba, PR"
          },
          {
            "role": "Diretor Comercial",
            "city": "Goiânia, GO"
          }
        ]
      },
      "error_code": "MULTIPLE_MATCHES",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 2,
        "creditos_restantes": 998,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.2
      }
    }
    "#);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn idempotency_key_reused() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let keyed = |body| gateway.posting("/crm", &customer.key, &body).header("idempotency-key", "a");
    answer(keyed(nobody())).await;
    let refused = answer(keyed(marina())).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden(), @r#"
    422
    {
      "success": false,
      "error": {
        "type": "idempotency_error",
        "message": "This Idempotency-Key has already been used with a different request.",
        "code": 422,
        "user_action": "Use a new Idempotency-Key for each different request.",
        "support_contact": "support@example.com"
      },
      "error_code": "IDEMPOTENCY_KEY_REUSED",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 998,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.2
      }
    }
    "#);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn idempotency_in_progress() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = gateway.professional().await;
    let keyed = || answer(gateway.posting("/crm", &customer.key, &marina()).header("idempotency-key", "a"));
    let second = async {
        latch.reached(1).await;
        let second = keyed().await;
        latch.let_go(1);
        second
    };
    let (_, refused) = tokio::join!(keyed(), second);
    assert_snapshot!(refused.golden(), @r#"
    409 | retry-after: 2
    {
      "success": false,
      "error": {
        "type": "idempotency_error",
        "message": "A request with this Idempotency-Key is still in progress.",
        "code": 409,
        "user_action": "Wait for the number of seconds in `retry_after`, then send the same request again to get its answer.",
        "support_contact": "help@fluence.example",
        "retry_after": 2
      },
      "error_code": "IDEMPOTENCY_IN_PROGRESS",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 998,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.2
      }
    }
    "#);
    gateway.assert_books_are_right().await;
}

#[tokio::test]
async fn a_paid_answer() {
    let gateway = crate::gate::handlers::answering(|| std::future::ready(paid_answer())).await;
    let customer = gateway.professional().await;
    assert_snapshot!(gateway.post("/crm", &customer.key, &marina()).await.golden(), @r#"
    200
    {
      "success": true,
      "analise": {
        "person": null
      },
      "billing_info": {
        "creditos_utilizados": 2,
        "creditos_restantes": 998,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.2
      }
    }
    "#);
}

#[tokio::test]
async fn a_dry_run() {
    let gateway = Gateway::start().await;
    let customer = gateway.professional().await;
    let request = gateway.posting("/crm", &customer.key, &marina()).header("x-dry-run", "true");
    assert_snapshot!(answer(request).await.golden(), @r#"
    200
    {
      "success": true,
      "dry_run": {
        "credits": 2,
        "credits_available": 1000,
        "credits_after": 998,
        "would_succeed": true
      },
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
