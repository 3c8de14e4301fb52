//! Checks the health of targets. A target that fails the check, or does not answer, gets no calls
//! while another one is healthy.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::join_all;
use http_body_util::{BodyExt, Limited};
use hyper::Request;
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use tokio::time::{sleep, timeout};

use super::Pool;
use super::choice::Target;
use super::target_health::HealthConfig;
use crate::upstream::OWN_USER_AGENT;
use crate::upstream::upload::UploadBody;

/// Longest wait for an answer.
const MAX_WAIT: Duration = Duration::from_secs(5);
/// What is read of its body.
const MAX_BODY_BYTES: usize = 64 * 1_024;

/// Checks the targets until the pool is dropped.
pub(super) fn watch(pool: &Arc<Pool>) {
    if let Some(config) = pool.config.health.clone() {
        tokio::spawn(check_until_dropped(Arc::downgrade(pool), config));
    }
}

async fn check_until_dropped(pool: Weak<Pool>, config: HealthConfig) {
    loop {
        {
            let Some(pool) = pool.upgrade() else { return };
            join_all(pool.targets.iter().map(|target| pool.check(target, &config))).await;
            let down = pool.targets.iter().filter(|target| target.health.is_down()).count();
            metrics::gauge!("gateway_upstream_targets_down", "upstream" => pool.config.name.clone())
                .set(down as f64);
        }
        sleep(config.every).await;
    }
}

impl Pool {
    async fn check(&self, target: &Target, config: &HealthConfig) {
        let is_healthy = timeout(config.every.min(MAX_WAIT), self.is_healthy(target, &config.path)).await;
        if target.health.note(is_healthy.unwrap_or(false), config) {
            let (upstream, url) = (self.config.name.as_str(), target.url.to_string());
            match target.health.is_down() {
                true => tracing::warn!(upstream, target = url, "target is down"),
                false => tracing::info!(upstream, target = url, "target is healthy again"),
            }
        }
    }

    async fn is_healthy(&self, target: &Target, path: &str) -> bool {
        let Ok(path) = path.parse() else { return false };
        let mut request = Request::new(UploadBody::Whole(None));
        *request.uri_mut() = path;
        request.headers_mut().insert(USER_AGENT, HeaderValue::from_static(OWN_USER_AGENT));
        if !self.config.speaks_http2 {
            request.headers_mut().insert(HOST, target.host.clone());
        }
        let Ok(response) = self.clients.here().send(target, request).await else { return false };
        let is_healthy = response.status().is_success();
        // A connection whose answer was read takes the next request.
        let _ = Limited::new(response.into_body(), MAX_BODY_BYTES).collect().await;
        is_healthy
    }
}
