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
    /// Among the targets of the pool.
    pub(super) index: usize,
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
    pub(super) fn new(index: usize, url: &Uri, config: &PoolConfig) -> Self {
        Self {
            index,
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
        let (mut open, mut shortest_wait) = self.open_targets(except, now);
        while !open.is_empty() {
            let chosen = open.swap_remove(less_busy(&open));
            // Another call may have become the probe of this target meanwhile.
            match chosen.breaker().admit(now) {
                Ok(admission) => return Ok(Chosen { target: chosen.clone(), admission }),
                Err(wait) => shortest_wait = shorter(shortest_wait, wait),
            }
        }
        Err(UpstreamError::Unavailable { retry_after: shortest_wait.unwrap_or(BUSY_RETRY_AFTER) })
    }

    /// The targets that may be asked now: the healthy ones, or all if none is healthy, because the
    /// checks may be wrong. With them, the shortest wait for one whose breaker is open.
    fn open_targets(&self, except: Option<usize>, now: Instant) -> (Vec<&Arc<Target>>, Option<Duration>) {
        let except = except.filter(|_| self.targets.len() > 1);
        let (mut open, mut shortest_wait) = (Vec::with_capacity(self.targets.len()), None);
        for target in &self.targets {
            match target.breaker().wait(now) {
                None if except == Some(target.index) => {}
                None => open.push(target),
                Some(wait) => shortest_wait = shorter(shortest_wait, wait),
            }
        }
        if open.iter().any(|target| !target.health.is_down()) {
            open.retain(|target| !target.health.is_down());
        }
        (open, shortest_wait)
    }
}

fn shorter(known: Option<Duration>, wait: Duration) -> Option<Duration> {
    Some(known.map_or(wait, |known| known.min(wait)))
}

/// The index of the less busy of two random targets of these.
fn less_busy(open: &[&Arc<Target>]) -> usize {
    if open.len() == 1 {
        return 0;
    }
    let one = rand::random_range(0..open.len());
    let other = (one + rand::random_range(1..open.len())) % open.len();
    let running = |at: usize| open[at].running.load(Ordering::Relaxed);
    if running(other) < running(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::thread;

    use super::*;

    /// A pool whose first target is to be probed.
    fn with_one_to_probe() -> Pool {
        let pool = Pool::new(PoolConfig::of_targets(&["http://127.0.0.1:1", "http://127.0.0.1:2"]));
        pool.targets[0].breaker().pause(Duration::ZERO, Instant::now());
        pool
    }

    #[test]
    fn a_call_that_comes_too_late_to_probe_gets_another_target() {
        for _ in 0..200 {
            let (pool, both) = (with_one_to_probe(), Barrier::new(2));
            let choose = || {
                both.wait();
                pool.choose(None).map(|chosen| chosen.target.index)
            };
            let chosen = thread::scope(|threads| {
                [threads.spawn(choose), threads.spawn(choose)].map(|thread| thread.join().unwrap())
            });
            let [Ok(one), Ok(other)] = chosen else { panic!("{chosen:?}") };
            assert!(one != other || one == 1, "two probes");
        }
    }

    #[test]
    fn a_target_is_excepted_only_if_there_is_another() {
        let both = with_one_to_probe();
        assert_eq!(both.choose(Some(1)).unwrap().target.index, 0);
        let only = Pool::new(PoolConfig::of_targets(&["http://127.0.0.1:1"]));
        assert_eq!(only.choose(Some(0)).unwrap().target.index, 0);
    }
}
