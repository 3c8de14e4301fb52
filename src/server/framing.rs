//! Strict checks of request heads: what the HTTP library accepts and a gateway must not.
//!
//! A request that two parsers may read differently is rejected before any lookup or charge. Section
//! numbers without a document refer to RFC 9112.

mod host;
mod path;

use axum::http::header::{CONNECTION, HeaderValue, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
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
    let host = host::of(request.headers(), request.version())?;
    check_target(request.uri(), host, request.method())?;
    if request.extensions().get::<FragmentInTarget>().is_some() {
        return Err(Refused(Malformed::Fragment));
    }
    check_transfer_encoding(request.headers())
}

/// Rejects a Host that is not a name of the loopback interface.
pub fn check_loopback_host(headers: &HeaderMap) -> Result<(), FramingFault> {
    if names_loopback(headers) { Ok(()) } else { Err(Refused(Malformed::NotLoopback)) }
}

/// The request target (section 3.2): origin form, or absolute form naming the same host.
fn check_target(uri: &Uri, host: Option<&str>, method: &Method) -> Result<(), FramingFault> {
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES) {
        return Err(TargetTooLong);
    }
    if let Some(authority) = uri.authority() {
        let is_same = host.is_none_or(|host| host.eq_ignore_ascii_case(authority.as_str()));
        let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
        if !(is_same && is_web && host::is_host_and_port(authority.as_str())) {
            return Err(Refused(Malformed::OtherHost));
        }
    }
    match uri.path() {
        "*" if method == Method::OPTIONS => Ok(()),
        path if path.starts_with('/') => path::check(path),
        _ => Err(Refused(Malformed::NotAPath)),
    }
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
    use axum::http::Version;
    use axum::http::header::HOST;

    fn checked(target: &str, headers: &[(&str, &str)]) -> Result<(), FramingFault> {
        let mut request = Request::get(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        check(&request.body(()).unwrap())
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
}
