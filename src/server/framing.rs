//! Strict checks of request heads: what the HTTP library accepts and a gateway must not.
//!
//! A request that two parsers may read differently is rejected before any lookup or charge. Section
//! numbers without a document refer to RFC 9112.

use axum::http::header::{CONNECTION, HOST, HeaderValue, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri, Version};
use axum::response::{IntoResponse, Response};

use crate::domain::refusal::{Malformed, Refusal};
use crate::http::answer::refused;
use crate::http::loopback::names_loopback;

/// Longest request target (path and query), in bytes.
pub const MAX_TARGET_BYTES: usize = 8 * 1024;

/// Request extension that the socket sets for a request line with a `#`, which the HTTP library
/// drops silently.
#[derive(Clone, Copy, Debug)]
pub struct FragmentInTarget;

/// Why a head was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FramingFault {
    /// 400; the connection closes.
    Refused(Malformed),
    /// 404: a path that no route has.
    NoSuchPath,
    /// 405: a method that no route has.
    NoSuchMethod,
    /// 414.
    TargetTooLong,
}

use FramingFault::{NoSuchMethod, NoSuchPath, Refused, TargetTooLong};

impl IntoResponse for FramingFault {
    fn into_response(self) -> Response {
        let mut response = match self {
            Refused(fault) => refused(Refusal::BadRequest(fault)),
            NoSuchPath => refused(Refusal::EndpointNotFound),
            NoSuchMethod => {
                refused(Refusal::MethodNotAllowed { allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" })
            }
            TargetTooLong => {
                (StatusCode::URI_TOO_LONG, refused(Refusal::BadRequest(Malformed::TargetTooLong)))
                    .into_response()
            }
        };
        if matches!(self, Refused(_)) {
            // Once the framing is in doubt, nothing more of the connection is read.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// Checks the head of a request.
pub fn check<B>(request: &Request<B>) -> Result<(), FramingFault> {
    if request.method() == Method::CONNECT {
        return Err(NoSuchMethod);
    }
    let host = the_host(request.headers(), request.version())?;
    check_target(request.uri(), host, request.method())?;
    if request.extensions().get::<FragmentInTarget>().is_some() {
        return Err(Refused(Malformed::Fragment));
    }
    check_transfer_encoding(request.headers())
}

/// The single Host field (section 3.2), which HTTP/1.0 may omit.
fn the_host(headers: &HeaderMap, version: Version) -> Result<Option<&str>, FramingFault> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version == Version::HTTP_10 => Ok(None),
        (None, _) => Err(Refused(Malformed::NoHost)),
        (Some(_), Some(_)) => Err(Refused(Malformed::SecondHost)),
        (Some(host), None) => match host.to_str() {
            Ok(host) if is_host_and_port(host) => Ok(Some(host)),
            _ => Err(Refused(Malformed::NotAHost)),
        },
    }
}

/// Rejects a Host that is not a name of the loopback interface.
pub fn check_loopback_host(headers: &HeaderMap) -> Result<(), FramingFault> {
    if names_loopback(headers) { Ok(()) } else { Err(Refused(Malformed::NotLoopback)) }
}

/// `name`, `name:port`, `[v6]` or `[v6]:port`, without user information.
fn is_host_and_port(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, "")) => (address, None),
        Some((address, rest)) => match rest.strip_prefix(':') {
            Some(port) => (address, Some(port)),
            None => return false,
        },
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let is_host_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_host = match text.starts_with('[') {
        true => host.parse::<std::net::Ipv6Addr>().is_ok(),
        false => !host.is_empty() && host.len() <= 253 && host.bytes().all(is_host_byte),
    };
    is_host
        && port
            .is_none_or(|port| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok())
}

/// The request target (section 3.2): origin form, or absolute form naming the same host.
fn check_target(uri: &Uri, host: Option<&str>, method: &Method) -> Result<(), FramingFault> {
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES) {
        return Err(TargetTooLong);
    }
    if let Some(authority) = uri.authority() {
        let is_same = host.is_none_or(|host| host.eq_ignore_ascii_case(authority.as_str()));
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        if !(is_same && is_web && is_host_and_port(authority.as_str())) {
            return Err(Refused(Malformed::OtherHost));
        }
    }
    match uri.path() {
        "*" if method == Method::OPTIONS => Ok(()),
        path if path.starts_with('/') => check_path(path),
        _ => Err(Refused(Malformed::NotAPath)),
    }
}

