//! Which target gets a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::Uri;
use hyper::header::HeaderValue;
use parking_lot::{Mutex, MutexGuard};

use super::target_health::TargetHealth;
use super::{Pool, PoolConfig};
use crate::upstream::BUSY_RETRY_AFTER;
use crate::upstream::breaker::{Admission, Breaker};
use crate::upstream::error::UpstreamError;

pub(super) struct Target {
    /// Its place among the targets of the pool.
    pub(super) place: usize,
    pub(super) url: Uri,
    pub(super) host: HeaderValue,
    /// Calls in progress.
    pub(super) running: AtomicUsize,
    breaker: Mutex<Breaker>,
    pub(super) health: TargetHealth,
}

/// The target of an attempt.
pub(super) struct Chosen {
    pub(super) target: Arc<Target>,
    pub(super) admission: Admission,
}

impl Target {
    pub(super) fn new(place: usize, url: &Uri, config: &PoolConfig) -> Self {
        Self {
            place,
            url: url.clone(),
            host: config.host.as_ref().map_or_else(|| host_of(url), |host| host.header.clone()),
            running: AtomicUsize::new(0),
            breaker: Mutex::new(Breaker::new(config.breaker)),
            health: TargetHealth::default(),
        }
    }

    pub(super) fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock()
    }
}

/// The `Host` of a target.
fn host_of(url: &Uri) -> HeaderValue {
    let authority = url.authority().map_or("", |authority| authority.as_str());
    HeaderValue::from_str(authority).unwrap_or_else(|_| HeaderValue::from_static(""))
}

impl Pool {
    /// Chooses the less busy of two random targets whose breaker is closed; `except` only if it is
    /// the only target.
    pub(super) fn choose(&self, except: Option<usize>) -> Result<Chosen, UpstreamError> {
        let now = Instant::now();
        let is_only = self.targets.len() == 1;
        let mut shortest: Option<Duration> = None;
        let mut open: Vec<usize> = Vec::with_capacity(self.targets.len());
        for (at, target) in self.targets.iter().enumerate() {
            match target.breaker().wait(now) {
                None if except != Some(at) || is_only => open.push(at),
                None => {}
                Some(wait) => shortest = Some(shortest.map_or(wait, |known| known.min(wait))),
            }
        }
        // If all are down, all are tried: the checks may be wrong.
        if open.iter().any(|at| !self.targets[*at].health.is_down()) {
            open.retain(|at| !self.targets[*at].health.is_down());
        }
        let unavailable = |wait: Option<Duration>| UpstreamError::Unavailable {
            retry_after: wait.unwrap_or(BUSY_RETRY_AFTER),
        };
        let chosen = match open.len() {
            0 => return Err(unavailable(shortest)),
            1 => open[0],
            count => {
                let one = rand::random_range(0..count);
                let other = (one + rand::random_range(1..count)) % count;
                let running = |at: usize| self.targets[open[at]].running.load(Ordering::Relaxed);
                if running(other) < running(one) { open[other] } else { open[one] }
            }
        };
        let admitted = self.targets[chosen].breaker().admit(now);
        let chosen_for = |admission| Chosen { target: self.targets[chosen].clone(), admission };
        admitted.map(chosen_for).map_err(|wait| unavailable(Some(wait)))
    }
}
