//! Refusals of limits.

use std::future::ready;

use insta::assert_snapshot;

use crate::gate::handlers::{Latch, answering, paid_answer};
use crate::gate::people::marina;
use crate::support::gateway::{Answer, Gateway};

/// Sends until the rate refuses.
async fn limited(gateway: &Gateway, key: &str) -> Answer {
    loop {
        let answer = gateway.get("/creditos", key).await;
        if answer.status != 200 {
            return answer;
        }
    }
}

#[tokio::test]
async fn rate_limited() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer_on(|plan| (plan.rate_per_s, plan.burst) = (1, 2)).await;
    assert_snapshot!(limited(&gateway, &customer.key).await.golden(), @r#"
    429 | retry-after: 1
    {
      "success": false,
      "error": {
        "type": "rate_limit_exceeded",
        "message": "The account exceeded its limit of 1 request per second.",
        "code": 429,
        "user_action": "Wait 1 second, then send requests more slowly, or choose a larger plan.",
        "support_contact": "support@example.com",
        "retry_after": 1,
        "current_limit": "1 request/second",
        "limit": "requests_per_second"
      },
      "error_code": "RATE_LIMITED",
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
async fn concurrency_limited() {
    let latch = Latch::new();
    let gateway = latch.before(paid_answer).await;
    let customer = gateway.customer_on(|plan| plan.concurrency = 1).await;
    let body = marina();
    let second = async {
        latch.reached(1).await;
        let second = gateway.post("/crm", &customer.key, &body).await;
        latch.let_go(1);
        second
    };
    let (_, refused) = tokio::join!(gateway.post("/crm", &customer.key, &body), second);
    assert_snapshot!(refused.golden_without(&["retry_after"]), @r#"
    429 | retry-after: …
    {
      "success": false,
      "error": {
        "type": "rate_limit_exceeded",
        "message": "The account exceeded its limit of 1 concurrent request.",
        "code": 429,
        "user_action": "Wait for a request in progress to finish, or choose a larger plan at https://fluence.example/plans.",
        "support_contact": "help@fluence.example",
        "retry_after": "…",
        "current_limit": "1 concurrent request",
        "limit": "concurrent_requests"
      },
      "error_code": "CONCURRENCY_LIMITED",
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
}

#[tokio::test]
async fn quota_exceeded() {
    let gateway = answering(|| ready(paid_answer())).await;
    let customer = gateway.customer_on(|plan| plan.requests = 1).await;
    gateway.post("/crm", &customer.key, &marina()).await;
    let refused = gateway.post("/crm", &customer.key, &marina()).await;
    assert_snapshot!(refused.golden_without(&["retry_after"]), @r#"
    429 | retry-after: …
    {
      "success": false,
      "error": {
        "type": "rate_limit_exceeded",
        "message": "The plan's quota of 1 request for this billing period is used up. A running call counts; its request comes back if it ends without a charge. A credit pack pays for more.",
        "code": 429,
        "user_action": "Buy a credit pack, wait for running calls to end or for the next billing period, or choose a larger plan at https://fluence.example/plans.",
        "support_contact": "help@fluence.example",
        "retry_after": "…",
        "current_limit": "1 request/period",
        "limit": "requests_per_period"
      },
      "error_code": "QUOTA_EXCEEDED",
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
}
