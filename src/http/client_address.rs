//! Who is really calling: the address at the other end of the connection, or the one that a trusted
//! proxy reports.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};

use crate::domain::network::Network;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Request extension: the client's address. IPv4 addresses are never mapped into IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Request extension: how the client reached the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientScheme {
    Http,
    Https,
}

impl ClientScheme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// What one subscriber of a network provider has: an IPv4 address, or an IPv6 prefix of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientNetwork {
    V4(u32),
    /// The first 64 bits of one.
    V6(u64),
}

impl From<IpAddr> for ClientNetwork {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => Self::V6(u64::try_from(address.to_bits() >> 64).unwrap_or(u64::MAX)),
        }
    }
}

/// Networks of proxies whose `X-Forwarded-For` is trusted. Cheap to read, never changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Trusts the proxies in these networks.
    pub fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// The client of a request that came from `peer`.
    ///
    /// Each proxy appends the address it was called from, so the list is read from its end: the
    /// first address that is no trusted proxy is the client, and what precedes it is the client's
    /// own claim. An entry that is not an address ends the walk at the proxy that reported it.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
        let mut nearest = peer.to_canonical();
        let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
        let mut reported = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')).map(address);
        while self.trusts(nearest) {
            match reported.next() {
                Some(Some(address)) => nearest = address,
                Some(None) | None => break,
            }
        }
        ClientAddress(nearest)
    }

    /// How the client of a request from `peer` reached the service: by TLS here, or as a trusted
    /// proxy reports. Of a list, the last entry counts: it is that of the proxy itself.
    pub fn scheme(&self, peer: IpAddr, is_tls: bool, headers: &HeaderMap) -> ClientScheme {
        let reported = headers.get_all(X_FORWARDED_PROTO).iter().next_back().filter(|_| self.trusts(peer));
        let last = reported.and_then(|line| line.as_bytes().rsplit(|byte| *byte == b',').next());
        match last.map(<[u8]>::trim_ascii) {
            Some(word) if word.eq_ignore_ascii_case(b"https") => ClientScheme::Https,
            Some(word) if word.eq_ignore_ascii_case(b"http") => ClientScheme::Http,
            _ if is_tls => ClientScheme::Https,
            _ => ClientScheme::Http,
        }
    }

    /// Whether the address is that of a trusted proxy.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address.to_canonical()))
    }
}

/// An address as proxies write it: bare, or with a port, which IPv6 sets apart with brackets.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    let parsed = bare.parse::<IpAddr>().or_else(|_| entry.parse::<SocketAddr>().map(|socket| socket.ip()));
    parsed.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// The client of a request from `peer` with these `X-Forwarded-For` lines, behind proxies in
    /// 10.0.0.0/8 and fd00::/8.
    fn client(peer: &str, lines: &[&str]) -> String {
        let networks = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(X_FORWARDED_FOR, HeaderValue::try_from(*line).unwrap());
        }
        TrustedProxies::new(networks.to_vec()).client(peer.parse().unwrap(), &headers).0.to_string()
    }

    #[test]
    fn an_untrusted_peer_is_the_client() {
        assert_eq!(client("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(client("fd00::1", &["2001:db8::5"]), "2001:db8::5");
    }

    #[test]
    fn what_a_client_claims_of_itself_stands_before_its_own_address_and_is_not_read() {
        assert_eq!(client("10.0.0.1", &["192.0.2.9, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["192.0.2.9", "198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        // Bytes that are no text do not take the proxy's own part with them.
        assert_eq!(client("10.0.0.1", &["\u{fe}, 198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn a_proxy_that_reports_nothing_readable_is_the_client() {
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["198.51.100.1, nobody, 10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn ports_brackets_and_mapped_addresses_are_understood() {
        assert_eq!(client("10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("10.0.0.1", &["[2001:db8::5]:4711"]), "2001:db8::5");
        assert_eq!(client("10.0.0.1", &["[2001:db8::5]"]), "2001:db8::5");
        assert_eq!(client("::ffff:10.0.0.1", &["::ffff:198.51.100.1"]), "198.51.100.1");
    }

    #[test]
    fn the_scheme_is_that_of_the_connection_unless_a_trusted_proxy_reports_one() {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let scheme = |peer: &str, is_tls, reported: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in reported {
                headers.append(X_FORWARDED_PROTO, HeaderValue::from_static(line));
            }
            proxies.scheme(peer.parse().unwrap(), is_tls, &headers).as_str()
        };
        assert_eq!(scheme("10.0.0.1", false, &["https"]), "https");
        assert_eq!(scheme("10.0.0.1", false, &["http", "http, HTTPS"]), "https");
        assert_eq!(scheme("10.0.0.1", false, &["ftp"]), "http");
        assert_eq!(scheme("10.0.0.1", true, &[]), "https");
        assert_eq!(scheme("9.9.9.9", false, &["https"]), "http");
        assert_eq!(scheme("9.9.9.9", true, &["http"]), "https");
    }
}
