//! Failures, all refunded.

use std::future::ready;
use std::time::Duration;

use axum::response::Response;
use fluence::domain::refusal::Refusal;
use insta::assert_snapshot;

use crate::gate::handlers::{LONG, answering, handler, paid_answer};
use crate::gate::people::marina;
use crate::support::gateway::{Answer, Gateway};

/// The answer to one call, which cost nothing.
async fn refunded(gateway: Gateway) -> Answer {
    let customer = gateway.professional().await;
    let answer = gateway.post("/crm", &customer.key, &marina()).await;
    answer.assert_accounted();
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 1000);
    answer
}

async fn refused_with(refusal: Refusal) -> Answer {
    refunded(answering(move || ready(refusal.clone())).await).await
}

#[tokio::test]
async fn insufficient_data() {
    let refusal = Refusal::InsufficientData { words: 37, words_needed: 150, unsupported_language: false };
    assert_snapshot!(refused_with(refusal).await.golden(), @r#"
    422
    {
      "success": false,
      "error": {
        "type": "insufficient_data",
        "message": "An analysis needs at least 150 words written by this person. 37 words could be used.",
        "code": 422,
        "user_action": "Add more posts by this person to your contacts, in English or Portuguese. This call was not charged.",
        "support_contact": "help@fluence.example",
        "words_found": 37,
        "words_needed": 150
      },
      "error_code": "INSUFFICIENT_DATA",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0,
        "reembolsado": true,
        "motivo_reembolso": "insufficient_data"
      }
    }
    "#);
}

#[tokio::test]
async fn internal_error_of_a_handler_that_panics() {
    async fn panics() -> Response {
        panic!("on purpose")
    }
    let gateway = Gateway::in_front_of(handler(panics), LONG).await;
    assert_snapshot!(refunded(gateway).await.golden(), @r#"
    500
    {
      "success": false,
      "error": {
        "type": "internal_error",
        "message": "The service failed to process this request.",
        "code": 500,
        "user_action": "Try again. If the error persists, contact help@fluence.example with the request id. You were not charged.",
        "support_contact": "help@fluence.example"
      },
      "error_code": "INTERNAL_ERROR",
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
async fn upstream_error() {
    assert_snapshot!(refused_with(Refusal::Upstream).await.golden(), @r#"
    502
    {
      "success": false,
      "error": {
        "type": "upstream_error",
        "message": "A server that this service depends on failed.",
        "code": 502,
        "user_action": "Try again. If the error persists, contact help@fluence.example with the request id. You were not charged.",
        "support_contact": "help@fluence.example"
      },
      "error_code": "UPSTREAM_ERROR",
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
async fn service_unavailable() {
    assert_snapshot!(refused_with(Refusal::Unavailable { retry_after_s: 3 }).await.golden_without(&["retry_after"]), @r#"
    503 | retry-after: …
    {
      "success": false,
      "error": {
        "type": "service_unavailable",
        "message": "The service cannot process this request right now.",
        "code": 503,
        "user_action": "Wait for the number of seconds in `retry_after`, then try again. The request was charged only if `billing_info` says so.",
        "support_contact": "help@fluence.example",
        "retry_after": "…"
      },
      "error_code": "SERVICE_UNAVAILABLE",
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
async fn service_unavailable_while_the_ledger_cannot_write() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.professional().await;
    sqlx::query("alter table ledger_batch rename to away").execute(gateway.database.pool()).await.unwrap();
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    refused.assert_accounted();
    assert_snapshot!(refused.golden_without(&["retry_after"]), @r#"
    503 | retry-after: …
    {
      "success": false,
      "error": {
        "type": "service_unavailable",
        "message": "The service cannot process this request right now.",
        "code": 503,
        "user_action": "Wait for the number of seconds in `retry_after`, then try again. The request was charged only if `billing_info` says so.",
        "support_contact": "help@fluence.example",
        "retry_after": "…"
      },
      "error_code": "SERVICE_UNAVAILABLE",
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
async fn timeout() {
    let gateway =
        Gateway::in_front_of(handler(std::future::pending::<Response>), Duration::from_millis(20)).await;
    assert_snapshot!(refunded(gateway).await.golden(), @r#"
    504
    {
      "success": false,
      "error": {
        "type": "timeout",
        "message": "The call took too long and was stopped.",
        "code": 504,
        "user_action": "Try again in a moment. You were not charged.",
        "support_contact": "help@fluence.example"
      },
      "error_code": "TIMEOUT",
      "request_id": "…",
      "billing_info": {
        "creditos_utilizados": 0,
        "creditos_restantes": 1000,
        "tipo_plano": "professional",
        "renovacao_proxima": "…",
        "limite_mensal": 1000,
        "uso_percentual": 0.0,
        "reembolsado": true,
        "motivo_reembolso": "timed_out"
      }
    }
    "#);
}