/// A path consists of plain segments. Anything that decodes to a separator, a parent segment or a
/// control character is rejected, so that a parameter is always one segment.
fn check_path(path: &str) -> Result<(), FramingFault> {
    if !path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err(Refused(Malformed::UnescapedCharacter));
    }
    if path.contains('%') {
        check_escapes(path.as_bytes())?;
    }
    if path.contains('.') || path.contains('%') {
        check_dot_segments(path)?;
    }
    Ok(())
}

fn check_escapes(path: &[u8]) -> Result<(), FramingFault> {
    for (place, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'%') {
        match path.get(place + 1..place + 3).and_then(hex_byte) {
            Some(b'/' | b'\\') => return Err(Refused(Malformed::EncodedSeparator)),
            Some(byte) if byte.is_ascii_control() => {
                return Err(Refused(Malformed::EncodedControl));
            }
            Some(_) => {}
            None => return Err(Refused(Malformed::IncompleteEscape)),
        }
    }
    Ok(())
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    match digits {
        [high, low] => Some((hex_digit(*high)? << 4) | hex_digit(*low)?),
        _ => None,
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// `.` and `..`: in plain form such a path does not exist. At the end of a path, where a parameter
/// may be, or in escaped form they are an attack and rejected.
fn check_dot_segments(path: &str) -> Result<(), FramingFault> {
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." if !is_last => return Err(NoSuchPath),
            _ if is_dots(segment) => return Err(Refused(Malformed::DotSegment)),
            _ => {}
        }
    }
    Ok(())
}

/// Whether a segment is one or two dots, each plain or as `%2e`. Parameters behind a semicolon do
/// not count: servers of Java applications read `..;x` as `..`.
fn is_dots(segment: &str) -> bool {
    let end = ["%3b", "%3B", ";"].iter().filter_map(|mark| segment.find(mark)).min();
    let segment = &segment[..end.unwrap_or(segment.len())];
    let step = |rest: &str| match rest.as_bytes() {
        [b'.', ..] => 1,
        [b'%', b'2', b'e' | b'E', ..] => 3,
        _ => 0,
    };
    let first = step(segment);
    let rest = segment.get(first..).unwrap_or_default();
    first > 0 && (rest.is_empty() || step(rest) == rest.len())
}

