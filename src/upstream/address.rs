//! Which addresses the gateway may connect to. A name or URL that leads to this machine, its
//! network or a cloud's metadata service would expose what only this machine may see.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU16;

use hyper::Uri;

/// Which addresses are permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressPolicy {
    Public,
    /// Any address, also without TLS: for a service on the same machine or network.
    Private,
}

impl AddressPolicy {
    /// Whether the gateway may connect to this address.
    pub fn includes(self, address: IpAddr) -> bool {
        self == Self::Private || is_public(address)
    }

    /// The policy of a setting.
    pub fn allowing_private(allowed: bool) -> Self {
        if allowed { Self::Private } else { Self::Public }
    }
}

/// Why a URL is not accepted for another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlFault {
    /// Not an absolute HTTP URL, or one with a user name or a password.
    #[error("must be a URL such as https://people.example/lookup, without user name or password")]
    Malformed,
    /// `hyper` would connect to the default port instead.
    #[error("has a port that does not exist: ports are from 1 to 65535")]
    BadPort,
    #[error("has a host that is neither a name nor an address")]
    BadHost,
    /// Names and the credential would travel unencrypted.
    #[error("must begin with https:// unless private addresses are allowed")]
    NotEncrypted,
    /// A literal address that is not permitted.
    #[error("has a loopback, private or other special address, which the settings do not allow")]
    NotPublic,
}

/// Parses the absolute URL of an HTTP server. Every setting, file and option with such a URL
/// follows this rule.
pub fn parse_http_url(text: &str) -> Result<Uri, UrlFault> {
    let url: Uri = text.parse().map_err(|_| UrlFault::Malformed)?;
    let authority = url.authority().ok_or(UrlFault::Malformed)?.as_str();
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    if !is_http || authority.contains('@') || text.contains('#') {
        return Err(UrlFault::Malformed);
    }
    check_authority(authority)?;
    Ok(url)
}

/// Checks a host with an optional port, as in `Host`.
pub fn check_authority(text: &str) -> Result<(), UrlFault> {
    let (is_host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address.parse::<Ipv6Addr>().is_ok(), port),
        None => {
            let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            (is_host(host), port)
        }
    };
    let is_number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let is_port = |port: &str| is_number(port) && port.parse::<NonZeroU16>().is_ok();
    match port.strip_prefix(':') {
        _ if !is_host => Err(UrlFault::BadHost),
        None if port.is_empty() => Ok(()),
        Some(port) if is_port(port) => Ok(()),
        _ => Err(UrlFault::BadPort),
    }
}

/// Whether a text is a name of labels, or an IPv4 address. A name whose last label is a number
/// would be taken for an address.
fn is_host(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    let last = name.rsplit('.').next().unwrap_or_default();
    let ends_in_number = last.bytes().all(|byte| byte.is_ascii_digit());
    name.len() <= 253
        && name.split('.').all(is_label)
        && (!ends_in_number || name.parse::<Ipv4Addr>().is_ok())
}

/// Parses the URL of another server.
pub fn parse_url(text: &str, reach: AddressPolicy) -> Result<Uri, UrlFault> {
    let url = parse_http_url(text)?;
    if url.scheme_str() == Some("http") && reach == AddressPolicy::Public {
        return Err(UrlFault::NotEncrypted);
    }
    match literal_address(&url) {
        Some(address) if !reach.includes(address) => Err(UrlFault::NotPublic),
        _ => Ok(url),
    }
}

/// Returns the literal address in a URL, without a resolver.
pub fn literal_address(url: &Uri) -> Option<IpAddr> {
    url.host()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether an address belongs to the public internet, by IANA's special-purpose registries (RFC
/// 6890 and later entries). An IPv6 address that carries an IPv4 address is judged by that address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match carried_v4(address) {
            Some(carried) => is_public_v4(carried),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        (0 | 10 | 127, _, _) => true,              // this network, private, loopback
        (100, 64..=127, _) => true,                // carrier-grade NAT; metadata of one cloud
        (169, 254, _) => true,                     // link-local; metadata of most clouds
        (172, 16..=31, _) | (192, 168, _) => true, // private
        (192, 0, 0 | 2) | (192, 88, 99) => true,   // protocol assignments, documentation, former 6to4 relay
        (198, 18 | 19, _) => true,                 // benchmarks
        (198, 51, 100) | (203, 0, 113) => true,    // documentation
        (224..=255, _, _) => true,                 // multicast, reserved, broadcast
        _ => false,
    };
    !is_special
}

