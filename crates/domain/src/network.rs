//! A range of network addresses: where a key may be used, and which proxies are trusted.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bits in front of an IPv4 address that is written as an IPv6 one (RFC 4291, section 2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// A range of addresses in CIDR notation, without host bits; a bare address is a range of one. IPv4
/// written as IPv6 (`::ffff:10.0.0.0/104`) is kept as the IPv4 that it is, so that a client matches
/// however it connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotANetwork {
    /// Not an address, with or without a mask.
    #[error("must be an address or a range such as 203.0.113.0/24 or 2001:db8::/32")]
    Malformed,
    /// Bits are set after the mask, so one address or the whole range may be meant.
    #[error("has host bits set; the network is {0}")]
    HostBits(IpNet),
}

impl Network {
    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Whether it holds every address of its family.
    pub fn is_everything(&self) -> bool {
        self.0.prefix_len() == 0
    }

    /// Whether every address of the other one lies in it.
    pub fn contains_all_of(&self, other: &Self) -> bool {
        self.0.contains(&other.0)
    }
}

impl JsonSchema for Network {
    fn schema_name() -> Cow<'static, str> {
        "Network".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "An address range in CIDR notation, such as 203.0.113.0/24." })
    }
}

impl FromStr for Network {
    type Err = NotANetwork;
    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let net = match text.parse::<IpNet>() {
            Ok(net) => net,
            Err(_) => IpNet::from(text.parse::<IpAddr>().map_err(|_| NotANetwork::Malformed)?),
        };
        if net != net.trunc() {
            return Err(NotANetwork::HostBits(net.trunc()));
        }
        Ok(Self(canonical(net)))
    }
}

fn canonical(net: IpNet) -> IpNet {
    let IpNet::V6(wide) = net else { return net };
    let Some(bits) = wide.prefix_len().checked_sub(MAPPED_BITS) else { return net };
    let narrow = wide.addr().to_ipv4_mapped().and_then(|address| Ipv4Net::new(address, bits).ok());
    narrow.map_or(net, IpNet::V4)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.trim().parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_reads_as_it_is_written() {
        for (text, kept) in [
            ("203.0.113.0/24", "203.0.113.0/24"),
            ("203.0.113.7", "203.0.113.7/32"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("2001:DB8::1", "2001:db8::1/128"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:10.1.2.3", "10.1.2.3/32"),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), kept);
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0", "10.0.0.0/33", "::/129", "example.com", "10.0.0.0/8 ", "010.0.0.1"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork::Malformed), "{text}");
        }
    }

    #[test]
    fn a_range_with_host_bits_is_refused_with_the_correct_one() {
        let refused = "203.0.113.7/24".parse::<Network>().unwrap_err();
        assert_eq!(refused.to_string(), "has host bits set; the network is 203.0.113.0/24");
    }
}
