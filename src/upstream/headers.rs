//! Which headers pass between a client and a server behind the gateway. The caller's credential
//! never does.

use std::borrow::Cow;

use hyper::HeaderMap;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue};

use super::identity_headers::IdentityHeaders;
use crate::domain::forwarding::HeaderChanges;

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
const FROM_THE_UPSTREAM: [&str; 11] = [
    "alt-svc",
    "clear-site-data",
    "idempotent-replayed",
    "proxy-authenticate",
    "server",
    "set-cookie",
    "strict-transport-security",
    "www-authenticate",
    "x-development-mode",
    "x-powered-by",
    "x-request-id",
];

/// About how many headers the gateway adds, to allocate once.
const ADDED_HEADERS: usize = 16;

/// The headers of a request that an upstream gets.
pub fn of_request(headers: &HeaderMap, own: &IdentityHeaders) -> HeaderMap {
    let is_traced = headers.get("traceparent").is_none_or(is_traceparent)
        && headers.get_all("traceparent").iter().count() < 2;
    kept(headers, |name| {
        is_passed_on(name)
            && !own.include(name)
            && (is_traced || !["traceparent", "tracestate"].contains(&name))
    })
}

/// Whether a header of a client reaches upstreams. `name` is in lower case, with `-` for `_`.
pub fn is_passed_on(name: &str) -> bool {
    !is_hop_by_hop(name)
        && !FOR_THE_GATEWAY.contains(&name)
        && !OVERRIDES.contains(&name)
        && !name.starts_with("x-forwarded-")
}

/// Whether a header of an upstream reaches clients. `name` is in lower case, with `-` for `_`.
pub fn is_passed_back(name: &str) -> bool {
    !is_hop_by_hop(name)
        && !FROM_THE_UPSTREAM.contains(&name)
        && !name.starts_with("access-control-")
        && !name.starts_with("x-ratelimit-")
        && !name.starts_with("ratelimit")
        && !name.starts_with("x-credits-")
}

/// The headers of an answer that a client gets. The length of a body that is not there, as in an
/// answer to HEAD, stays.
pub fn of_answer(headers: &HeaderMap, own: &IdentityHeaders, keeps_length: bool) -> HeaderMap {
    let mut kept = kept(headers, |name| is_passed_back(name) && !own.include(name));
    if let (true, Some(length)) = (keeps_length, headers.get(CONTENT_LENGTH)) {
        kept.insert(CONTENT_LENGTH, length.clone());
    }
    kept
}

/// Removes every spelling of a header that the gateway sets itself.
pub fn remove(headers: &mut HeaderMap, name: &HeaderName) {
    let name = normalised(name);
    let spellings: Vec<HeaderName> =
        headers.keys().filter(|known| normalised(known) == name).cloned().collect();
    for spelling in spellings {
        headers.remove(spelling);
    }
}

/// Removes what holds only for the bytes of a body that is changed. With its validator a client
/// would keep a body that an earlier set of routes changed in another way.
pub fn remove_digests(headers: &mut HeaderMap) {
    for name in ["accept-ranges", "content-digest", "content-md5", "digest", "etag", "repr-digest"] {
        headers.remove(name);
    }
}

/// Removes and sets what a route says. The routes file contains only valid names and values.
pub fn change(headers: &mut HeaderMap, changes: &HeaderChanges) {
    let set = changes.set.iter().map(|(name, value)| (name, Some(value)));
    for (name, value) in changes.remove.iter().map(|name| (name, None)).chain(set) {
        let Ok(name) = HeaderName::try_from(name.as_str()) else { continue };
        remove(headers, &name);
        if let Some(Ok(value)) = value.map(|value| HeaderValue::try_from(value.as_str())) {
            headers.insert(name, value);
        }
    }
}

/// The headers whose normalised name passes, without those that `Connection` names.
fn kept(headers: &HeaderMap, passes: impl Fn(&str) -> bool) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let mut kept = HeaderMap::with_capacity(headers.len() + ADDED_HEADERS);
    for (name, value) in headers {
        if !named.iter().any(|connection| connection == name.as_str()) && passes(&normalised(name)) {
            kept.append(name, value.clone());
        }
    }
    kept
}

fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.contains(&name) || name.starts_with("proxy-")
}

/// With `-` for `_`: servers that map headers to variables take both for the same.
fn normalised(name: &HeaderName) -> Cow<'_, str> {
    match name.as_str() {
        name if name.contains('_') => name.replace('_', "-").into(),
        name => name.into(),
    }
}

/// Whether a value is a trace context (W3C Trace Context, version 00).
fn is_traceparent(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    let is_hex = |part: &[u8]| part.iter().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    bytes.len() == 55
        && bytes.starts_with(b"00-")
        && bytes[35] == b'-'
        && bytes[52] == b'-'
        && is_hex(&bytes[3..35])
        && is_hex(&bytes[36..52])
        && is_hex(&bytes[53..])
}

#[cfg(test)]
mod tests;
