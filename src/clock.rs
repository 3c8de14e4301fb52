//! The only place that reads the time and creates ids from it. Rules take both as arguments.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// This machine's wall clock, for headers, logs and ids. Credits and keys end by the database's
/// clock.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Returns a new UUIDv7 (RFC 9562, section 5.7). Its random part comes from this thread's
/// generator: asking the system for randomness costs eight times as much, and every request gets an
/// id. Ids of one millisecond have no order.
pub fn new_id() -> Uuid {
    id_of(now())
}

/// Returns an id as it would have been made at an instant.
pub fn id_of(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}

/// Sleeps until the next multiple of the interval since the beginning.
pub async fn sleep_until_next(begun_at: tokio::time::Instant, interval: Duration) {
    let intervals = begun_at.elapsed().as_nanos() / interval.as_nanos() + 1;
    tokio::time::sleep_until(begun_at + interval * u32::try_from(intervals).unwrap_or(1)).await;
}

/// The largest difference between this machine's clock and the database's that needs no warning.
pub const MAX_SKEW: TimeDelta = TimeDelta::seconds(5);

/// The database's clock as this gateway knows it: read at each heartbeat, and continued by a
/// monotonic clock in between. It is late by at most a network delay, so no key ends early and
/// every wait is long enough. Cheap to clone.
#[derive(Clone, Debug)]
pub struct DatabaseClock(Arc<ClockState>);

#[derive(Debug)]
struct ClockState {
    started_at: Instant,
    /// The database's time at `started_at`, in microseconds since 1970.
    then_us: AtomicI64,
    /// This machine's clock, used until the database's is known.
    wall: fn() -> DateTime<Utc>,
}

/// No reading yet.
const UNKNOWN: i64 = i64::MIN;

impl Default for DatabaseClock {
    fn default() -> Self {
        Self::beside(now)
    }
}

impl DatabaseClock {
    /// Creates a clock on a machine whose own clock is `wall`.
    pub fn beside(wall: fn() -> DateTime<Utc>) -> Self {
        Self(Arc::new(ClockState { started_at: Instant::now(), then_us: AtomicI64::new(UNKNOWN), wall }))
    }

    pub fn read(&self, time: DateTime<Utc>) {
        let then_us = time.timestamp_micros().saturating_sub(self.running_us());
        self.0.then_us.store(then_us, Ordering::Release);
    }

    pub fn now(&self) -> DateTime<Utc> {
        let then_us = self.0.then_us.load(Ordering::Acquire);
        let known = (then_us != UNKNOWN).then(|| then_us.saturating_add(self.running_us()));
        known.and_then(DateTime::from_timestamp_micros).unwrap_or_else(self.0.wall)
    }

    /// Returns how far this machine's clock is ahead of the database's, or zero while that is
    /// unknown.
    pub fn skew(&self) -> TimeDelta {
        match self.0.then_us.load(Ordering::Acquire) {
            UNKNOWN => TimeDelta::zero(),
            _ => (self.0.wall)() - self.now(),
        }
    }

    /// Returns a warning for operators if the difference is too large.
    pub fn warning(&self) -> Option<String> {
        let skew = self.skew();
        let words = if skew > TimeDelta::zero() { "ahead of" } else { "behind" };
        let seconds = skew.abs().as_seconds_f64();
        let is_large = skew.abs() > MAX_SKEW;
        is_large.then(|| format!("the clock of this machine is {seconds:.1} s {words} the database's"))
    }

    fn running_us(&self) -> i64 {
        i64::try_from(self.0.started_at.elapsed().as_micros()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day_before() -> DateTime<Utc> {
        now() - TimeDelta::days(1)
    }

    #[test]
    fn the_databases_clock_counts_once_it_is_known() {
        let clock = DatabaseClock::beside(day_before);
        assert!(clock.now() < now() - TimeDelta::hours(23));
        assert_eq!((clock.skew(), clock.warning()), (TimeDelta::zero(), None));
        let time = now();
        clock.read(time);
        assert!((time..now() + TimeDelta::seconds(1)).contains(&clock.now()));
    }

    #[test]
    fn a_clock_that_is_more_than_five_seconds_off_gives_a_warning() {
        let clock = DatabaseClock::default();
        for (ahead_s, words) in [
            (0, None),
            (-4, None),
            (4, None),
            (-300, Some("the clock of this machine is 300.0 s ahead of the database's")),
            (300, Some("the clock of this machine is 300.0 s behind the database's")),
        ] {
            clock.read(now() + TimeDelta::seconds(ahead_s));
            assert_eq!(clock.warning().as_deref(), words);
        }
    }
}
