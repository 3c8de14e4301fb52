//! Waits as answers state them.

use std::time::Duration;

use chrono::TimeDelta;

/// Whole seconds, rounded up, so that the wait is always long enough.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

/// When a client may try again: whole seconds, at least 1.
pub fn retry_after_s(wait: Duration) -> u64 {
    whole_seconds(wait).max(1)
}

/// As [`retry_after_s`], for an instant that may have passed.
pub fn retry_after_s_until(left: TimeDelta) -> u64 {
    retry_after_s(left.to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_never_rounded_down() {
        let second = Duration::from_secs(1);
        assert_eq!(whole_seconds(second), 1);
        assert_eq!(whole_seconds(second + Duration::from_nanos(1)), 2);
        assert_eq!(whole_seconds(Duration::ZERO), 0);
    }

    #[test]
    fn a_client_waits_a_second_or_more() {
        for (milliseconds, seconds) in [(-1_000, 1), (0, 1), (1, 1), (1_000, 1), (1_001, 2), (4_700, 5)] {
            assert_eq!(retry_after_s_until(TimeDelta::milliseconds(milliseconds)), seconds);
        }
        assert_eq!(retry_after_s(Duration::from_nanos(1_000_000_001)), 2);
    }
}
