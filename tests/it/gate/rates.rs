//! The limiter of one gateway against the algorithm, on a simulated clock.

use std::time::Duration;

use fluence::domain::ids::AccountId;
use fluence::gate::limits::limiter::RateLimits;
use governor::clock::FakeRelativeClock;
use proptest::prelude::*;

use super::reference::{Reference, assert_never_too_many};

const NS_PER_S: u64 = 1_000_000_000;

/// When the next request comes.
#[derive(Clone, Copy, Debug)]
enum Arrival {
    After(u64),
    /// As soon as the last answer said that one is admitted.
    AfterRetryAfter,
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let arrival = prop_oneof![
        4 => prop_oneof![Just(0), 0..2_000_000_u64, 0..3 * NS_PER_S].prop_map(Arrival::After),
        1 => Just(Arrival::AfterRetryAfter),
    ];
    prop::collection::vec(arrival, 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn e01_no_arrival_pattern_gets_more_than_its_rate_and_waiting_as_stated_is_enough(
        rate_per_s in prop_oneof![1..=5_u32, 1..=3000_u32, Just(333), Just(1_000_000)],
        burst in 1..=40_u32,
        arrivals in arrivals(),
    ) {
        let clock = FakeRelativeClock::default();
        let limit = RateLimits::with_clock(clock.clone()).of(rate_per_s, burst);
        let account = AccountId::from_uuid(fluence::clock::new_id());
        let mut reference = Reference::new(NS_PER_S, rate_per_s.into(), burst.into());
        let (mut now, mut retry_at, mut admitted_at) = (0, 0, Vec::new());
        for arrival in arrivals {
            let gap = match arrival {
                Arrival::After(gap) => gap,
                Arrival::AfterRetryAfter => retry_at,
            };
            clock.advance(Duration::from_nanos(gap));
            now += gap;
            let wait = reference.wait(now);
            let decision = limit.check(account);
            prop_assert_eq!(decision.retry_after.map_or(0, |wait| wait.as_nanos() as u64), wait);
            if reference.admits(now) {
                admitted_at.push(now);
            } else if let Arrival::AfterRetryAfter = arrival {
                prop_assert!(false, "waiting for the stated time was not enough");
            }
            prop_assert_eq!(u64::from(decision.remaining), reference.remaining(now));
            retry_at = reference.wait(now);
        }
        assert_never_too_many(&admitted_at, NS_PER_S, rate_per_s.into(), burst.into());
    }
}
