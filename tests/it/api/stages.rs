//! Stage prefixes: a client changes only its host name.

use reqwest::Method;

use crate::gate::people::marina;
use crate::support::gateway::{Gateway, answer};

#[tokio::test]
async fn every_path_answers_under_every_stage() {
    let gateway = Gateway::start().await;
    gateway.with_sample_people().await;
    let customer = gateway.customer("2025-06", "enterprise").await;
    for stage in ["", "/production", "/prod"] {
        for path in ["/crm_basico", "/crm"] {
            let answer = gateway.post(&format!("{stage}{path}"), &customer.key, &marina()).await;
            assert_eq!(answer.status, 200, "{stage}{path}");
        }
        for path in ["/health", "/saude", "/creditos", "/credits", "/tiers", "/planos", "/livez", "/readyz"] {
            assert_eq!(
                gateway.get(&format!("{stage}{path}"), &customer.key).await.status,
                200,
                "{stage}{path}"
            );
        }
    }
    gateway.assert_books_are_right().await;
    assert_eq!(gateway.balance(customer.account).await, 500_000 - 9);
}

#[tokio::test]
async fn a_stage_is_one_whole_segment_once() {
    let gateway = Gateway::start().await;
    for path in
        ["/products", "/prodcrm", "/prod/prod/livez", "/production/prod/livez", "/PROD/livez", "/dev/livez"]
    {
        let answer = answer(gateway.request(Method::GET, path)).await;
        assert_eq!(answer.outcome(), (404, "ENDPOINT_NOT_FOUND"), "{path}");
    }
}

#[tokio::test]
async fn c16_no_stage_or_spelling_opens_what_the_plan_lacks() {
    let gateway = Gateway::start().await;
    let customer = gateway.customer("2025-06", "fortics").await;
    for path in ["/crm", "/prod/crm", "/production/crm", "/crm?x=/analyze"] {
        let denied = gateway.post(path, &customer.key, &marina()).await;
        assert_eq!(denied.outcome(), (403, "ACCESS_DENIED"), "{path}");
    }
    for header in ["x-http-method-override", "x-original-url", "x-rewrite-url"] {
        let request = gateway.posting("/crm", &customer.key, &marina()).header(header, "/analyze");
        assert_eq!(answer(request).await.code(), "ACCESS_DENIED", "{header}");
    }
    for path in ["/crm/", "//crm", "/CRM", "/%63rm", "/crm;a", "/analyze/../crm"] {
        let answer = gateway.post(path, &customer.key, &marina()).await;
        assert!(
            matches!(answer.outcome(), (404 | 400, _) | (403, "ACCESS_DENIED")),
            "{path}: {}",
            answer.text
        );
    }
    assert_eq!(gateway.balance(customer.account).await, 50_000);
}

#[tokio::test]
async fn the_stages_are_a_setting() {
    let gateway = Gateway::start_with(&[("FLUENCE_STAGE_PREFIXES", "/stage-2")]).await;
    assert_eq!(answer(gateway.request(Method::GET, "/stage-2/livez")).await.status, 200);
    assert_eq!(answer(gateway.request(Method::GET, "/prod/livez")).await.status, 404);
}
