//! `/metrics`, on an address of its own: it needs no key, so it is not for the world.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use super::listener::ServerLimits;
use crate::domain::refusal::Refusal;
use crate::telemetry::metrics::Metrics;

/// The format's version, which scrapers ask for.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What the page shows.
#[derive(Clone)]
pub struct MetricsPage {
    /// What was counted.
    pub metrics: Metrics,
    /// Sets the gauges that are read and not counted.
    pub sample: Arc<dyn Fn() + Send + Sync>,
}

/// The router of the address.
pub fn router(page: MetricsPage) -> Router {
    let metrics = Router::new().route("/metrics", get(metrics)).with_state(page);
    metrics.fallback(|| async { Refusal::EndpointNotFound })
}

/// A scraper or two: few connections, and little patience with one that is stuck.
pub fn limits() -> ServerLimits {
    ServerLimits {
        max_connections: 16,
        head_timeout: Duration::from_secs(5),
        write_timeout: Duration::from_secs(5),
        ..ServerLimits::default()
    }
}

async fn metrics(State(page): State<MetricsPage>) -> impl IntoResponse {
    (page.sample)();
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], page.metrics.text())
}
