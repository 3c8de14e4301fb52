//! `/metrics`, on its own address.

use reqwest::Method;

use crate::gate::people::unknown_person;
use crate::support::gateway::{Gateway, answer};

/// A gateway with a metrics page. Tests that run in one process share its counters, so they look
/// for what they did.
async fn gateway() -> Gateway {
    Gateway::start_with(&[("FLUENCE_METRICS_LISTEN", "127.0.0.1:0")]).await
}

#[tokio::test]
async fn requests_are_counted_by_template_method_and_status() {
    let gateway = gateway().await;
    let customer = gateway.professional().await;
    let body = unknown_person();
    assert_eq!(gateway.post("/prod/analyze", &customer.key, &body).await.status, 404);
    assert_eq!(answer(gateway.request(Method::GET, "/no/such/path")).await.status, 404);
    assert_eq!(answer(gateway.request(Method::POST, "/crm")).await.status, 401);
    let text = gateway.metrics().await;
    for line in [
        r#"gateway_http_requests_total{route="/crm",method="POST",status="401"}"#,
        r#"gateway_http_requests_total{route="/analyze",method="POST",status="404"}"#,
        r#"gateway_http_requests_total{route="none",method="GET",status="404"}"#,
        r#"gateway_http_request_duration_seconds_bucket{route="/analyze",status="4xx",le="0.0005"}"#,
        "gateway_ready 1",
        "gateway_db_pool_size ",
        "gateway_connections_open ",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!text.contains(&customer.key) && !text.contains("/no/such/path"));
}

#[tokio::test]
async fn the_service_itself_has_no_metrics_and_the_metrics_address_no_service() {
    let gateway = gateway().await;
    assert_eq!(answer(gateway.request(Method::GET, "/metrics")).await.outcome(), (404, "ENDPOINT_NOT_FOUND"));
    assert!(gateway.metrics().await.starts_with("# "));
    let metrics = gateway.metrics().await;
    assert!(metrics.contains("# TYPE gateway_http_requests_total counter"), "{metrics}");
}

#[tokio::test]
async fn invented_methods_make_no_labels() {
    let gateway = gateway().await;
    for method in ["BREW", "PROPFIND"] {
        answer(gateway.request(method.parse().unwrap(), "/health")).await;
    }
    let text = gateway.metrics().await;
    assert!(
        text.contains(r#"method="other""#) && !text.contains("BREW") && !text.contains("PROPFIND"),
        "{text}"
    );
}
