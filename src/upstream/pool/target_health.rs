//! Whether a target is healthy, by its answers.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// How targets are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthConfig {
    /// Asked with GET. A 2xx means that the target is healthy.
    pub path: String,
    pub every: Duration,
    /// Consecutive answers that change the state of a target.
    pub down_after: u32,
    pub up_after: u32,
}

/// Whether a target is healthy, by its answers.
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
    pub(super) fn note(&self, is_healthy: bool, config: &HealthConfig) -> bool {
        if is_healthy != self.is_down() {
            self.against.store(0, Ordering::Relaxed);
            return false;
        }
        let needed = if is_healthy { config.up_after } else { config.down_after };
        if self.against.fetch_add(1, Ordering::Relaxed) + 1 < needed {
            return false;
        }
        self.against.store(0, Ordering::Relaxed);
        self.is_down.store(!is_healthy, Ordering::Relaxed);
        true
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
            for is_healthy in answers {
                health.note(*is_healthy, &config);
            }
            health.is_down()
        };
        assert!(!after(&[false, false, true, false, false]));
        assert!(after(&[false]));
        assert!(after(&[true, false, true]));
        assert!(!after(&[true]));
    }
}