/// Global unicast is 2000::/3, without its ranges for protocols (among them Teredo) and
/// documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Returns the IPv4 address in a mapped, compatible, translated (NAT64) or 6to4 address.
fn carried_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => Some(join(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn i01_addresses_that_only_this_machine_can_see_are_not_public() {
        for text in [
            "127.0.0.1",
            "127.255.255.254",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "64:ff9b:1::1",
        ] {
            assert!(!public(text), "{text}");
        }
    }

    #[test]
    fn addresses_of_the_internet_are_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(public(text), "{text}");
        }
    }

    #[test]
    fn only_a_url_of_a_web_server_is_accepted() {
        let fault = |text| parse_url(text, AddressPolicy::Public).unwrap_err();
        for text in [
            "",
            "people.example",
            "/lookup",
            "ftp://people.example/",
            "file:///etc/passwd",
            "gopher://x.example/",
            "https://user:secret@people.example/",
            "https://people.example/#x",
        ] {
            assert_eq!(fault(text), UrlFault::Malformed, "{text}");
        }
        assert_eq!(fault("http://people.example/lookup"), UrlFault::NotEncrypted);
        for text in [
            "https://127.0.0.1/",
            "https://[::1]:8443/x",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/",
        ] {
            assert_eq!(fault(text), UrlFault::NotPublic, "{text}");
            assert!(parse_url(text, AddressPolicy::Private).is_ok(), "{text}");
        }
        assert!(parse_url("https://people.example:8443/lookup?v=1", AddressPolicy::Public).is_ok());
        assert!(parse_url("http://localhost:9000/", AddressPolicy::Private).is_ok());
    }

    #[test]
    fn a_port_that_does_not_exist_is_never_the_default_port() {
        for authority in ["127.0.0.1", "people.example", "[::1]"] {
            for port in [":99999", ":65536", ":0", ":00", ":-1", ":+80", ":", ":80:80", ":8o"] {
                let url = format!("http://{authority}{port}/x");
                assert!(parse_url(&url, AddressPolicy::Private).is_err(), "{url}");
            }
            for port in ["", ":1", ":65535"] {
                let url = format!("http://{authority}{port}/x");
                assert!(parse_url(&url, AddressPolicy::Private).is_ok(), "{url}");
            }
        }
        assert_eq!(parse_url("http://127.0.0.1:99999", AddressPolicy::Private), Err(UrlFault::BadPort));
    }

    #[test]
    fn a_host_is_a_name_of_labels_or_an_address() {
        let long = "a".repeat(64);
        for host in
            ["x..y", ".x", "x.example..", ".", "a!b", "127.1", "1.2.3.400", "[1.2.3.4]", "[::g]", &long]
        {
            let url = format!("http://{host}/");
            assert!(parse_url(&url, AddressPolicy::Private).is_err(), "{url}");
        }
        for host in ["x", "x.example.", "my_service", "xn--bcher-kva.example", "3com.example", "1.2.3.4"] {
            let url = format!("http://{host}/");
            assert!(parse_url(&url, AddressPolicy::Private).is_ok(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_judged_by_the_address_it_carries(bits: u32) {
            let address = Ipv4Addr::from(bits);
            prop_assert_eq!(is_public(address.to_ipv6_mapped().into()), is_public(address.into()));
        }

        #[test]
        fn no_address_that_the_standard_library_calls_special_is_public(bits: u32) {
            let address = Ipv4Addr::from(bits);
            let special = address.is_loopback() || address.is_private() || address.is_link_local()
                || address.is_multicast() || address.is_broadcast() || address.is_unspecified()
                || address.is_documentation();
            prop_assert!(!(special && is_public(address.into())));
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse_url(&text, AddressPolicy::Public);
        }
    }
}
