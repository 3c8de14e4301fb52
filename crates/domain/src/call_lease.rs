//! How long a call may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::TimeDelta;

/// How much longer than its deadline a call may take to end.
pub const GRACE_S: u64 = 30;

/// The longest that a running call keeps its idempotency key. It follows the routes in force; all
/// clones show the same.
#[derive(Clone, Debug)]
pub struct CallLease {
    least_s: u64,
    in_force_s: Arc<AtomicU64>,
}

impl From<TimeDelta> for CallLease {
    fn from(least: TimeDelta) -> Self {
        let least_s = least.num_seconds().unsigned_abs();
        Self { least_s, in_force_s: Arc::new(AtomicU64::new(least_s)) }
    }
}

impl CallLease {
    /// Makes room for calls with this deadline. It never gets shorter than at first.
    pub fn follow(&self, longest_total_s: u64) {
        let lease_s = self.least_s.max(longest_total_s.saturating_add(GRACE_S));
        self.in_force_s.store(lease_s, Ordering::Relaxed);
    }

    pub fn get(&self) -> TimeDelta {
        TimeDelta::seconds(i64::try_from(self.in_force_s.load(Ordering::Relaxed)).unwrap_or(i64::MAX / 1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_call_of_the_routes_in_force_decides() {
        let lease = CallLease::from(TimeDelta::seconds(60));
        let shown = lease.clone();
        let after = |longest_total_s| {
            lease.follow(longest_total_s);
            shown.get().num_seconds()
        };
        assert_eq!([after(0), after(20), after(60), after(3_600), after(1)], [60, 60, 90, 3_630, 60]);
    }
}
