//! A host with an optional port, as URLs and the header `Host` write it (RFC 3986, section 3.2).

use std::net::Ipv6Addr;

/// The host of an authority, its name unchecked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'t> {
    Name(&'t str),
    /// An address in brackets.
    Ipv6(Ipv6Addr),
}

/// Splits `name`, `name:port`, `[v6]` or `[v6]:port` into host and port, both unchecked but for the
/// address. `None`: the brackets contain no address, or more than a port follows them.
pub fn split_authority(text: &str) -> Option<(Host<'_>, Option<&str>)> {
    let Some(bracketed) = text.strip_prefix('[') else {
        return Some(match text.split_once(':') {
            Some((name, port)) => (Host::Name(name), Some(port)),
            None => (Host::Name(text), None),
        });
    };
    let (address, port) = bracketed.split_once(']')?;
    let port = if port.is_empty() { None } else { Some(port.strip_prefix(':')?) };
    Some((Host::Ipv6(address.parse().ok()?), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_follows_a_colon_and_an_ipv6_address_has_brackets() {
        let v6 = Host::Ipv6(Ipv6Addr::LOCALHOST);
        for (text, parts) in [
            ("a.example", Some((Host::Name("a.example"), None))),
            ("a.example:80", Some((Host::Name("a.example"), Some("80")))),
            ("a.example:", Some((Host::Name("a.example"), Some("")))),
            ("a:80:80", Some((Host::Name("a"), Some("80:80")))),
            ("::1", Some((Host::Name(""), Some(":1")))),
            ("[::1]", Some((v6, None))),
            ("[::1]:8443", Some((v6, Some("8443")))),
            ("[::1]:", Some((v6, Some("")))),
            ("[::1]8443", None),
            ("[::1", None),
            ("[::g]", None),
            ("[1.2.3.4]", None),
        ] {
            assert_eq!(split_authority(text), parts, "{text}");
        }
    }
}
