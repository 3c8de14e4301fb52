//! Addresses that the operator has not set yet.

/// Reserved domains (RFC 2606, section 3).
const RESERVED: [&str; 3] = ["example.com", "example.net", "example.org"];

/// Whether a URL or an e-mail address is empty, or its host is a reserved example domain.
pub fn is_placeholder(address: &str) -> bool {
    let address = address.trim();
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    host.is_empty()
        || RESERVED.iter().any(|reserved| {
            host.strip_suffix(reserved).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_domains_are_placeholders() {
        for address in [
            "",
            " ",
            "support@example.com",
            "https://example.com/upgrade",
            "https://Billing.Example.org:8443/?a=b",
            "mailto:help@example.net",
        ] {
            assert!(is_placeholder(address), "{address}");
        }
    }

    #[test]
    fn real_addresses_are_not() {
        for address in [
            "support@acme.test",
            "https://notexample.com/upgrade",
            "https://example.com.br",
            "https://acme.test/example.com",
            "+55 11 5555-0100",
        ] {
            assert!(!is_placeholder(address), "{address}");
        }
    }
}
