//! Waits as answers state them.

use std::time::Duration;

/// Whole seconds, rounded up, so that the wait is always long enough.
pub fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
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
}
