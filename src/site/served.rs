//! Bytes with a media type and an entity tag.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::domain::hex;
use crate::http::call_record::CallRecord;
use crate::http::compression::{CompressedBody, Compression};
use crate::openapi::Facts;

/// Stands in texts for the address of the gateway, where the settings name none. A reader gets the
/// address by which they came.
pub(super) const OWN_ADDRESS: &str = "http://own-address.invalid";

/// The address by which readers reach the gateway.
pub(super) fn base_url(facts: &Facts) -> &str {
    match facts.links.base_url.as_str() {
        "" => OWN_ADDRESS,
        known => known,
    }
}

/// How long caches keep a page without asking.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Addresses for which a content is kept compressed. A client may name any in its `Host`; readers
/// by further ones get it uncompressed.
const MAX_ADDRESSES: usize = 8;
/// Longest name of a host, with a port.
const MAX_HOST_CHARS: usize = 260;

#[derive(Clone, Debug)]
pub(super) struct Served {
    media_type: &'static str,
    body: Bytes,
    digest: String,
    has_address: bool,
    /// By the host that a reader named; by an empty one if the content has no address.
    compressed_for: Arc<Mutex<Vec<(String, CompressedBody)>>>,
}

/// The first characters of the digest of a content.
fn digest_of(body: &[u8]) -> String {
    hex::encode(&Sha256::digest(body)[..8])
}

impl Served {
    pub(super) fn new(media_type: &'static str, body: Vec<u8>) -> Self {
        let has_address = body.windows(OWN_ADDRESS.len()).any(|window| window == OWN_ADDRESS.as_bytes());
        Self {
            media_type,
            digest: digest_of(&body),
            body: body.into(),
            has_address,
            compressed_for: Arc::default(),
        }
    }

    /// The first characters of the digest of the content, for the name of a file that never
    /// changes.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// The content, or 304 for a client that has it.
    pub(super) fn answer(&self, route: &'static str, headers: &HeaderMap) -> Response {
        let (body, digest, compression) = self.for_reader(headers);
        // Weak: the same content may be sent compressed.
        let etag = format!("W/\"{digest}\"");
        let is_known = headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(|tag| tag.trim() == "*" || tag.trim().trim_start_matches("W/") == &etag[2..]);
        let mut response = Response::new(if is_known { Body::empty() } else { Body::from(body) });
        let answered = response.headers_mut();
        if let Ok(etag) = HeaderValue::try_from(etag) {
            answered.insert(header::ETAG, etag);
        }
        answered.insert(header::CACHE_CONTROL, CACHED);
        if self.has_address {
            answered.append(header::VARY, HeaderValue::from_static("host"));
        }
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
            response.extensions_mut().insert(compression);
        }
        response.extensions_mut().insert(CallRecord::of_open_path(route));
        response
    }

    /// The content with the address by which the reader came, its digest, and how it is compressed.
    fn for_reader(&self, headers: &HeaderMap) -> (Bytes, Cow<'_, str>, Compression) {
        let text = match std::str::from_utf8(&self.body) {
            Ok(text) if self.has_address => text,
            _ => {
                return (
                    self.body.clone(),
                    Cow::Borrowed(&self.digest),
                    self.compression_for("", &self.body),
                );
            }
        };
        let host = host(headers);
        let body: Bytes = text.replace(OWN_ADDRESS, &format!("http://{host}")).into();
        let (digest, compression) = (digest_of(&body), self.compression_for(host, &body));
        (body, Cow::Owned(digest), compression)
    }

    fn compression_for(&self, host: &str, body: &Bytes) -> Compression {
        let once = |kept: CompressedBody| Compression::Once { body: body.clone(), kept };
        let mut kept = self.compressed_for.lock();
        if let Some((_, compressed)) = kept.iter().find(|(known, _)| known == host) {
            return once(compressed.clone());
        }
        if kept.len() == MAX_ADDRESSES {
            return Compression::Never;
        }
        let compressed = CompressedBody::default();
        kept.push((host.to_owned(), compressed.clone()));
        once(compressed)
    }
}

/// The host and port that the request names, if they have no character with a meaning in a page or
/// a program.
fn host(headers: &HeaderMap) -> &str {
    let named = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]".contains(&byte);
    let is_host = (1..=MAX_HOST_CHARS).contains(&named.len()) && named.bytes().all(is_plain);
    if is_host { named } else { "localhost" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::HOST, HeaderValue::try_from(host).unwrap())])
    }

    #[test]
    fn a_reader_sees_the_address_by_which_they_came_unless_it_could_be_markup() {
        let served = Served::new("text/plain", format!("curl {OWN_ADDRESS}/crm").into_bytes());
        for (host, shown) in
            [("api.acme.test:8443", "api.acme.test:8443"), ("[::1]:80", "[::1]:80"), ("a\"<b>", "localhost")]
        {
            let (body, digest, _) = served.for_reader(&headers(host));
            assert_eq!(body, format!("curl http://{shown}/crm"));
            assert_ne!(digest, served.digest);
        }
    }

    #[test]
    fn only_a_few_addresses_have_a_compressed_content() {
        let served = Served::new("text/plain", format!("curl {OWN_ADDRESS}/crm").into_bytes());
        let is_kept = |host: &str| matches!(served.for_reader(&headers(host)).2, Compression::Once { .. });
        assert!((0..MAX_ADDRESSES).all(|n| is_kept(&format!("host-{n}"))));
        assert!(!is_kept("another") && is_kept("host-0"));
        let fixed = Served::new("text/plain", b"the same for every reader".to_vec());
        let is_kept = |host: &str| matches!(fixed.for_reader(&headers(host)).2, Compression::Once { .. });
        assert!((0..100).all(|n| is_kept(&format!("host-{n}"))));
    }
}
