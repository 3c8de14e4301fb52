//! The only place that asks what time it is, and that makes ids from the time. Rules take both as arguments.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// The wall clock, for headers, logs and ids. Money and expiry go by the database's clock.
#[expect(clippy::disallowed_methods, reason = "this is the one place")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A new UUIDv7.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
