//! `Retry-After` of a response (RFC 9110, section 10.2.3).

use std::time::Duration;

use chrono::{DateTime, Utc};
use hyper::HeaderMap;
use hyper::header::{DATE, RETRY_AFTER};

/// The longest accepted pause, so that a server cannot remove itself for a day.
const MAX_WAIT: Duration = Duration::from_secs(300);
const MIN_WAIT: Duration = Duration::from_secs(1);

/// Returns the pause that the server asks for, within bounds, or `None` if the header is missing or
/// unreadable. A date counts from the response's own `Date`, so that the two clocks need not agree,
/// or from `now` without one.
pub fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let instant = |text: &str| DateTime::parse_from_rfc2822(text).ok();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => MAX_WAIT,
        Err(_) => {
            let date = headers.get(DATE).and_then(|date| date.to_str().ok()).and_then(instant);
            let sent = date.unwrap_or_else(|| now.fixed_offset());
            (instant(text)? - sent).to_std().unwrap_or(MIN_WAIT)
        }
    };
    Some(wait.clamp(MIN_WAIT, MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-26T12:00:30Z".parse().unwrap()
    }

    fn read(retry_after_text: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after_text.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        retry_after(&headers, now()).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_instants_are_read_within_bounds() {
        assert_eq!(read("7", None), Some(7));
        assert_eq!(read("0", None), Some(1));
        assert_eq!(read("86400", None), Some(300));
        assert_eq!(read("99999999999999999999999", None), Some(300));
        let date = Some("Thu, 26 Nov 2026 12:00:00 GMT");
        assert_eq!(read("Thu, 26 Nov 2026 12:00:42 GMT", date), Some(42));
        assert_eq!(read("Thu, 26 Nov 2026 11:00:00 GMT", date), Some(1));
        assert_eq!(read("Thu, 26 Nov 2026 12:00:42 GMT", None), Some(12));
        assert_eq!(read("Thu, 26 Nov 2026 12:00:42 GMT", Some("today")), Some(12));
        for nonsense in ["", "soon", "-3", "1.5"] {
            assert_eq!(read(nonsense, date), None, "{nonsense}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now()), None);
    }
}
