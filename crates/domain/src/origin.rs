//! Where a key may be used: in which regions, and from which network addresses.

use std::net::IpAddr;

use serde::Serialize;

use super::network::Network;
use super::region::Region;

/// Most regions that a key can be limited to.
pub const MAX_REGIONS: usize = 20;
/// Most networks that a key can be limited to.
pub const MAX_NETWORKS: usize = 100;

/// What a key is limited to; an empty list limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// Regions of gateways that serve it.
    pub regions: Vec<Region>,
    /// Networks that it may be used from.
    #[serde(rename = "allowed_networks")]
    pub networks: Vec<Network>,
}

/// What keeps a key from being used here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongOrigin {
    /// This gateway's region is not one of the key's.
    Region,
    /// The client's address lies in none of the key's networks.
    Address,
}

impl Origin {
    /// Whether the key may be used in this region from this address. An address that is not known
    /// is in no network.
    ///
    /// # Errors
    /// What is wrong; the region is looked at first.
    pub fn check(&self, region: &str, client: Option<IpAddr>) -> Result<(), WrongOrigin> {
        if !self.regions.is_empty() && !self.regions.iter().any(|allowed| allowed.as_str() == region) {
            return Err(WrongOrigin::Region);
        }
        let is_allowed = |address| self.networks.iter().any(|network| network.contains(address));
        if !self.networks.is_empty() && !client.is_some_and(is_allowed) {
            return Err(WrongOrigin::Address);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(regions: &[&str], networks: &[&str], client: &str) -> Result<(), WrongOrigin> {
        let origin = Origin {
            regions: regions.iter().map(|text| text.parse().unwrap()).collect(),
            networks: networks.iter().map(|text| text.parse().unwrap()).collect(),
        };
        origin.check("eu", client.parse().ok())
    }

    #[test]
    fn a_key_without_limits_is_used_from_anywhere() {
        for client in ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "unknown"] {
            assert_eq!(check(&[], &[], client), Ok(()), "{client}");
        }
    }

    #[test]
    fn regions_are_compared_whole() {
        assert_eq!(check(&["us", "eu"], &[], "192.0.2.1"), Ok(()));
        assert_eq!(check(&["us", "eu-1"], &[], "192.0.2.1"), Err(WrongOrigin::Region));
    }

    #[test]
    fn a_wrong_region_is_reported_before_a_wrong_address() {
        assert_eq!(check(&["us"], &["10.0.0.0/8"], "192.0.2.1"), Err(WrongOrigin::Region));
    }

    #[test]
    fn networks_hold_the_addresses_that_they_say() {
        let networks = ["203.0.113.0/24", "198.51.100.7", "2001:db8:1::/48", "::ffff:10.0.0.0/104"];
        for (client, expected) in [
            ("203.0.113.0", Ok(())),
            ("203.0.113.255", Ok(())),
            ("203.0.114.0", Err(WrongOrigin::Address)),
            ("198.51.100.7", Ok(())),
            ("198.51.100.8", Err(WrongOrigin::Address)),
            // IPv4 in the clothes of IPv6 is the same client, and IPv4-compatible addresses
            // (::a.b.c.d) are not.
            ("::ffff:203.0.113.9", Ok(())),
            ("::ffff:203.0.114.9", Err(WrongOrigin::Address)),
            ("::203.0.113.9", Err(WrongOrigin::Address)),
            ("10.9.8.7", Ok(())),
            ("2001:db8:1:ffff::1", Ok(())),
            ("2001:db8:2::1", Err(WrongOrigin::Address)),
        ] {
            assert_eq!(check(&[], &networks, client), expected, "{client}");
        }
    }

    #[test]
    fn all_of_one_family_is_nothing_of_the_other() {
        assert_eq!(check(&[], &["0.0.0.0/0"], "2001:db8::1"), Err(WrongOrigin::Address));
        assert_eq!(check(&[], &["::/0"], "192.0.2.1"), Err(WrongOrigin::Address));
        assert_eq!(check(&[], &["::/0"], "::ffff:192.0.2.1"), Err(WrongOrigin::Address));
    }

    #[test]
    fn a_client_whose_address_is_not_known_is_in_no_network() {
        assert_eq!(check(&[], &["0.0.0.0/0", "::/0"], "unknown"), Err(WrongOrigin::Address));
    }
}
