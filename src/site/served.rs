//! Bytes with a media type and an entity tag.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::http::call_record::CallRecord;

/// How long caches keep a page without asking.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

#[derive(Clone, Debug)]
pub(super) struct Served {
    media_type: &'static str,
    body: Bytes,
    /// Weak: the same content may be sent compressed.
    etag: String,
}

impl Served {
    pub(super) fn new(media_type: &'static str, body: Vec<u8>) -> Self {
        let digest = Sha256::digest(&body);
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { media_type, body: body.into(), etag: format!("W/\"{hex}\"") }
    }

    /// The first characters of the digest of the content, for the name of a file that never changes.
    pub(super) fn digest(&self) -> &str {
        self.etag.trim_start_matches("W/").trim_matches('"')
    }

    /// The content, or 304 for a client that has it.
    pub(super) fn answer(&self, route: &'static str, headers: &HeaderMap) -> Response {
        let is_known = headers
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(','))
            .any(|tag| tag.trim() == "*" || tag.trim().trim_start_matches("W/") == &self.etag[2..]);
        let mut response = match is_known {
            true => Response::new(Body::empty()),
            false => Response::new(Body::from(self.body.clone())),
        };
        let answered = response.headers_mut();
        if let Ok(etag) = HeaderValue::try_from(self.etag.as_str()) {
            answered.insert(header::ETAG, etag);
        }
        answered.insert(header::CACHE_CONTROL, CACHED);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        }
        response.extensions_mut().insert(CallRecord::of_open_path(route));
        response
    }
}