/// At most one Transfer-Encoding, and exactly `chunked` (section 6.1).
fn check_transfer_encoding(headers: &HeaderMap) -> Result<(), FramingFault> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(only), None) if only.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => Err(Refused(Malformed::TransferEncoding)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn checked(target: &str, headers: &[(&str, &str)]) -> Result<(), FramingFault> {
        let mut request = Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        check(&request.body(()).unwrap())
    }

    fn path(path: &str) -> Result<(), FramingFault> {
        check_path(path)
    }

    #[test]
    fn plain_requests_pass() {
        for target in [
            "/",
            "/crm",
            "/v1/contacts/0198-a?x=/../%zz",
            "/a.b/c..d",
            "/.well-known/x",
            "/%C3%A9",
            "/crm/",
            "//crm",
            "/a..;b/x;..",
        ] {
            assert_eq!(checked(target, &[("host", "api.example:8000")]), Ok(()), "{target}");
        }
    }

    #[test]
    fn b07_the_host_is_named_once_and_rightly() {
        for good in ["a", "a.b-c:80", "127.0.0.1:8000", "[::1]", "[::1]:8000"] {
            assert!(checked("/", &[("host", good)]).is_ok(), "{good}");
        }
        for bad in [
            "",
            "localhost:",
            "a:b",
            "a:65536",
            "a:+1",
            "a b",
            "u@a",
            "a/b",
            "[::1",
            "[x]",
            "[::1]x",
            "a:1:2",
            "a,b",
        ] {
            assert!(matches!(checked("/", &[("host", bad)]), Err(Refused(_))), "{bad}");
        }
        assert!(checked("/", &[]).is_err());
        assert!(checked("/", &[("host", "a"), ("host", "a")]).is_err());
        let old = Request::get("/").version(Version::HTTP_10).body(()).unwrap();
        assert_eq!(check(&old), Ok(()));
    }

    #[test]
    fn only_loopback_names_are_loopback_hosts() {
        let is_loopback = |host: &str| {
            let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_str(host).unwrap())]);
            check_loopback_host(&headers).is_ok()
        };
        for good in
            ["localhost", "LOCALHOST:8000", "api.localhost", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000"]
        {
            assert!(is_loopback(good), "{good}");
        }
        for bad in ["evil.example", "localhost.evil.example", "10.0.0.1", "[::2]", "notlocalhost"] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn b07_an_absolute_target_names_the_same_host() {
        assert_eq!(checked("http://a.b:80/crm", &[("host", "A.b:80")]), Ok(()));
        for (target, host) in
            [("http://a/crm", "b"), ("http://u@a/crm", "a"), ("ftp://a/crm", "a"), ("http://a:1/", "a:2")]
        {
            assert!(matches!(checked(target, &[("host", host)]), Err(Refused(_))), "{target}");
        }
    }

    #[test]
    fn b03_only_chunked_passes() {
        let with = |values: &[&str]| {
            let mut lines = vec![("host", "a")];
            lines.extend(values.iter().map(|value| ("transfer-encoding", *value)));
            checked("/", &lines)
        };
        assert_eq!(with(&["chunked"]), Ok(()));
        assert_eq!(with(&["Chunked"]), Ok(()));
        for bad in [
            &["gzip, chunked"][..],
            &["chunked, chunked"],
            &["chunked", "chunked"],
            &["identity"],
            &["chunked;x"],
            &[""],
        ] {
            assert!(with(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn c04_c05_what_decodes_to_more_than_a_segment_is_malformed() {
        for bad in [
            "/a/%2f",
            "/a/..%2Fcrm",
            "/a%5Cb",
            "/a\\b",
            "/a/%00",
            "/a%0d%0a",
            "/a%7f",
            "/%zz",
            "/%",
            "/%2",
            "/a/..",
            "/a/.",
            "/%2e%2e/crm",
            "/x/%2e/crm",
            "/x/.%2E",
            "/x/..;/crm",
            "/x/..;a=1",
            "/x/.%3b/crm",
            "/x/%2e%2e%3Bx/crm",
            "/é",
        ] {
            assert!(matches!(path(bad), Err(Refused(_))), "{bad}");
        }
    }

    #[test]
    fn c01_a_plain_dot_segment_leads_nowhere() {
        for missing in ["/./crm", "/x/../crm", "/../crm"] {
            assert_eq!(path(missing), Err(NoSuchPath), "{missing}");
        }
        assert_eq!(path("/%252e%252e/crm"), Ok(()));
    }

    #[test]
    fn c14_a_fragment_is_malformed() {
        let mut request = Request::get("/crm").header("host", "a").body(()).unwrap();
        request.extensions_mut().insert(FragmentInTarget);
        assert!(matches!(check(&request), Err(Refused(_))));
    }

    #[test]
    fn b21_a_long_target_is_too_long() {
        let target = |bytes: usize| format!("/{}", "a".repeat(bytes - 1));
        assert_eq!(checked(&target(MAX_TARGET_BYTES), &[("host", "a")]), Ok(()));
        assert_eq!(checked(&target(MAX_TARGET_BYTES + 1), &[("host", "a")]), Err(TargetTooLong));
        assert_eq!(TargetTooLong.into_response().status(), 414);
    }

    proptest! {
        /// However a path is decoded afterwards, no segment becomes a parent segment or a
        /// separator.
        #[test]
        fn c03_what_passes_has_no_hidden_steps(text in r"/([a-z./\\%;]|%2[eEfF]|%3[bB]|%5[cC]|%00|\.\.){0,12}") {
            if path(&text).is_ok() {
                for segment in text.split('/') {
                    let decoded = segment.to_lowercase().replace("%2e", ".").replace("%3b", ";");
                    let decoded = decoded.split(';').next().unwrap_or_default();
                    prop_assert!(decoded != "." && decoded != "..");
                    let lower = segment.to_lowercase();
                    prop_assert!(!lower.contains("%2f") && !lower.contains("%5c") && !lower.contains("%00"));
                    prop_assert!(!segment.contains('\\'));
                }
            }
        }
    }
}
