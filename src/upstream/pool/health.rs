//! Asks targets whether they are well. A target that says no, or nothing, gets no calls while another one is well.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http_body_util::Full;
use hyper::header::HOST;
use hyper::{Request, Uri};
use tokio::time::{sleep, timeout};

use super::{Pool, Target};

/// Longest wait for an answer.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// How targets are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthConfig {
    /// Asked with GET. A 2xx means that the target is well.
    pub path: String,
    pub every: Duration,
    /// Consecutive answers that change the state of a target.
    pub down_after: u32,
    pub up_after: u32,
}

/// Whether a target is well, by its answers.
#[derive(Debug, Default)]
pub(super) struct TargetHealth {
    is_down: AtomicBool,
    /// Consecutive answers against the current state.
    against: AtomicU32,
}

impl TargetHealth {
    pub(super) fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }

    /// Counts an answer. Returns whether it changed the state.
    fn note(&self, is_well: bool, config: &HealthConfig) -> bool {
        if is_well != self.is_down() {
            self.against.store(0, Ordering::Relaxed);
            return false;
        }
        let needed = if is_well { config.up_after } else { config.down_after };
        if self.against.fetch_add(1, Ordering::Relaxed) + 1 < needed {
            return false;
        }
        self.against.store(0, Ordering::Relaxed);
        self.is_down.store(!is_well, Ordering::Relaxed);
        true
    }
}

/// Asks the targets until the pool is dropped.
pub(super) fn watch(pool: &Arc<Pool>) {
    if let Some(config) = pool.config.health.clone() {
        tokio::spawn(ask_again_and_again(Arc::downgrade(pool), config));
    }
}

async fn ask_again_and_again(pool: Weak<Pool>, config: HealthConfig) {
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
        let is_well = timeout(config.every.min(MAX_WAIT), self.is_well(target, &config.path)).await;
        if target.health.note(is_well.unwrap_or(false), config) {
            let (upstream, url) = (self.config.name.as_str(), target.url.to_string());
            match target.health.is_down() {
                true => tracing::warn!(upstream, target = url, "target is down"),
                false => tracing::info!(upstream, target = url, "target is well again"),
            }
        }
    }

    async fn is_well(&self, target: &Target, path: &str) -> bool {
        let mut url = target.url.clone().into_parts();
        url.path_and_query = path.parse().ok();
        let Ok(url) = Uri::from_parts(url) else { return false };
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.uri_mut() = url;
        request.headers_mut().insert(HOST, target.host.clone());
        self.client.request(request).await.is_ok_and(|response| response.status().is_success())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_changes_after_consecutive_answers_only() {
        let config = HealthConfig { path: "/".into(), every: Duration::ZERO, down_after: 3, up_after: 2 };
        let health = TargetHealth::default();
        let after = |answers: &[bool]| {
            for is_well in answers {
                health.note(*is_well, &config);
            }
            health.is_down()
        };
        assert!(!after(&[false, false, true, false, false]));
        assert!(after(&[false]));
        assert!(after(&[true, false, true]));
        assert!(!after(&[true]));
    }
}
