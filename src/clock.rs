//! The only place that asks what time it is, and that makes ids from the time. Rules take both as arguments.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The wall clock, for headers, logs and ids. Money and expiry go by the database's clock.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A new UUIDv7 (RFC 9562, section 5.7). Its random part comes from this thread's generator: asking the system for
/// randomness costs eight times as much, and every request gets an id. Ids of one millisecond have no order.
pub fn new_id() -> Uuid {
    let millis = u64::try_from(now().timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid()
}
