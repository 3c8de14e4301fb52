//! URLs of other servers, checked before they are used.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU16;

use hyper::Uri;

use super::address::AddressPolicy;
use crate::domain::authority::{Host, split_authority};

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
    let (host, port) = split_authority(text).ok_or(UrlFault::BadHost)?;
    let is_number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let is_port = |port: &str| is_number(port) && port.parse::<NonZeroU16>().is_ok();
    match (host, port) {
        (Host::Name(name), _) if !is_host(name) => Err(UrlFault::BadHost),
        (_, Some(port)) if !is_port(port) => Err(UrlFault::BadPort),
        _ => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse_url(&text, AddressPolicy::Public);
        }
    }
}
