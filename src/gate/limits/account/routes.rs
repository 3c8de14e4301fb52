//! Limits of single routes within those of an account, decided under the account's lock. Each
//! gateway decides them by itself.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::forwarding::RouteLimits;
use crate::gate::limits::limiter::RateDecision;
use crate::gate::limits::limiter::interval;

/// A route with limits of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitedRoute {
    /// The name under which its calls count.
    pub name: &'static str,
    pub limits: RouteLimits,
}

/// Why a route's own limits refuse a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteRefusal {
    TooFast(RateDecision),
    /// More calls at once than this.
    TooMany(u32),
}

/// An account's calls to routes with limits.
#[derive(Debug, Default)]
pub(super) struct RouteUses(HashMap<&'static str, RouteUse>);

#[derive(Clone, Copy, Debug, Default)]
struct RouteUse {
    /// When the whole burst is available again, by the generic cell rate algorithm.
    whole_at: Option<Instant>,
    running: u32,
}

impl RouteUses {
    /// Returns why the route refuses a call now, if it does. Takes nothing.
    pub(super) fn refusal(&self, route: &LimitedRoute, now: Instant) -> Option<RouteRefusal> {
        let used = self.0.get(route.name).copied().unwrap_or_default();
        let RouteLimits { rate_per_s, burst, concurrency } = route.limits;
        if let Some(concurrency) = concurrency
            && used.running >= concurrency
        {
            return Some(RouteRefusal::TooMany(concurrency));
        }
        let reset_after = used.whole_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let allowance = interval(rate_per_s) * burst.saturating_sub(1);
        let wait = reset_after.checked_sub(allowance).filter(|wait| !wait.is_zero())?;
        Some(RouteRefusal::TooFast(RateDecision {
            rate_per_s,
            burst,
            remaining: 0,
            reset_after,
            retry_after: Some(wait),
        }))
    }

    /// Counts a call that was admitted.
    pub(super) fn enter(&mut self, route: &LimitedRoute, now: Instant) {
        let used = self.0.entry(route.name).or_default();
        used.running += 1;
        used.whole_at = Some(used.whole_at.map_or(now, |at| at.max(now)) + interval(route.limits.rate_per_s));
    }

    /// Counts a call no longer as running.
    pub(super) fn leave(&mut self, name: &'static str, now: Instant) {
        if let Some(used) = self.0.get_mut(name) {
            used.running = used.running.saturating_sub(1);
        }
        // Routes without calls are as new.
        self.0.retain(|_, used| used.running > 0 || used.whole_at.is_some_and(|at| at > now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTE: LimitedRoute = LimitedRoute {
        name: "images",
        limits: RouteLimits { rate_per_s: 2, burst: 3, concurrency: Some(5) },
    };

    #[test]
    fn a_burst_is_admitted_and_then_one_call_every_interval() {
        let (mut uses, start) = (RouteUses::default(), Instant::now());
        let admits = |uses: &mut RouteUses, ms: u64| {
            let now = start + Duration::from_millis(ms);
            let refusal = uses.refusal(&ROUTE, now);
            if refusal.is_none() {
                uses.enter(&ROUTE, now);
                uses.leave(ROUTE.name, now);
            }
            refusal
        };
        assert!((0..3).all(|_| admits(&mut uses, 0).is_none()));
        let Some(RouteRefusal::TooFast(refused)) = admits(&mut uses, 100) else {
            panic!("the burst is used up")
        };
        assert_eq!(refused.retry_after, Some(Duration::from_millis(400)));
        assert!(
            admits(&mut uses, 500).is_none()
                && admits(&mut uses, 999).is_some()
                && admits(&mut uses, 1_000).is_none()
        );
        assert!((0..3).all(|_| admits(&mut uses, 60_000).is_none()), "the whole burst comes back");
    }

    #[test]
    fn calls_at_once_are_bounded_and_idle_routes_leave_nothing_behind() {
        let (mut uses, now) = (RouteUses::default(), Instant::now());
        let route =
            LimitedRoute { limits: RouteLimits { rate_per_s: 1_000, burst: 1_000, ..ROUTE.limits }, ..ROUTE };
        for _ in 0..5 {
            assert_eq!(uses.refusal(&route, now), None);
            uses.enter(&route, now);
        }
        assert_eq!(uses.refusal(&route, now), Some(RouteRefusal::TooMany(5)));
        uses.leave(route.name, now);
        assert_eq!(uses.refusal(&route, now), None);
        let later = now + Duration::from_secs(9);
        (0..4).for_each(|_| uses.leave(route.name, later));
        assert!(uses.0.is_empty());
    }
}
