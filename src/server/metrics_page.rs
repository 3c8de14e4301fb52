//! `/metrics`, on an address of its own: it needs no key, so it is not for the world. Probes are
//! answered there too, in plain HTTP even where the service speaks TLS.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::settings::ServerSettings;
use crate::api::health::{self, Health};
use crate::domain::refusal::Refusal;
use crate::http::answer::refused;
use crate::telemetry::metrics::Metrics;

/// The format's version, which scrapers ask for.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

#[derive(Clone)]
pub struct MetricsPage {
    pub metrics: Metrics,
    /// Sets the gauges that are read and not counted.
    pub sample: Arc<dyn Fn() + Send + Sync>,
}

pub fn router(page: MetricsPage, health: &Health) -> Router {
    let metrics = Router::new().route(health::METRICS, get(metrics)).with_state(page);
    let probes = Router::new()
        .route(health::LIVEZ, get(health::livez))
        .route(health::READYZ, get(health::readyz))
        .with_state(health.clone());
    metrics.merge(probes).fallback(|| async { refused(Refusal::EndpointNotFound) })
}

/// Connections of scrapers.
const MAX_CONNECTIONS: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// Timeout of a stuck scraper.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The settings of the listener for scrapers: few connections, short timeouts, no proxies.
pub fn settings(service: &ServerSettings) -> ServerSettings {
    ServerSettings {
        max_connections: MAX_CONNECTIONS,
        head_timeout: TIMEOUT,
        write_timeout: TIMEOUT,
        trusted_proxies: Vec::new(),
        ..service.clone()
    }
}

async fn metrics(State(page): State<MetricsPage>) -> Response {
    (page.sample)();
    let text = ([(header::CONTENT_TYPE, CONTENT_TYPE)], page.metrics.text());
    health::of_route(health::METRICS, text.into_response())
}
