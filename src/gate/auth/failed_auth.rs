//! Counts failed authentication by the network it comes from.
//!
//! This refuses failures only: a valid key passes, whatever other clients at its address do.

use std::net::IpAddr;

use crate::domain::refusal::{Limit, LimitHit, Refusal};
use crate::gate::network_window::NetworkWindow;
use crate::gate::settings::KeySettings;

/// The failures of a limited number of networks. Cheap to clone.
#[derive(Clone, Debug)]
pub struct FailedAuth(NetworkWindow);

impl FailedAuth {
    /// With the limits of the settings.
    pub fn new(keys: &KeySettings) -> Self {
        Self(NetworkWindow::new(
            keys.max_failed_attempts,
            keys.failed_attempts_window,
            keys.max_failing_networks,
        ))
    }

    /// Records a failure and returns its answer: an invalid key, or too many failures past the
    /// limit.
    pub fn failed(&self, address: IpAddr) -> Refusal {
        match self.0.count(address) {
            Ok(()) => Refusal::InvalidApiKey,
            Err(retry_after_s) => Refusal::Limited(LimitHit {
                limit: Limit::FailedAttempts,
                size: self.0.most().into(),
                retry_after_s,
            }),
        }
    }

    /// Whether the next failure of this address exceeds the limit.
    pub fn are_too_many(&self, address: IpAddr) -> bool {
        self.0.is_full(address)
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};
    use std::time::Duration;

    use super::*;

    fn failed_auth(most: u32, networks: usize) -> FailedAuth {
        let window = Duration::from_secs(60);
        FailedAuth(NetworkWindow::new(most.try_into().unwrap(), window, networks.try_into().unwrap()))
    }

    fn v4(last: u32) -> IpAddr {
        Ipv4Addr::from_bits(0x0a00_0000 + last).into()
    }

    fn v6(prefix: u128, host: u128) -> IpAddr {
        Ipv6Addr::from_bits(0x2001_0db8 << 96 | prefix << 64 | host).into()
    }

    fn wait_of(refusal: Refusal) -> Option<u64> {
        match refusal {
            Refusal::Limited(hit) => Some(hit.retry_after_s),
            _ => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_the_stated_time_is_enough_and_any_less_is_not() {
        let failed_auth = failed_auth(2, 100);
        assert_eq!(failed_auth.failed(v4(1)), Refusal::InvalidApiKey);
        tokio::time::advance(Duration::from_millis(10_500)).await;
        assert_eq!(failed_auth.failed(v4(1)), Refusal::InvalidApiKey);
        assert!(failed_auth.are_too_many(v4(1)));
        assert_eq!(wait_of(failed_auth.failed(v4(1))), Some(50));
        tokio::time::advance(Duration::from_secs(49)).await;
        assert_eq!(wait_of(failed_auth.failed(v4(1))), Some(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!failed_auth.are_too_many(v4(1)));
        assert_eq!(failed_auth.failed(v4(1)), Refusal::InvalidApiKey);
    }

    #[tokio::test]
    async fn an_ipv6_subscriber_counts_as_one_and_each_ipv4_address_by_itself() {
        let failed_auth = failed_auth(1, 100);
        assert_eq!(failed_auth.failed(v6(7, 1)), Refusal::InvalidApiKey);
        assert!(wait_of(failed_auth.failed(v6(7, u128::from(u64::MAX)))).is_some());
        assert_eq!(failed_auth.failed(v6(8, 1)), Refusal::InvalidApiKey);
        assert_eq!(failed_auth.failed(v4(1)), Refusal::InvalidApiKey);
        assert_eq!(failed_auth.failed(v4(2)), Refusal::InvalidApiKey);
    }

    #[tokio::test]
    async fn an_ipv4_address_mapped_to_ipv6_is_the_same_address() {
        let failed_auth = failed_auth(1, 100);
        assert_eq!(failed_auth.failed(v4(1)), Refusal::InvalidApiKey);
        let mapped = Ipv4Addr::from_bits(0x0a00_0001).to_ipv6_mapped().into();
        assert!(wait_of(failed_auth.failed(mapped)).is_some());
    }

    #[tokio::test]
    async fn e08_millions_of_addresses_take_no_more_memory_than_the_settings_allow() {
        let failed_auth = failed_auth(1, 1000);
        for network in 0..2_000_000 {
            failed_auth.failed(v6(network, 1));
        }
        assert!(failed_auth.0.networks() <= 1000, "{}", failed_auth.0.networks());
    }
}
