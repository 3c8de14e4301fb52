//! The rate-limit headers of an answer.

use std::fmt::{self, Write};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::clock;
use crate::domain::refusal::LimitHit;

const X_RATELIMIT_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const X_RATELIMIT_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RATELIMIT_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Headers of a usual answer. Reserved at once, so that the map grows only once.
const USUAL_HEADERS: usize = 14;

/// The longest value of `RateLimit` or `RateLimit-Policy`.
const MAX_VALUE_BYTES: usize = 64;

/// The state of one limit: of the rate, or of the limit that refused the call.
#[derive(Clone, Debug)]
pub struct RateLimitHeaders {
    /// The limit's name in `RateLimit-Policy`.
    pub policy: &'static str,
    /// Requests that it allows.
    pub size: u64,
    /// The time in which `size` requests may arrive; `None` for a limit that does not refill with
    /// time.
    pub window_s: Option<u64>,
    /// Requests that it still allows.
    pub remaining: u64,
    /// Seconds until it allows `size` requests again; if it refused the request, until the request
    /// may be sent again.
    pub reset_s: u64,
}

impl RateLimitHeaders {
    /// The headers of a limit that has just refused a request.
    pub fn used_up(policy: &'static str, hit: &LimitHit) -> Self {
        Self { policy, size: hit.size, window_s: None, remaining: 0, reset_s: hit.retry_after_s }
    }

    /// Sets all headers from one decision, so that they never contradict each other. `RateLimit`
    /// and `RateLimit-Policy` follow draft-ietf-httpapi-ratelimit-headers-10.
    pub(super) fn set_on(&self, headers: &mut HeaderMap) {
        let Self { policy, size, window_s, remaining, reset_s } = self;
        headers.reserve(USUAL_HEADERS);
        headers.insert(X_RATELIMIT_LIMIT, (*size).into());
        headers.insert(X_RATELIMIT_REMAINING, (*remaining).into());
        headers.insert(X_RATELIMIT_RESET, clock::now().timestamp().saturating_add_unsigned(*reset_s).into());
        let mut text = String::with_capacity(MAX_VALUE_BYTES);
        let mut value = |parts: fmt::Arguments<'_>| {
            text.clear();
            // Writing to memory cannot fail.
            let _ = text.write_fmt(parts);
            HeaderValue::from_str(&text).ok()
        };
        let limit = match window_s {
            Some(window_s) => value(format_args!("\"{policy}\";q={size};w={window_s}")),
            None => value(format_args!("\"{policy}\";q={size}")),
        };
        let state = value(format_args!("\"{policy}\";r={remaining};t={reset_s}"));
        for (name, value) in [(RATELIMIT_POLICY, limit), (RATELIMIT, state)] {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
    }
}
