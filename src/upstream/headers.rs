//! Headers between a client and a server behind the gateway.

use std::borrow::Cow;

use hyper::HeaderMap;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue};

use super::identity_headers::IdentityHeaders;
use crate::domain::forwarding::HeaderChanges;
use crate::outbound::headers::{is_passed_back, is_passed_on};

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
