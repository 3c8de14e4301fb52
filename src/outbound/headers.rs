//! Which headers pass between a client and a server behind the gateway. The caller's credential
//! never does. Names are in lower case, with `-` for `_`.

/// Headers of one connection (RFC 9110, section 7.6.1), and those that the gateway answers or
/// writes itself.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "http2-settings",
];
/// Headers by which some frameworks take another method, path or host than those of the request
/// that the gateway priced and let pass.
const OVERRIDES: [&str; 13] = [
    "x-http-host-override",
    "x-http-method",
    "x-http-method-override",
    "x-http-path-override",
    "x-host",
    "x-method-override",
    "x-original-host",
    "x-original-method",
    "x-original-uri",
    "x-original-url",
    "x-override-url",
    "x-rewrite-uri",
    "x-rewrite-url",
];
/// Headers of a client that only the gateway reads.
const FOR_THE_GATEWAY: [&str; 9] = [
    "authorization",
    "cookie",
    "forwarded",
    "idempotency-key",
    "via",
    "x-api-key",
    "x-dry-run",
    "x-real-ip",
    "x-request-id",
];
/// Headers of an upstream about itself or for the gateway, and those that only the gateway writes:
/// about a call and its origin.
const FROM_THE_UPSTREAM: [&str; 12] = [
    "alt-svc",
    "clear-site-data",
    "idempotent-replayed",
    "proxy-authenticate",
    "server",
    "set-cookie",
    "strict-transport-security",
    "www-authenticate",
    "x-development-mode",
    "x-original-request-id",
    "x-powered-by",
    "x-request-id",
];

/// Whether a header of a client reaches upstreams.
pub fn is_passed_on(name: &str) -> bool {
    !is_hop_by_hop(name)
        && !FOR_THE_GATEWAY.contains(&name)
        && !OVERRIDES.contains(&name)
        && !name.starts_with("x-forwarded-")
}

/// Whether a header of an upstream reaches clients.
pub fn is_passed_back(name: &str) -> bool {
    !is_hop_by_hop(name)
        && !FROM_THE_UPSTREAM.contains(&name)
        && !name.starts_with("access-control-")
        && !name.starts_with("x-ratelimit-")
        && !name.starts_with("ratelimit")
        && !name.starts_with("x-credits-")
}

fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.contains(&name) || name.starts_with("proxy-")
}
