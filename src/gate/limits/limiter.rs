//! Rate limits by the generic cell rate algorithm: a burst at once, then one request every 1/rate
//! seconds.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use parking_lot::Mutex;

use crate::domain::ids::AccountId;

type Keyed<C> = RateLimiter<AccountId, DefaultKeyedStateStore<AccountId>, C, StateInformationMiddleware>;

/// Requests per second, and requests at once.
type RateAndBurst = (u32, u32);

/// One limiter for each distinct quota, because a keyed limiter has one quota for all its keys. Its
/// clock is monotonic.
#[derive(Clone, Debug)]
pub struct RateLimits<C: Clock = DefaultClock> {
    clock: C,
    limiters: Arc<Mutex<HashMap<RateAndBurst, Arc<Keyed<C>>>>>,
}

#[derive(Clone, Debug)]
pub struct RateLimit<C: Clock = DefaultClock> {
    rate_per_s: u32,
    burst: u32,
    limiter: Arc<Keyed<C>>,
}

/// The sizes of the limits that are decided before a request is served. Each is at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSizes {
    pub rate_per_s: u32,
    /// Requests that may arrive at once.
    pub burst: u32,
    /// Requests in progress at once.
    pub concurrency: u32,
}

/// A limiter's decision, with everything that headers and bodies show of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateDecision {
    pub rate_per_s: u32,
    /// Requests that may arrive at once.
    pub burst: u32,
    /// Requests that may still arrive at once.
    pub remaining: u32,
    /// How long until the whole burst is available again.
    pub reset_after: Duration,
    /// How long until a request is admitted. Set only for a refusal.
    pub retry_after: Option<Duration>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::with_clock(DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimits<C> {
    pub fn with_clock(clock: C) -> Self {
        Self { clock, limiters: Arc::default() }
    }

    /// Returns the limit of a plan with this rate and burst. Both are at least 1.
    pub fn of(&self, rate_per_s: u32, burst: u32) -> RateLimit<C> {
        let mut limiters = self.limiters.lock();
        let limiter = limiters.entry((rate_per_s, burst)).or_insert_with(|| {
            let clock = self.clock.clone();
            Arc::new(RateLimiter::dashmap_with_clock(quota(rate_per_s, burst), clock).with_middleware())
        });
        RateLimit { rate_per_s, burst, limiter: limiter.clone() }
    }

    /// Removes accounts whose burst is whole again, so that the maps stay bounded.
    pub fn remove_idle(&self) {
        let limiters: Vec<_> = self.limiters.lock().values().cloned().collect();
        for limiter in limiters {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        self.remove_unused();
    }

    /// Removes limiters of quotas that no plan has any more.
    fn remove_unused(&self) {
        let mut limiters = self.limiters.lock();
        limiters.retain(|_, limiter| Arc::strong_count(limiter) > 1 || !limiter.is_empty());
    }
}

/// The time between two requests, rounded up to a whole nanosecond, so that no rate is exceeded.
pub(super) fn interval(rate_per_s: u32) -> Duration {
    Duration::from_nanos(1_000_000_000_u64.div_ceil(u64::from(rate_per_s.max(1))))
}

fn quota(rate_per_s: u32, burst: u32) -> Quota {
    let quota =
        Quota::with_period(interval(rate_per_s)).unwrap_or_else(|| Quota::per_second(NonZeroU32::MAX));
    quota.allow_burst(NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN))
}

impl<C: Clock> RateLimit<C> {
    /// Admits one request of the account, or returns how long to wait. A refused request takes
    /// nothing.
    pub fn check(&self, account: AccountId) -> RateDecision {
        let (remaining, retry_after) = match self.limiter.check_key(&account) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(refused) => (0, Some(refused.wait_time_from(self.limiter.clock().now()))),
        };
        self.decision(remaining, retry_after)
    }

    fn decision(&self, remaining: u32, retry_after: Option<Duration>) -> RateDecision {
        let used = self.burst.saturating_sub(remaining);
        let reset_after = Duration::from_secs_f64(f64::from(used) / f64::from(self.rate_per_s.max(1)));
        RateDecision { rate_per_s: self.rate_per_s, burst: self.burst, remaining, reset_after, retry_after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(n: u128) -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_burst_is_admitted_and_the_next_request_learns_how_long_to_wait() {
        let limit = RateLimits::default().of(1, 3);
        assert_eq!([0; 3].map(|_| limit.check(account(1)).remaining), [2, 1, 0]);
        let refused = limit.check(account(1));
        let wait = refused.retry_after.unwrap();
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert!(limit.check(account(2)).retry_after.is_none());
    }

    #[test]
    fn plans_with_other_quotas_do_not_share_a_limiter() {
        let limits = RateLimits::default();
        let (small, large) = (limits.of(1, 1), limits.of(1, 2));
        assert!(small.check(account(1)).retry_after.is_none());
        assert!(small.check(account(1)).retry_after.is_some());
        assert!(large.check(account(1)).retry_after.is_none());
        assert!(limits.of(1, 1).check(account(1)).retry_after.is_some());
    }
}
