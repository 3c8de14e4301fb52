//! The generic cell rate algorithm as it stands in books, in whole ticks of a clock: what every
//! limiter is compared with.

/// One account's rate.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    /// Ticks between two requests.
    interval: u64,
    burst: u64,
    /// When the burst is whole again.
    arrival: u64,
}

impl Reference {
    pub(crate) fn new(ticks_per_s: u64, rate_per_s: u64, burst: u64) -> Self {
        Self { interval: ticks_per_s.div_ceil(rate_per_s), burst, arrival: 0 }
    }

    /// Ticks to wait at this time; nothing if a request is admitted.
    pub(crate) fn wait(&self, now: u64) -> u64 {
        let whole = self.interval * self.burst;
        (self.arrival.max(now) + self.interval).saturating_sub(now + whole)
    }

    /// Takes one request, if it is admitted.
    pub(crate) fn admits(&mut self, now: u64) -> bool {
        let admitted = self.wait(now) == 0;
        if admitted {
            self.arrival = self.arrival.max(now) + self.interval;
        }
        admitted
    }

    /// Requests that may still come at once.
    pub(crate) fn remaining(&self, now: u64) -> u64 {
        let whole = self.interval * self.burst;
        (now + whole - self.arrival.max(now)) / self.interval
    }
}

/// Fails unless no window between two admissions holds more than a burst and what its time lets in
/// besides.
pub(crate) fn assert_never_too_many(admitted_at: &[u64], ticks_per_s: u64, rate_per_s: u64, burst: u64) {
    for (first, from) in admitted_at.iter().enumerate() {
        for (last, to) in admitted_at.iter().enumerate().skip(first) {
            let count = (last - first + 1) as u64;
            let most = burst + (to - from) * rate_per_s / ticks_per_s;
            assert!(count <= most, "{count} admitted in {} ticks, at most {most}", to - from);
        }
    }
}
