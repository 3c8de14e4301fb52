//! The facts of a call for its answer and log line, besides the content.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use super::billing_info;
use super::rate_limit_headers::RateLimitHeaders;
use crate::domain::billing::Billing;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::refusal::ErrorCode;

/// Marks an answer to a credential that was not checked.
const X_DEVELOPMENT_MODE: HeaderName = HeaderName::from_static("x-development-mode");
const KEY_NOT_CHECKED: HeaderValue = HeaderValue::from_static("key not checked");

/// The steps of the gate fill it. It leaves the gate as a response extension; the renderer turns it
/// into headers, and the log line reads it last.
#[derive(Clone, Debug, Default)]
pub struct CallRecord {
    /// The route's template, never the path itself. `None` for a path that does not exist.
    pub route: Option<&'static str>,
    /// The key and its account, once the caller is known.
    pub caller: Option<(AccountId, KeyId)>,
    /// The limit for the `RateLimit` headers, once one has decided.
    pub rate_limit: Option<RateLimitHeaders>,
    /// For a known caller.
    pub billing: Option<Billing>,
    /// Whether development mode ignored an invalid credential.
    pub is_key_unchecked: bool,
    /// Set by the renderer of an error.
    pub error_code: Option<ErrorCode>,
}

impl CallRecord {
    /// Returns the record of a path without a gate.
    pub fn of_open_path(route: &'static str) -> Self {
        Self { route: Some(route), ..Self::default() }
    }

    /// Takes the record from an answer. An answer of a path without a gate has an empty one.
    pub(super) fn take(response: &mut Response) -> Self {
        response.extensions_mut().remove().unwrap_or_default()
    }

    /// The limit that refused the call.
    pub(super) fn refusing_limit(&mut self) -> Option<&mut RateLimitHeaders> {
        let is_limited = self.error_code?.status() == StatusCode::TOO_MANY_REQUESTS.as_u16();
        self.rate_limit.as_mut().filter(|_| is_limited)
    }

    pub(super) fn set_headers(&self, headers: &mut HeaderMap) {
        if let Some(limit) = &self.rate_limit {
            limit.set_on(headers);
        }
        if let Some(billing) = &self.billing {
            billing_info::set_headers(headers, billing);
        }
        if self.is_key_unchecked {
            headers.insert(X_DEVELOPMENT_MODE, KEY_NOT_CHECKED);
        }
    }
}
