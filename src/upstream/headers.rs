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
/// What a client says to the gateway alone.
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
/// What an upstream says to the gateway alone or about itself, and what only the gateway says: of a
/// call, and of its origin.
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
    !is_hop_by_hop(name) && !FOR_THE_GATEWAY.contains(&name) && !name.starts_with("x-forwarded-")
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
mod tests {
    use super::*;

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let line =
            |(name, value): &(&str, &str)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        let mut headers = HeaderMap::new();
        for (name, value) in lines.iter().map(line) {
            headers.append(name, value);
        }
        headers
    }

    fn request(headers: &HeaderMap) -> HeaderMap {
        of_request(headers, &IdentityHeaders::default())
    }

    fn answer(headers: &HeaderMap) -> HeaderMap {
        of_answer(headers, &IdentityHeaders::default(), false)
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        headers.keys().map(HeaderName::as_str).collect()
    }

    #[test]
    fn no_spelling_of_a_credential_or_identity_reaches_an_upstream() {
        for name in [
            "X-API-Key",
            "x_api_key",
            "Authorization",
            "Cookie",
            "Idempotency-Key",
            "X-Dry-Run",
            "Forwarded",
            "X-Forwarded-For",
            "X_Forwarded_Proto",
            "X-Real-IP",
            "x_real_ip",
            "Fluence-Account",
            "fluence_account",
            "FLUENCE-Mode",
            "Fluence_Credits-Held",
            "Proxy-Authorization",
            "proxy_connection",
            "Via",
            "Expect",
            "Transfer-Encoding",
            "transfer_encoding",
            "Content-Length",
            "Host",
            "TE",
            "Upgrade",
            "Keep-Alive",
            "Trailer",
            "HTTP2-Settings",
            "X-Request-Id",
        ] {
            assert_eq!(names(&request(&headers(&[(name, "x")]))), Vec::<&str>::new(), "{name}");
        }
    }

    #[test]
    fn what_connection_names_stays_on_this_connection() {
        let sent = headers(&[
            ("connection", "close, X-Secret"),
            ("connection", "other"),
            ("x-secret", "1"),
            ("other", "2"),
            ("accept", "a"),
        ]);
        assert_eq!(names(&request(&sent)), ["accept"]);
        assert_eq!(names(&answer(&sent)), ["accept"]);
    }

    #[test]
    fn everything_else_passes_with_all_its_values() {
        let sent = headers(&[
            ("accept", "a"),
            ("accept", "b"),
            ("content-type", "image/png"),
            ("x-mine", "1"),
            ("user-agent", "u"),
        ]);
        let passed = request(&sent);
        assert_eq!(passed, sent);
    }

    #[test]
    fn a_trace_passes_only_if_it_is_one() {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let sent = headers(&[("traceparent", trace), ("tracestate", "a=b")]);
        assert_eq!(request(&sent), sent);
        for bad in ["", "00-x", &trace.replace("0af", "0AF"), &format!("{trace}0")] {
            assert!(request(&headers(&[("traceparent", bad), ("tracestate", "a=b")])).is_empty(), "{bad}");
        }
    }

    #[test]
    fn an_answer_tells_nothing_of_its_server_and_moves_no_money() {
        for name in [
            "Server",
            "X-Powered-By",
            "Set-Cookie",
            "Strict-Transport-Security",
            "Access-Control-Allow-Origin",
            "X-RateLimit-Limit",
            "RateLimit",
            "RateLimit-Policy",
            "X-Credits-Used",
            "x_credits_used",
            "X-Request-Id",
            "Idempotent-Replayed",
            "idempotent_replayed",
            "X-Development-Mode",
            "Clear-Site-Data",
            "Alt-Svc",
            "WWW-Authenticate",
            "Fluence-Account",
            "Transfer-Encoding",
            "Content-Length",
            "Connection",
        ] {
            assert_eq!(names(&answer(&headers(&[(name, "x")]))), Vec::<&str>::new(), "{name}");
        }
        let kept = headers(&[
            ("cache-control", "max-age=5"),
            ("etag", "\"1\""),
            ("location", "/x"),
            ("content-encoding", "gzip"),
        ]);
        assert_eq!(answer(&kept), kept);
        assert_eq!(
            names(&of_answer(&headers(&[("content-length", "7")]), &IdentityHeaders::default(), true)),
            ["content-length"]
        );
    }

    #[test]
    fn a_header_of_the_gateway_takes_the_place_of_every_spelling() {
        let mut sent = headers(&[("x_token", "1"), ("X-Token", "2"), ("x-other", "3")]);
        remove(&mut sent, &"x-token".parse().unwrap());
        assert_eq!(names(&sent), ["x-other"]);
    }

    #[test]
    fn a_prefix_of_the_seller_is_the_gateways_word_too() {
        let own: IdentityHeaders = "Acme-".parse().unwrap();
        let sent =
            headers(&[("Acme-Account", "1"), ("acme_mode", "1"), ("Fluence-Account", "1"), ("acmes", "1")]);
        assert_eq!(names(&of_request(&sent, &own)), ["acmes"]);
        assert_eq!(names(&of_answer(&sent, &own, false)), ["acmes"]);
        assert_eq!((own.hops.as_str(), own.via.to_str().unwrap()), ("acme-hops", "1.1 acme"));
    }

    #[test]
    fn a_route_removes_and_sets_every_spelling() {
        let mut sent = headers(&[("x_debug", "1"), ("X-Debug", "2"), ("x-kept", "3"), ("x-tenant", "4")]);
        let changes = HeaderChanges {
            set: vec![("x-tenant".into(), "acme".into()), ("x-new".into(), "n".into())],
            remove: vec!["x-debug".into(), "x-missing".into()],
        };
        change(&mut sent, &changes);
        assert_eq!(sent, headers(&[("x-kept", "3"), ("x-tenant", "acme"), ("x-new", "n")]));
    }
}
