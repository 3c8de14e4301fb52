//! A circuit breaker. It opens when a server keeps failing, then lets one probe through, and closes
//! when the probe succeeds. Pure: the time is passed in.

use std::time::{Duration, Instant};

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerConfig {
    /// Consecutive failures that open it.
    pub failures: u32,
    /// How long it stays open, and how long a probe may take before another may start.
    pub open_for: Duration,
}

#[derive(Debug)]
pub struct Breaker {
    config: BreakerConfig,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// All requests pass. Counts consecutive failures.
    Closed { failures: u32 },
    /// No request passes before this instant.
    Open { until: Instant },
    /// One request probes the server.
    Probing { since: Instant },
}

/// Permission for one request. Its outcome is reported with it.
#[derive(Debug)]
#[must_use]
pub struct Admission {
    is_probe: bool,
}

impl Breaker {
    /// Starts closed.
    pub fn new(config: BreakerConfig) -> Self {
        Self { config, state: State::Closed { failures: 0 } }
    }

    /// Lets a request pass.
    ///
    /// # Errors
    /// The time until the next probe may start.
    pub fn admit(&mut self, now: Instant) -> Result<Admission, Duration> {
        if let Some(wait) = self.wait(now) {
            return Err(wait);
        }
        let is_probe = !matches!(self.state, State::Closed { .. });
        if is_probe {
            self.state = State::Probing { since: now };
        }
        Ok(Admission { is_probe })
    }

    /// Returns how long a request would have to wait, or `None` if it may pass now.
    pub fn wait(&self, now: Instant) -> Option<Duration> {
        let until = match self.state {
            State::Closed { .. } => return None,
            State::Open { until } => until,
            // A probe that its caller cancelled never reports.
            State::Probing { since } => since + self.config.open_for,
        };
        until.checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    /// Records how a request ended. A request that was admitted before the breaker opened changes
    /// nothing.
    pub fn report(&mut self, admission: Admission, succeeded: bool, now: Instant) {
        let open = State::Open { until: now + self.config.open_for };
        self.state = match (self.state, succeeded) {
            (State::Closed { .. }, true) => State::Closed { failures: 0 },
            (State::Closed { failures }, false) if failures + 1 < self.config.failures => {
                State::Closed { failures: failures + 1 }
            }
            (State::Closed { .. }, false) => open,
            (State::Probing { .. }, true) if admission.is_probe => State::Closed { failures: 0 },
            (State::Probing { .. }, false) if admission.is_probe => open,
            (unmoved, _) => unmoved,
        };
    }

    /// Opens for as long as the server asks for, whether closed or already open.
    pub fn pause(&mut self, wait: Duration, now: Instant) {
        let until = now + wait;
        self.state = match self.state {
            State::Open { until: known } if known >= until => State::Open { until: known },
            _ => State::Open { until },
        };
    }

    /// The value of the gauge: 0 closed, 1 probing, 2 open.
    pub fn level(&self) -> u8 {
        match self.state {
            State::Closed { .. } => 0,
            State::Probing { .. } => 1,
            State::Open { .. } => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);
    const CONFIG: BreakerConfig = BreakerConfig { failures: 3, open_for: Duration::from_secs(10) };

    fn failed(times: u32, now: Instant) -> Breaker {
        let mut breaker = Breaker::new(CONFIG);
        for _ in 0..times {
            let admission = breaker.admit(now).unwrap();
            breaker.report(admission, false, now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_the_configured_consecutive_failures_and_not_before() {
        let now = Instant::now();
        assert!(failed(2, now).admit(now).is_ok());
        assert_eq!(failed(3, now).admit(now).unwrap_err(), CONFIG.open_for);
    }

    #[test]
    fn a_success_in_between_resets_the_count() {
        let now = Instant::now();
        let mut breaker = failed(2, now);
        let admission = breaker.admit(now).unwrap();
        breaker.report(admission, true, now);
        let admission = breaker.admit(now).unwrap();
        breaker.report(admission, false, now);
        assert!(breaker.admit(now).is_ok());
    }

    #[test]
    fn after_its_time_one_request_probes() {
        let now = Instant::now();
        let mut breaker = failed(3, now);
        assert_eq!(breaker.admit(now + 9 * SECOND).unwrap_err(), SECOND);
        let later = now + CONFIG.open_for;
        let probe = breaker.admit(later).unwrap();
        assert!(breaker.admit(later).is_err());
        breaker.report(probe, true, later);
        assert!(breaker.admit(later).is_ok());
    }

    #[test]
    fn a_probe_that_fails_keeps_it_open_for_the_same_time_again() {
        let now = Instant::now();
        let mut breaker = failed(3, now);
        let later = now + CONFIG.open_for;
        let probe = breaker.admit(later).unwrap();
        breaker.report(probe, false, later);
        assert_eq!(breaker.admit(later).unwrap_err(), CONFIG.open_for);
    }

    #[test]
    fn a_pause_opens_it_for_the_requested_time_and_never_shortens_it() {
        let now = Instant::now();
        let mut breaker = Breaker::new(CONFIG);
        breaker.pause(60 * SECOND, now);
        assert_eq!(breaker.admit(now).unwrap_err(), 60 * SECOND);
        breaker.pause(SECOND, now);
        assert_eq!(breaker.wait(now), Some(60 * SECOND));
        let probe = breaker.admit(now + 60 * SECOND).unwrap();
        breaker.report(probe, true, now + 60 * SECOND);
        assert_eq!(breaker.level(), 0);
    }

    #[test]
    fn a_probe_that_never_reports_is_followed_by_another() {
        let now = Instant::now();
        let mut breaker = failed(3, now);
        let later = now + CONFIG.open_for;
        let _lost = breaker.admit(later).unwrap();
        assert!(breaker.admit(later + 9 * SECOND).is_err());
        assert!(breaker.admit(later + CONFIG.open_for).is_ok());
    }

    #[test]
    fn requests_admitted_before_change_nothing_while_it_is_open() {
        let now = Instant::now();
        let mut breaker = Breaker::new(CONFIG);
        let early = [breaker.admit(now).unwrap(), breaker.admit(now).unwrap()];
        for _ in 0..3 {
            let admission = breaker.admit(now).unwrap();
            breaker.report(admission, false, now);
        }
        let [success, late] = early;
        breaker.report(success, true, now);
        assert!(breaker.admit(now).is_err());
        let probe = breaker.admit(now + CONFIG.open_for).unwrap();
        breaker.report(late, false, now + CONFIG.open_for);
        breaker.report(probe, true, now + CONFIG.open_for);
        assert!(breaker.admit(now + CONFIG.open_for).is_ok());
    }

    proptest! {
        /// In every case, a server that recovers soon gets all requests again.
        #[test]
        fn it_never_stays_open(steps in proptest::collection::vec((any::<bool>(), 0u64..15), 0..60)) {
            let mut now = Instant::now();
            let mut breaker = Breaker::new(CONFIG);
            for (succeeds, seconds) in steps {
                now += Duration::from_secs(seconds);
                if let Ok(admission) = breaker.admit(now) {
                    breaker.report(admission, succeeds, now);
                }
            }
            now += CONFIG.open_for;
            let admission = breaker.admit(now).unwrap();
            breaker.report(admission, true, now);
            prop_assert_eq!(breaker.level(), 0);
        }
    }
}
