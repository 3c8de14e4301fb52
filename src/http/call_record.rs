//! The facts of a call for its answer and log line, besides the content.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;

use super::billing_info;
use super::rate_limit_headers::RateLimitHeaders;
use crate::domain::billing::Billing;
use crate::domain::ids::{AccountId, KeyId};
use crate::domain::refusal::ErrorCode;

/// Says that a credential was not checked.
const X_DEVELOPMENT_MODE: HeaderName = HeaderName::from_static("x-development-mode");
const KEY_NOT_CHECKED: HeaderValue = HeaderValue::from_static("key not checked");

/// The gate fills it while a call passes; it leaves the gate as a response extension, and the renderer turns it into
/// headers. The log line reads it last.
#[derive(Clone, Debug, Default)]
pub struct CallRecord {
    /// The route's template, never the path itself. `None` for a path that does not exist.
    pub route: Option<&'static str>,
    /// The key and its account, once the caller is known.
    pub caller: Option<(AccountId, KeyId)>,
    /// The limit that `RateLimit` headers show, once one was asked.
    pub rate_limit: Option<RateLimitHeaders>,
    /// The money, for a known caller.
    pub billing: Option<Billing>,
    /// Whether development mode passed over a credential.
    pub is_key_unchecked: bool,
    /// Set by the renderer of an error.
    pub error_code: Option<ErrorCode>,
}

impl CallRecord {
    /// The record of a path that no gate guards.
    pub fn of_open_path(route: &'static str) -> Self {
        Self { route: Some(route), ..Self::default() }
    }

    /// Takes the record off an answer; an answer that passed no gate has an empty one.
    pub(super) fn take(response: &mut Response) -> Self {
        response.extensions_mut().remove().unwrap_or_default()
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
