//! Addresses to listen on.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// A text that is not an address and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an address and a port: 127.0.0.1:8000 for this machine only, 0.0.0.0:8000 for every network"
)]
pub struct NotAnAddress;

/// Parses an address with its port; `localhost` is the loopback address. A bare `:8000` is
/// rejected: other programs read it as every network, which must not happen by accident.
pub fn parse(text: &str) -> Result<SocketAddr, NotAnAddress> {
    let text = text.trim();
    let address = match text.rsplit_once(':') {
        Some((host, port)) if host.eq_ignore_ascii_case("localhost") => {
            port.parse().map(|port| (Ipv4Addr::LOCALHOST, port).into()).ok()
        }
        _ => text.parse().ok(),
    };
    address.ok_or(NotAnAddress)
}

pub(super) fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() { Ok(None) } else { parse(&text).map(Some).map_err(D::Error::custom) }
}

/// Writes an optional address; a missing one is empty.
pub(super) fn or_empty<S: Serializer>(
    address: &Option<SocketAddr>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match address {
        Some(address) => serializer.collect_str(address),
        None => serializer.serialize_str(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_the_loopback_address() {
        for (text, address) in [
            ("localhost:8000", "127.0.0.1:8000"),
            ("LocalHost:0", "127.0.0.1:0"),
            (" 0.0.0.0:80 ", "0.0.0.0:80"),
            ("[::1]:8000", "[::1]:8000"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), address);
        }
    }

    #[test]
    fn an_address_without_host_or_port_is_refused() {
        for text in ["", ":8000", "8000", "localhost", "localhost:", "127.0.0.1", "::1:x", "example.com:80"] {
            assert_eq!(parse(text), Err(NotAnAddress), "{text}");
        }
    }
}
